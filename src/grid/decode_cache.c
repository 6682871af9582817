/* What the decode cells of a batch share: GEMM time and the lines of attention. Worked out once for all tiles of a case. */
#include <stdlib.h>
#include <string.h>

#include "tile.h"

void msw_decode_cache_free(msw_decode_cache *cache) {
  free(cache->shared);
  free(cache->lines);
  msw_decode_buffer_free(&cache->buffer);
}

static void make_room(msw_decode_cache *cache, size_t n_batch) {
  cache->n_batch = n_batch;
  cache->n_lines = 0;
  if (n_batch <= cache->cap_batch) return;
  cache->cap_batch = n_batch;
  cache->shared = msw_realloc(cache->shared, n_batch * sizeof *cache->shared);
}

static size_t keep_lines(msw_decode_cache *cache, msw_lines lines) {
  size_t first = cache->n_lines;
  if (first + lines.n > cache->cap_lines) {
    cache->cap_lines = 2 * (first + lines.n);
    cache->lines = msw_realloc(cache->lines, cache->cap_lines * sizeof *cache->lines);
  }
  memcpy(cache->lines + first, lines.line, lines.n * sizeof *lines.line);
  cache->n_lines += lines.n;
  return first;
}

/* GEMM of the batches, a row at a time. */
static void fill_gemm(msw_tile_job *job) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH];
  struct msw_decode_shared *shared = scratch->decode_cache.shared;
  for (size_t first = 0, n; first < batch->n; first += n) {
    n = msw_row_length(batch->n, first);
    msw_row_flags_start(&scratch->flags, job->factors->gemm_flags);
    msw_row_gemm(job->factors, scratch->kernels, MSW_DECODE, batch->values + first, n, batch->ascends, &scratch->work,
                 scratch->tok, &scratch->flags);
    for (size_t i_batch = 0; i_batch < n; i_batch++) {
      shared[first + i_batch].gemm_us = scratch->tok[i_batch];
      shared[first + i_batch].comm_us = job->factors->comm_us;
      shared[first + i_batch].flags = scratch->flags.varies ? scratch->flags.cells[i_batch] : scratch->flags.all;
    }
  }
}

/* The same of the measured family: all kernels that go by the tokens, one token a request. */
static void fill_kernels(msw_tile_job *job) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH];
  struct msw_decode_shared *shared = scratch->decode_cache.shared;
  const msw_token_rows rows = {scratch->decode.gemm_us, scratch->decode.memory_us, scratch->decode.time_us};
  for (size_t first = 0, n; first < batch->n; first += n) {
    n = msw_row_length(batch->n, first);
    msw_row_flags_start(&scratch->flags, 0);
    msw_row_tokens(job->factors, scratch->kernels, batch->values + first, n, batch->ascends, &scratch->work, &rows,
                   &scratch->flags);
    for (size_t i_batch = 0; i_batch < n; i_batch++) {
      struct msw_decode_shared *one = &shared[first + i_batch];
      one->flags = scratch->flags.varies ? scratch->flags.cells[i_batch] : scratch->flags.all;
      one->gemm_us = rows.gemm_us[i_batch] + msw_lm_head_us(job->factors, batch->values[first + i_batch], &one->flags);
      one->memory_us = rows.memory_us[i_batch];
      one->comm_us = rows.comm_us[i_batch];
    }
  }
}

static msw_lines lines_of(const msw_decode_cache *cache, size_t i_batch) {
  return (msw_lines){cache->lines + cache->shared[i_batch].first_line, cache->shared[i_batch].n_lines};
}

void msw_decode_cache_fill(msw_tile_job *job) {
  msw_decode_cache *cache = &job->scratch->decode_cache;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH];
  int dim = job->block->dim_of_axis[MSW_AXIS_BATCH];
  size_t first_batch = job->block->dims[dim].outer ? 0 : (size_t)job->tile->start[dim];
  if (cache->is_filled && cache->i_block_case == job->bound->i_case && cache->first_batch == first_batch) return;
  cache->is_filled = true;
  cache->i_block_case = job->bound->i_case;
  cache->first_batch = first_batch;
  make_room(cache, batch->n);
  if (job->factors->kernels) fill_kernels(job);
  else fill_gemm(job);
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
    msw_flags common;
    msw_lines lines = msw_decode_lines(job->factors, job->block->spec->phase, batch->values[i_batch], &cache->buffer, &common);
    cache->shared[i_batch].flags |= job->factors->bound->flags | common;
    cache->shared[i_batch].first_line = keep_lines(cache, lines);
    cache->shared[i_batch].n_lines = lines.n;
    cache->shared[i_batch].cuts_as_before = i_batch > 0 && msw_lines_cut_alike(lines_of(cache, i_batch - 1), lines);
    cache->shared[i_batch].overhead_us = msw_overhead_us(job->factors->bound, batch->values[i_batch], 0.0);
  }
}

void msw_decode_cache_new_row(msw_tile_job *job) { job->scratch->decode_cache.n_stretches = 0; }

void msw_decode_cache_load(msw_tile_job *job, size_t i_batch, size_t n, msw_decode_load *load) {
  msw_decode_cache *cache = &job->scratch->decode_cache;
  const struct msw_decode_shared *shared = &cache->shared[i_batch];
  __builtin_prefetch(cache->lines + shared->first_line + shared->n_lines + cache->stretches[0].line);   /* the next batch's */
  load->requests = job->axes[MSW_AXIS_BATCH].values[i_batch];
  load->gemm_us = shared->gemm_us;
  load->adds_up = job->factors->kernels != NULL;
  load->memory_us = shared->memory_us;
  load->comm_us = shared->comm_us;
  load->overhead_us = shared->overhead_us;
  load->flags = shared->flags;
  load->attn = lines_of(cache, i_batch);
  if (cache->n_stretches == 0 || !shared->cuts_as_before)
    cache->n_stretches =
        msw_lines_cut(load->attn, load->attn_len, n, load->ascends, cache->stretches[0].line, cache->stretches);
  load->stretches = cache->stretches;
  load->n_stretches = cache->n_stretches;
}
