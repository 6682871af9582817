/* What a measured latency is of: names and order of keys, and the set of distinct ones while files are read. */
#include <stdlib.h>
#include <string.h>

#include "latency_internal.h"
#include "msw/base/str.h"

static const char *const NAMES[MSW_N_LATENCY_KINDS] = {
    [MSW_LATENCY_GEMM] = "gemm",
    [MSW_LATENCY_PREFILL] = "prefill",
    [MSW_LATENCY_DECODE] = "decode",
    [MSW_LATENCY_ALL_REDUCE] = "all_reduce",
    [MSW_LATENCY_NCCL] = "nccl",
    [MSW_LATENCY_MOE] = "moe",
    [MSW_LATENCY_MLA_PREFILL] = "mla_prefill",
    [MSW_LATENCY_MLA_DECODE] = "mla_decode",
    [MSW_LATENCY_SMALL] = "small",
};

const char *msw_latency_name(msw_latency_kind kind) { return NAMES[kind]; }

enum { N_NUMBERS = 18 };
typedef struct { int64_t items[N_NUMBERS]; } key_numbers;

/* All of a key but its name, in the order that counts. */
static key_numbers numbers_of(const msw_latency_key *key) {
  return (key_numbers){{key->kind, key->dtype, key->kv_dtype, key->weight_dtype, key->block_scaled, key->n, key->k,
                        key->num_heads, key->num_kv_heads, key->head_dim, key->window, key->n_gpus, key->hidden_size,
                        key->intermediate_size, key->n_experts_per_tok, key->n_experts, key->moe_tp, key->moe_ep}};
}

static const char *name_of(const msw_latency_key *key) { return key->name ? key->name : ""; }

int msw_latency_key_compare(const msw_latency_key *a, const msw_latency_key *b) {
  const key_numbers left = numbers_of(a), right = numbers_of(b);
  for (size_t i_number = 0; i_number < N_NUMBERS; i_number++)
    if (left.items[i_number] != right.items[i_number]) return left.items[i_number] < right.items[i_number] ? -1 : 1;
  return strcmp(name_of(a), name_of(b));
}

/* ---- Distinct keys */

static uint64_t hash_step(uint64_t hash, uint64_t value) {
  const uint64_t fnv_prime = 0x100000001b3u, odd = 0x9e3779b97f4a7c15u;
  hash = (hash ^ value) * fnv_prime;
  return hash ^ ((hash * odd) >> 32);
}

static uint64_t hash_of(const msw_latency_key *key) {
  const key_numbers numbers = numbers_of(key);
  uint64_t hash = 0xcbf29ce484222325u;   /* FNV's offset basis */
  for (size_t i_number = 0; i_number < N_NUMBERS; i_number++) hash = hash_step(hash, (uint64_t)numbers.items[i_number]);
  for (const char *c = name_of(key); *c; c++) hash = hash_step(hash, (unsigned char)*c);
  return hash;
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t slot_of(const msw_latency_keys *keys, const msw_latency_key *key) {
  size_t slot = hash_of(key) & (keys->n_slots - 1);
  while (keys->slots[slot] != 0 && msw_latency_key_compare(&keys->items[keys->slots[slot] - 1], key) != 0)
    slot = (slot + 1) & (keys->n_slots - 1);
  return slot;
}

static void grow_slots(msw_latency_keys *keys) {
  enum { FIRST_SLOTS = 256 };
  free(keys->slots);
  keys->n_slots = keys->n_slots ? 2 * keys->n_slots : FIRST_SLOTS;
  keys->slots = msw_alloc_zero(keys->n_slots, sizeof *keys->slots);
  for (size_t i_key = 0; i_key < keys->n; i_key++)
    keys->slots[slot_of(keys, &keys->items[i_key])] = (uint32_t)i_key + 1;
}

uint32_t msw_latency_key_add(msw_latency_keys *keys, const msw_latency_key *key, msw_arena *arena) {
  if (2 * (keys->n + 1) > keys->n_slots) grow_slots(keys);
  const size_t slot = slot_of(keys, key);
  if (keys->slots[slot] != 0) return keys->slots[slot] - 1;
  keys->items = msw_grow(keys->items, &keys->cap, keys->n + 1, sizeof *keys->items);
  keys->items[keys->n] = *key;
  keys->items[keys->n].name = msw_strdup(arena, name_of(key));
  keys->slots[slot] = (uint32_t)++keys->n;
  return (uint32_t)keys->n - 1;
}
