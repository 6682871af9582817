/* The cells that a page shows: read once, in one pass over the result, and thinned in memory until their text fits. */
#include <stdlib.h>
#include <string.h>

#include "msw/analysis/report.h"
#include "msw/output/writer.h"
#include "report_parts.h"

enum { KEPT_BITS = 12 };   /* of 23: 1.2e-4, four digits, which is more than a picture shows */

/* Values of every field at the cells of a selection, row-major. */
typedef struct {
  const msw_result_block *block;
  msw_selection selection;
  size_t n_cells;
  uint32_t **values;             /* [n_fields][n_cells] floats, codes or bits: four bytes each */
  size_t first_field, end_field; /* those that are being read */
} sample;

static bool is_number(const msw_result_field *field) { return field->type == MSW_FIELD_F32; }

static sample sample_new(const msw_result_block *block, msw_selection selection) {
  sample s = {.block = block, .selection = selection, .n_cells = (size_t)msw_selection_cells(block, &selection)};
  s.values = msw_alloc_zero(block->n_fields, sizeof *s.values);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    s.values[i_field] = msw_alloc_zero(s.n_cells, sizeof **s.values);
  return s;
}

static void sample_free(sample *s) {
  for (size_t i_field = 0; i_field < s->block->n_fields; i_field++) free(s->values[i_field]);
  free(s->values);
}

static uint32_t bits_of(const msw_result_field *field, double value) {
  uint32_t bits = is_number(field) ? 0 : (uint32_t)value;
  const float number = (float)value;
  if (is_number(field)) memcpy(&bits, &number, sizeof bits);
  return bits;
}

/* Number in the sample of the first cell of a piece's row; `row` counts the rows of the piece. */
static size_t row_start(const sample *s, const msw_scan_piece *piece, size_t row) {
  const size_t rank = s->block->rank;
  size_t at[MSW_H5_MAX_RANK], start = 0;
  for (size_t i_dim = rank - 1; i_dim-- > 0;) {
    at[i_dim] = piece->first[i_dim] + row % piece->count[i_dim];
    row /= piece->count[i_dim];
  }
  at[rank - 1] = piece->first[rank - 1];
  for (size_t i_dim = 0; i_dim < rank; i_dim++) start = start * s->selection.dims[i_dim].n + at[i_dim];
  return start;
}

static bool keep_piece(void *context, const msw_scan_piece *piece) {
  sample *s = context;
  const size_t rank = s->block->rank, n_row = rank > 0 ? piece->count[rank - 1] : 1;
  for (size_t i_cell = 0, row = 0; i_cell < piece->n_cells; i_cell += n_row, row++) {
    const size_t start = rank > 0 ? row_start(s, piece, row) : 0;
    for (size_t i_field = s->first_field; i_field < s->end_field; i_field++) {
      const double *values = piece->values[i_field - s->first_field] + i_cell;
      for (size_t i = 0; i < n_row; i++) s->values[i_field][start + i] = bits_of(&s->block->fields[i_field], values[i]);
    }
  }
  return true;
}

/* As many fields at a time as a scan takes; only reduced grids can have more. */
static msw_status sample_read(const msw_report_source *source, sample *s, msw_diag *diag) {
  msw_scan_stream streams[MSW_SCAN_MAX_STREAMS] = {0};
  const msw_result_block *block = source->block;
  msw_status status = MSW_OK;
  for (s->first_field = 0; s->first_field < block->n_fields && status == MSW_OK; s->first_field = s->end_field) {
    const size_t n_left = block->n_fields - s->first_field;
    const size_t n_streams = n_left < MSW_SCAN_MAX_STREAMS ? n_left : MSW_SCAN_MAX_STREAMS;
    s->end_field = s->first_field + n_streams;
    for (size_t i = 0; i < n_streams; i++)
      streams[i] = (msw_scan_stream){.field = &block->fields[s->first_field + i], .pinned_dim = -1};
    const msw_scan scan = {source->result, block, &s->selection, streams, n_streams, -1, source->n_threads, source->stop};
    status = msw_result_scan(&scan, keep_piece, s, diag);
  }
  return status;
}

/* ---- Less of it ---- */

static size_t place_of(const msw_result_positions *positions, uint64_t at) {
  size_t i = 0;
  while (positions->at[i] < at) i++;
  return i;
}

