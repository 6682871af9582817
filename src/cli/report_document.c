/* What a report says of a result: where it comes from, then block by block. */
#include <string.h>

#include "msw/analysis/formula.h"
#include "msw/analysis/report.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "report.h"

enum { LEAST_CELL_BYTES = 200000 };   /* of all blocks: a page with less shows nothing */

static void add_quantities(msw_arena *arena, msw_json *document) {
  size_t n;
  const msw_quantity *quantities = msw_quantities(&n);
  msw_json *list = msw_json_add_array(arena, document, "quantities");
  for (size_t i = 0; i < n; i++) {
    msw_json *object = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, object, "name", quantities[i].name);
    msw_json_add_string(arena, object, "long_name", quantities[i].long_name);
    msw_json_add_string(arena, object, "units", quantities[i].units);
    msw_json_add_string(arena, object, "description", quantities[i].text);
  }
}

/* Texts of /meta go as they are: the page parses them. */
static void add_head(const msw_report_job *job, msw_json *document) {
  msw_arena *arena = &job->ctx->arena;
  const msw_result *result = job->result;
  msw_json *head = msw_json_add_object(arena, document, "result");
  msw_json_add_string(arena, head, "file", msw_base_name(result->path));
  msw_json_add_string(arena, head, "sweep", result->spec_name);
  msw_json_add_string(arena, head, "version", result->version);
  msw_json_add_string(arena, head, "hash", result->hash);
  msw_json_add_number(arena, head, "n_tiles", (double)result->n_tiles);
  msw_json_add_number(arena, head, "n_tiles_there", (double)result->n_tiles_there);
  msw_json_add_string(arena, head, "expanded", result->expanded);
  msw_json_add_string(arena, head, "methods", result->methods);
  msw_json *inputs = msw_json_add_array(arena, head, "inputs");
  for (size_t i_input = 0; i_input < result->n_inputs; i_input++)
    msw_json_add_string(arena, inputs, NULL, result->inputs[i_input]);
}

static msw_report_source source_of(const msw_report_job *job, size_t i_block) {
  return (msw_report_source){job->result, job->blocks[i_block], &job->selections[i_block], job->n_threads, job->stop};
}

/* All of a block but its cells, whose room depends on what else there is. */
static msw_status add_block(const msw_report_job *job, size_t i_block, msw_json *object) {
  msw_context *ctx = job->ctx;
  const msw_result_block *block = job->blocks[i_block];
  const msw_report_source source = source_of(job, i_block);
  msw_json_add_string(&ctx->arena, object, "name", block->name);
  msw_json_add_string(&ctx->arena, object, "phase", block->phase);
  msw_json_add_string(&ctx->arena, object, "signal", block->signal);
  msw_json_add_number(&ctx->arena, object, "n_cells", (double)block->n_cells);
  msw_json_add_number(&ctx->arena, object, "n_selected", (double)msw_selection_cells(block, source.selection));
  msw_status status = msw_report_flags(&source, &ctx->arena, &ctx->diag, object);
  if (status == MSW_OK) status = msw_report_front(&source, &ctx->arena, &ctx->diag, object);
  if (status == MSW_OK) status = msw_report_differences(&source, &ctx->arena, &ctx->diag, object);
  return status;
}

static size_t text_bytes(const msw_json *document) {
  msw_buf text = {0};
  msw_json_write(document, 0, &text);
  const size_t n_bytes = text.len;
  msw_buf_free(&text);
  return n_bytes;
}

/* Small blocks first: what they leave is for the large ones. */
static msw_status add_cells(const msw_report_job *job, size_t n_bytes_left, msw_json **objects) {
  msw_status status = MSW_OK;
  bool *is_done = msw_arena_array(&job->ctx->arena, job->n_blocks, sizeof *is_done);
  for (size_t n_left = job->n_blocks; n_left > 0 && status == MSW_OK; n_left--) {
    size_t i_next = job->n_blocks;
    for (size_t i_block = 0; i_block < job->n_blocks; i_block++)
      if (!is_done[i_block] && (i_next == job->n_blocks || job->blocks[i_block]->n_cells < job->blocks[i_next]->n_cells))
        i_next = i_block;
    const msw_report_source source = source_of(job, i_next);
    const size_t n_before = text_bytes(objects[i_next]), share = n_bytes_left / n_left;
    status = msw_report_cells(&source, share, &job->ctx->arena, &job->ctx->diag, objects[i_next]);
    const size_t n_used = text_bytes(objects[i_next]) - n_before;
    n_bytes_left = n_bytes_left > n_used ? n_bytes_left - n_used : 0;
    is_done[i_next] = true;
  }
  return status;
}

msw_status msw_report_document(const msw_report_job *job, size_t most_bytes, msw_json *document) {
  msw_arena *arena = &job->ctx->arena;
  msw_status status = MSW_OK;
  add_head(job, document);
  add_quantities(arena, document);
  msw_json *blocks = msw_json_add_array(arena, document, "blocks");
  msw_json **objects = msw_arena_array(arena, job->n_blocks, sizeof *objects);
  for (size_t i_block = 0; i_block < job->n_blocks && status == MSW_OK; i_block++) {
    objects[i_block] = msw_json_add_object(arena, blocks, NULL);
    status = add_block(job, i_block, objects[i_block]);
  }
  if (status != MSW_OK) return status;
  status = msw_report_rooflines(job, objects);
  if (status != MSW_OK) return status;
  const size_t n_bytes = text_bytes(document);
  const size_t n_left = most_bytes > n_bytes + LEAST_CELL_BYTES ? most_bytes - n_bytes : LEAST_CELL_BYTES;
  return add_cells(job, n_left, objects);
}
