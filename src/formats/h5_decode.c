/* Unfiltering of one chunk in the calling thread: the counterpart of h5_encode.c. libhdf5 would do the same with zlib under its
 * global lock, at a third of the speed per thread.
 */
#include "h5_inner.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

/* One stage's result, from which the next reads. */
typedef struct { unsigned char *bytes; size_t cap; } stage_buffer;

struct msw_h5_decoder {
  struct libdeflate_decompressor *inflater;
  stage_buffer stages[2];        /* in turn */
};

msw_h5_decoder *msw_h5_decoder_new(void) {
  msw_h5_decoder *decoder = msw_alloc_zero(1, sizeof *decoder);
  decoder->inflater = libdeflate_alloc_decompressor();
  if (!decoder->inflater) msw_out_of_memory(sizeof *decoder);
  return decoder;
}

void msw_h5_decoder_free(msw_h5_decoder *decoder) {
  if (!decoder) return;
  libdeflate_free_decompressor(decoder->inflater);
  for (size_t i_stage = 0; i_stage < 2; i_stage++) free(decoder->stages[i_stage].bytes);
  free(decoder);
}

/* Puts the first bytes of all elements, then the second bytes, and so on, back where they belong. */
static inline void scatter_planes(const unsigned char *planes, size_t n_elems, size_t elem_size, unsigned char *out) {
  for (size_t i_elem = 0; i_elem < n_elems; i_elem++)
    for (size_t i_byte = 0; i_byte < elem_size; i_byte++)
      out[i_elem * elem_size + i_byte] = planes[i_byte * n_elems + i_elem];
}

static void unshuffle(const unsigned char *bytes, size_t n_bytes, size_t elem_size, unsigned char *out) {
  size_t n_elems = n_bytes / elem_size, n_whole = n_elems * elem_size;
  switch (elem_size) {   /* sizes known to the compiler become vector code */
    case 4: scatter_planes(bytes, n_elems, 4, out); break;
    case 8: scatter_planes(bytes, n_elems, 8, out); break;
    default: scatter_planes(bytes, n_elems, elem_size, out); break;
  }
  memcpy(out + n_whole, bytes + n_whole, n_bytes - n_whole);
}

/* A chunk on its way back through the filters. */
typedef struct { const unsigned char *bytes; size_t n; } passage;

static const char *check_sums(passage *at) {
  if (at->n < MSW_H5_FLETCHER32_BYTES) return "it is too short";
  unsigned char sums[MSW_H5_FLETCHER32_BYTES];
  at->n -= MSW_H5_FLETCHER32_BYTES;
  msw_h5_fletcher32(at->bytes, at->n, sums);
  return memcmp(sums, at->bytes + at->n, sizeof sums) == 0 ? NULL : "its checksum does not match";
}

static const char *inflate_to(msw_h5_decoder *decoder, const passage *at, unsigned char *out, size_t n_out) {
  enum libdeflate_result result = libdeflate_zlib_decompress(decoder->inflater, at->bytes, at->n, out, n_out, NULL);
  switch (result) {
    case LIBDEFLATE_SUCCESS: return NULL;
    case LIBDEFLATE_BAD_DATA: return "it cannot be inflated";
    case LIBDEFLATE_SHORT_OUTPUT: return "it inflates to less than a chunk";
    case LIBDEFLATE_INSUFFICIENT_SPACE: return "it inflates to more than a chunk";
  }
  return "it cannot be inflated";
}

static bool is_applied(const msw_h5_storage *storage, const msw_h5_stored *stored, size_t i_filter, msw_h5_filter filter) {
  return storage->filters[i_filter] == filter && (stored->skipped >> i_filter & 1) == 0;
}

/* Bytes that went into filter i_filter: the plain ones and the checksums that filters before it have added. */
static size_t bytes_before(const msw_h5_storage *storage, const msw_h5_stored *stored, size_t i_filter, size_t n_plain) {
  for (size_t i_before = 0; i_before < i_filter; i_before++)
    if (is_applied(storage, stored, i_before, MSW_H5_FLETCHER32)) n_plain += MSW_H5_FLETCHER32_BYTES;
  return n_plain;
}

/* Undoes one filter. `i_stage`: the buffer to write to, then the other one. */
static const char *undo(msw_h5_decoder *decoder, const msw_h5_storage *storage, msw_h5_filter filter, size_t n_out,
                        size_t i_stage, passage *at) {
  if (filter == MSW_H5_FLETCHER32) return check_sums(at);
  stage_buffer *to = &decoder->stages[i_stage % 2];
  to->bytes = msw_grow(to->bytes, &to->cap, n_out, 1);
  const char *problem = NULL;
  if (filter == MSW_H5_DEFLATE) problem = inflate_to(decoder, at, to->bytes, n_out);
  else if (at->n == n_out) unshuffle(at->bytes, n_out, msw_h5_type_size(storage->type), to->bytes);
  else problem = "it is not as long as a chunk";
  *at = (passage){to->bytes, n_out};
  return problem;
}

/* The last filter to be undone writes to `out` itself: our own chunks are shuffled, which costs a copy less. */
const char *msw_h5_decode(msw_h5_decoder *decoder, const msw_h5_storage *storage, const msw_h5_stored *stored, void *out,
                          size_t n_bytes) {
  passage at = {stored->bytes, stored->n};
  const size_t elem_size = msw_h5_type_size(storage->type);
  const char *problem = NULL;
  for (size_t i_filter = storage->n_filters; i_filter-- > 0 && !problem;) {
    if (!is_applied(storage, stored, i_filter, storage->filters[i_filter])) continue;
    size_t n_out = bytes_before(storage, stored, i_filter, n_bytes);
    if (i_filter == 0 && storage->filters[0] == MSW_H5_SHUFFLE && at.n == n_bytes) {
      unshuffle(at.bytes, n_bytes, elem_size, out);
      return NULL;
    }
    problem = undo(decoder, storage, storage->filters[i_filter], n_out, i_filter, &at);
  }
  if (!problem && at.n != n_bytes) problem = "it is not as long as a chunk";
  if (!problem) memcpy(out, at.bytes, n_bytes);
  return problem;
}
