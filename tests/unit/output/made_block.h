/* A block of a result made by hand, for what needs no file. */
#ifndef MSW_TEST_MADE_BLOCK_H
#define MSW_TEST_MADE_BLOCK_H

#include "msw/output/result.h"
#include "msw_test.h"

enum { MADE_MODELS = 4, MADE_TPS = 3, MADE_KVS = 6, MADE_RANK = 3 };

static const char *const made_models[MADE_MODELS] = {"llama-2-7b-hf", "llama-3.1-8b", "Qwen3-8B", "odd, with commas"};
static const char *const made_tp_texts[MADE_TPS] = {"1", "2", "4"};
static const double made_tps[MADE_TPS] = {1, 2, 4};
static const char *const made_kv_texts[MADE_KVS] = {"128", "1024", "4096", "8192", "65536", "100000.5"};
static const double made_kvs[MADE_KVS] = {128, 1024, 4096, 8192, 65536, 100000.5};
static const char *const made_pair_texts[MADE_TPS] = {"0", "1", "2"};
static const double made_pairs[MADE_TPS] = {0, 1, 2}, made_batches[MADE_TPS] = {8, 1, 8};
static const char *const made_batch_texts[MADE_TPS] = {"8", "1", "8"};

static const msw_result_axis made_zipped[2] = {
    {.name = "batch", .i_dim = 1, .n = MADE_TPS, .texts = made_batch_texts, .values = made_batches},
    {.name = "tp", .i_dim = 1, .n = MADE_TPS, .texts = made_tp_texts, .values = made_tps},
};
static const msw_result_field made_fields[3] = {{.name = "step_us"}, {.name = "bound"}, {.name = "flags"}};

/* model x pair (batch and tp run along it) x kv_len. */
static const msw_result_block made_block = {
    .name = "decode", .phase = "decode", .signal = "step_us", .rank = MADE_RANK,
    .dims = {MADE_MODELS, MADE_TPS, MADE_KVS}, .chunk = {1, 1, 4},
    .axes = {{.name = "model", .i_dim = 0, .n = MADE_MODELS, .is_text = true, .texts = made_models},
             {.name = "pair", .i_dim = 1, .n = MADE_TPS, .texts = made_pair_texts, .values = made_pairs},
             {.name = "kv_len", .i_dim = 2, .n = MADE_KVS, .texts = made_kv_texts, .values = made_kvs}},
    .zipped = made_zipped, .n_zipped = 2, .fields = made_fields, .n_fields = 3, .n_cells = 72,
};

#endif
