/* From the cells of a public table to what was measured: units, formats, and the rows that cannot be used. */
#include "latency_internal.h"
#include "msw/base/str.h"

/* Formats of tables that say more than a number format, or less. Those of experts are told apart by nobody: no shape is
 * measured in two 4-bit formats. */
static const struct { const char *text; msw_latency_format format; } FORMATS[] = {
    {"fp8_block", {MSW_FP8, true}},
    {"w4a16_mxfp4", {MSW_FP4, false}},
    {"w4a8_mxfp4_mxfp8", {MSW_FP4, false}},
};

bool msw_latency_parse_format(const char *text, msw_latency_format *out) {
  for (size_t i_format = 0; i_format < sizeof FORMATS / sizeof *FORMATS; i_format++) {
    if (!msw_equal_nocase(text, FORMATS[i_format].text)) continue;
    *out = FORMATS[i_format].format;
    return true;
  }
  out->block_scaled = false;
  return msw_dtype_parse(text, &out->dtype);
}

static void set_place(msw_latency_row *row, double x, double y) {
  row->x = x;
  row->y = y;
}

/* vLLM's block-scaled GEMMs were timed without a CUDA graph: their small rows hold the CPU's launch cost. */
msw_latency_oddity msw_latency_convert_gemm(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                            msw_latency_row *row) {
  key->dtype = cells->format.dtype;
  key->block_scaled = cells->format.block_scaled;
  row->is_eager = key->block_scaled && msw_starts_with(engine, "vllm");
  set_place(row, (double)cells->x, 1.0);
  return MSW_LATENCY_SOUND;
}

static void set_attention_formats(const msw_latency_cells *cells, msw_latency_key *key) {
  key->dtype = cells->format.dtype;
  key->kv_dtype = cells->kv_format.dtype;
  key->weight_dtype = cells->weight_format.dtype;
  key->block_scaled = cells->weight_format.block_scaled;
}

msw_latency_oddity msw_latency_convert_prefill(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                               msw_latency_row *row) {
  (void)engine;
  set_attention_formats(cells, key);
  set_place(row, (double)cells->n_new, (double)cells->y);
  if (cells->beam_width != 1) return MSW_LATENCY_BEAM;
  return cells->step == 0 ? MSW_LATENCY_SOUND : MSW_LATENCY_CACHED;
}

/* The new token attends to itself too. */
msw_latency_oddity msw_latency_convert_decode(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                              msw_latency_row *row) {
  (void)engine;
  set_attention_formats(cells, key);
  set_place(row, (double)cells->n_new + (double)cells->step, (double)cells->y);
  if (cells->beam_width != 1) return MSW_LATENCY_BEAM;
  return cells->n_new == 1 ? MSW_LATENCY_SOUND : MSW_LATENCY_NEW_TOKENS;
}

/* Messages are counted in elements. */
msw_latency_oddity msw_latency_convert_message(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                               msw_latency_row *row) {
  (void)engine;
  key->dtype = cells->format.dtype;
  row->is_eager = msw_glob_match("*eager", cells->backend) || msw_glob_match("*eager", cells->kernel);
  set_place(row, (double)cells->x * msw_dtype_bytes(key->dtype), 1.0);
  return MSW_LATENCY_SOUND;
}

msw_latency_oddity msw_latency_convert_moe(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                           msw_latency_row *row) {
  (void)engine;
  key->dtype = cells->format.dtype;
  key->block_scaled = cells->format.block_scaled;
  set_place(row, (double)cells->x, 1.0);
  return MSW_LATENCY_SOUND;
}

msw_latency_oddity msw_latency_convert_small(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                             msw_latency_row *row) {
  (void)engine, (void)key;
  set_place(row, (double)cells->x, 1.0);
  return MSW_LATENCY_SOUND;
}