/* The cells of a selection whose positions are among those of `from`. */
static sample sample_thin(const sample *from, msw_selection selection) {
  sample to = sample_new(from->block, selection);
  const size_t rank = from->block->rank;
  for (size_t i_cell = 0; i_cell < to.n_cells; i_cell++) {
    size_t rest = i_cell, stride = 1, source = 0;
    for (size_t i_dim = rank; i_dim-- > 0;) {
      const msw_result_positions *kept = &selection.dims[i_dim];
      source += stride * place_of(&from->selection.dims[i_dim], kept->at[rest % kept->n]);
      stride *= from->selection.dims[i_dim].n;
      rest /= kept->n;
    }
    for (size_t i_field = 0; i_field < from->block->n_fields; i_field++)
      to.values[i_field][i_cell] = from->values[i_field][source];
  }
  return to;
}

static void sample_round(sample *s) {
  for (size_t i_field = 0; i_field < s->block->n_fields; i_field++)
    if (is_number(&s->block->fields[i_field]))
      msw_round_mantissas(s->values[i_field], s->n_cells, KEPT_BITS, s->values[i_field]);
}

/* ---- The document ---- */

static msw_json *document_of(const sample *s, bool is_rounded, msw_arena *arena, size_t *n_bytes) {
  msw_json *fields = msw_json_new(arena, MSW_JSON_ARRAY, (msw_loc){0});
  fields->key = "fields";
  *n_bytes = 0;
  for (size_t i_field = 0; i_field < s->block->n_fields; i_field++) {
    const msw_result_field *field = &s->block->fields[i_field];
    msw_json *object = msw_json_add_object(arena, fields, NULL);
    msw_report_add_field(arena, object, field);
    msw_json_add_bool(arena, object, "rounded", is_rounded && is_number(field));
    if (is_number(field)) msw_report_add_floats(arena, object, "cells", (const float *)s->values[i_field], s->n_cells);
    else msw_report_add_codes(arena, object, "cells", s->values[i_field], s->n_cells);
    *n_bytes += strlen(msw_json_get(msw_json_get(object, "cells"), "data")->text);
  }
  return fields;
}

/* Halves of the arena's memory are lost with every attempt, hence one of its own until the text fits. */
static void add_fitting(const sample *first, bool is_whole, size_t most_bytes, msw_arena *arena, msw_json *parent) {
  enum { LEAST_CELLS = 64 };
  msw_arena scratch = {0};
  sample own = sample_thin(first, first->selection);
  size_t n_bytes = 0;
  msw_json *fields = document_of(&own, !is_whole, &scratch, &n_bytes);
  for (bool is_rounded = !is_whole; n_bytes > most_bytes && own.n_cells > LEAST_CELLS; is_rounded = true) {
    if (is_rounded) {
      const double left = 0.95 * (double)most_bytes / (double)n_bytes;
      const uint64_t most_cells = (uint64_t)(left * (double)own.n_cells);
      sample thinner = sample_thin(&own, msw_report_thin(own.block, &own.selection, most_cells, arena));
      if (thinner.n_cells == own.n_cells) { sample_free(&thinner); break; }
      sample_free(&own);
      own = thinner;
    } else sample_round(&own);
    msw_arena_free(&scratch);
    fields = document_of(&own, true, &scratch, &n_bytes);
  }
  msw_report_add_dims(arena, parent, own.block, &own.selection);
  msw_json_add_number(arena, parent, "n_kept", (double)own.n_cells);
  msw_json_append(parent, msw_json_copy(arena, fields));
  sample_free(&own);
  msw_arena_free(&scratch);
}

msw_status msw_report_cells(const msw_report_source *source, size_t most_bytes, msw_arena *arena, msw_diag *diag,
                            msw_json *parent) {
  const double least_bytes_of_cell = 0.4;   /* of a field that changes smoothly and is rounded */
  const size_t n_fields = source->block->n_fields > 0 ? source->block->n_fields : 1;
  const uint64_t most_cells = (uint64_t)((double)most_bytes / least_bytes_of_cell / (double)n_fields) + 1;
  const msw_selection kept = msw_report_thin(source->block, source->selection, most_cells, arena);
  sample s = sample_new(source->block, kept);
  const bool is_whole = s.n_cells == msw_selection_cells(source->block, source->selection);
  msw_status status = sample_read(source, &s, diag);
  if (status == MSW_OK && !is_whole) sample_round(&s);
  if (status == MSW_OK) add_fitting(&s, is_whole, most_bytes, arena, parent);
  sample_free(&s);
  return status;
}
