/* Cells on their way into the file: encoded by many threads, each tile in a slot of its own, written in tile order by one
 * thread at a time. */
#include "writer_parts.h"

#include <stdlib.h>
#include <string.h>

/* Of float32. What is kept of it counts as CF's "number of significant bits". */
enum { MANTISSA_BITS = 23 };

static size_t most_fields(const msw_plan *plan) {
  size_t most = 0;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++)
    if (plan->blocks[i_block].n_fields > most) most = plan->blocks[i_block].n_fields;
  return most;
}

void msw_slots_start(msw_writer *writer) {
  size_t n_slots = (size_t)msw_run_slots(writer->options.n_threads), n_fields = most_fields(writer->plan);
  writer->slots = msw_arena_array(&writer->arena, n_slots, sizeof *writer->slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++)
    writer->slots[i_slot].fields = msw_arena_array(&writer->arena, n_fields, sizeof *writer->slots[i_slot].fields);
}

void msw_slots_end(msw_writer *writer) {
  if (!writer->slots) return;
  size_t n_fields = most_fields(writer->plan);
  for (int i_slot = 0; i_slot < msw_run_slots(writer->options.n_threads); i_slot++) {
    msw_writer_slot *slot = &writer->slots[i_slot];
    for (size_t i_field = 0; i_field < n_fields; i_field++) free(slot->fields[i_field].bytes);
    msw_h5_encoder_free(slot->encoder);
    free(slot->rounded);
  }
}

/* Rounds float32 to the nearest number with `keepbits` bits of mantissa, ties to even: what the bits below amount to is
 * added before they are cut off, so that a carry goes into the exponent as it should. NaN and infinity stay as they are. */
void msw_round_mantissas(const void *cells, size_t n_cells, int keepbits, void *rounded) {
  const uint32_t all_exponent = 0x7f800000u, n_cut = (uint32_t)(MANTISSA_BITS - keepbits);
  const uint32_t cut = (1u << n_cut) - 1, below_half = cut >> 1;
  for (size_t i_cell = 0; i_cell < n_cells; i_cell++) {
    uint32_t bits;
    memcpy(&bits, (const unsigned char *)cells + i_cell * sizeof bits, sizeof bits);
    uint32_t is_odd = bits >> n_cut & 1, nearest = (bits + below_half + is_odd) & ~cut;
    bits = (bits & all_exponent) == all_exponent ? bits : nearest;
    memcpy((unsigned char *)rounded + i_cell * sizeof bits, &bits, sizeof bits);
  }
}

static const void *round_cells(const msw_writer *writer, msw_writer_slot *slot, const void *cells, size_t n_bytes) {
  slot->rounded = msw_grow(slot->rounded, &slot->rounded_cap, n_bytes, 1);
  msw_round_mantissas(cells, n_bytes / sizeof(float), writer->options.keepbits, slot->rounded);
  return slot->rounded;
}

static void encode(void *context, int i_slot, size_t i_block, size_t i_field, const void *cells, size_t n_bytes) {
  msw_writer *writer = context;
  msw_writer_slot *slot = &writer->slots[i_slot];
  msw_stored_chunk *chunk = &slot->fields[i_field];
  msw_field_type type = writer->plan->blocks[i_block].fields[i_field]->type;
  if (writer->options.deflate && !slot->encoder) slot->encoder = msw_h5_encoder_new(writer->options.deflate_level);
  size_t bound = slot->encoder ? msw_h5_encode_bound(slot->encoder, n_bytes) : n_bytes;
  chunk->bytes = msw_grow(chunk->bytes, &chunk->cap, bound + MSW_H5_FLETCHER32_BYTES, 1);
  if (type == MSW_FIELD_F32 && writer->options.keepbits > 0) cells = round_cells(writer, slot, cells, n_bytes);
  if (slot->encoder) {
    chunk->n = msw_h5_encode(slot->encoder, cells, n_bytes, msw_field_size(type), chunk->bytes);
  } else {
    memcpy(chunk->bytes, cells, n_bytes);   /* the caller may refill its cells before commit */
    chunk->n = n_bytes;
  }
  if (!writer->options.fletcher32) return;
  msw_h5_fletcher32(chunk->bytes, chunk->n, chunk->bytes + chunk->n);
  chunk->n += MSW_H5_FLETCHER32_BYTES;
}

static msw_status commit(void *context, int i_slot, size_t i_block, const msw_tile *tile) {
  msw_writer *writer = context;
  size_t n_fields = writer->plan->blocks[i_block].n_fields;
  msw_status status = MSW_OK;
  for (size_t i_field = 0; i_field < n_fields && status == MSW_OK; i_field++) {
    const msw_stored_chunk *chunk = &writer->slots[i_slot].fields[i_field];
    status = msw_h5_write_chunk(writer->datasets[i_block][i_field], tile->start, chunk->bytes, chunk->n, writer->diag);
    writer->n_bytes += chunk->n;
  }
  writer->cells[i_block] += tile->n_cells;
  if (status == MSW_OK) msw_write_behind_to(&writer->behind, writer->n_bytes);
  else msw_temp_hide(writer->temp, writer->path, writer->diag);
  return status;
}

msw_sink msw_writer_sink(msw_writer *writer) {
  return (msw_sink){.context = writer, .encode = encode, .commit = commit, .reduce = writer->reduce};
}
