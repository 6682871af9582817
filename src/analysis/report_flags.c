/* How many cells have which flag. */
#include <stdlib.h>

#include "msw/perf/flags.h"
#include "report_parts.h"

typedef struct { uint64_t of_bit[MSW_N_FLAG_BITS], n_absent, n_no_number, n_plain; } flag_counts;

static void count(flag_counts *counts, msw_flags flags, uint64_t n) {
  if (flags == 0) counts->n_plain += n;
  if (flags == MSW_FLAGS_ABSENT) counts->n_absent += n;
  if (flags == 0 || flags == MSW_FLAGS_ABSENT) return;
  if (flags & MSW_FLAGS_NO_NUMBER) counts->n_no_number += n;
  for (int bit = 0; bit < MSW_N_FLAG_BITS; bit++) counts->of_bit[bit] += flags >> bit & 1u ? n : 0;
}

/* Neighbours mostly have the same flags: they are counted together. */
static bool count_piece(void *context, const msw_scan_piece *piece) {
  flag_counts *counts = (flag_counts *)context + piece->i_thread;
  for (size_t i_cell = 0, next; i_cell < piece->n_cells; i_cell = next) {
    const msw_flags flags = (msw_flags)piece->values[0][i_cell];
    for (next = i_cell + 1; next < piece->n_cells && (msw_flags)piece->values[0][next] == flags;) next++;
    count(counts, flags, next - i_cell);
  }
  return true;
}

static const msw_result_field *flags_of(const msw_result_block *block) {
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    if (block->fields[i_field].type == MSW_FIELD_U32) return &block->fields[i_field];
  return NULL;
}

static void add_up(flag_counts *counts, int n_threads) {
  for (int i_thread = 1; i_thread < n_threads; i_thread++) {
    for (int bit = 0; bit < MSW_N_FLAG_BITS; bit++) counts->of_bit[bit] += counts[i_thread].of_bit[bit];
    counts->n_absent += counts[i_thread].n_absent;
    counts->n_no_number += counts[i_thread].n_no_number;
    counts->n_plain += counts[i_thread].n_plain;
  }
}

static void add_bits(const msw_result_field *field, const flag_counts *counts, msw_arena *arena, msw_json *object) {
  msw_json *bits = msw_json_add_array(arena, object, "bits");
  for (size_t i = 0; i < field->n_meanings; i++) {
    const msw_flags bit = field->meanings[i].value;
    uint64_t n = 0;
    for (int i_bit = 0; i_bit < MSW_N_FLAG_BITS; i_bit++)
      if (bit == (msw_flags)1 << i_bit) n = counts->of_bit[i_bit];
    if (n == 0) continue;
    msw_json *entry = msw_json_add_object(arena, bits, NULL);
    msw_json_add_string(arena, entry, "name", field->meanings[i].name);
    msw_json_add_number(arena, entry, "n", (double)n);
    msw_json_add_bool(arena, entry, "has_no_number", (bit & MSW_FLAGS_NO_NUMBER) != 0);
  }
}

msw_status msw_report_flags(const msw_report_source *source, msw_arena *arena, msw_diag *diag, msw_json *parent) {
  const msw_result_field *field = flags_of(source->block);
  if (!field) {
    msw_json_add_string(arena, parent, "flags", NULL);
    return MSW_OK;
  }
  const msw_scan_stream stream = {.field = field, .pinned_dim = -1};
  const msw_scan scan = {source->result, source->block, source->selection, &stream, 1, -1, source->n_threads, source->stop};
  flag_counts *counts = msw_alloc_zero((size_t)source->n_threads, sizeof *counts);
  msw_status status = msw_result_scan(&scan, count_piece, counts, diag);
  if (status == MSW_OK) {
    add_up(counts, source->n_threads);
    msw_json *object = msw_json_add_object(arena, parent, "flags");
    msw_json_add_number(arena, object, "n_absent", (double)counts->n_absent);
    msw_json_add_number(arena, object, "n_no_number", (double)counts->n_no_number);
    msw_json_add_number(arena, object, "n_plain", (double)counts->n_plain);
    add_bits(field, counts, arena, object);
  }
  free(counts);
  return status;
}
