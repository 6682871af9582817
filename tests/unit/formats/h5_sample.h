/* A small result file as the tool writes it, shared by the tests of the h5 module: four labelled dimensions, a
 * compressed float variable whose edge chunks reach over the edge, a plain double one, flags, and /meta. */
#ifndef MSW_H5_SAMPLE_H
#define MSW_H5_SAMPLE_H

#include <stdlib.h>
#include <unistd.h>

#include "msw/formats/h5.h"
#include "msw_test.h"

enum { N_MODEL = 2, N_TP = 3, N_BATCH = 3, N_KV = 5, SAMPLE_RANK = 4, N_SAMPLE = N_MODEL * N_TP * N_BATCH * N_KV };

static const char *const sample_models[N_MODEL] = {"llama-3.1-8b", "qwen3-моэ"};
static const int32_t sample_tp[N_TP] = {1, 2, 4};
static const int32_t sample_batch[N_BATCH] = {1, 8, 64};
static const int64_t sample_kv_len[N_KV] = {128, 1024, 8192, 32768, 131072};
static const uint64_t sample_dims[SAMPLE_RANK] = {N_MODEL, N_TP, N_BATCH, N_KV};
static const uint64_t sample_chunk[SAMPLE_RANK] = {1, 1, 2, 4};

/* A fresh folder; *path gets "<folder>/<name>" (free it with sample_forget). */
static inline char *sample_path(const char *name) {
  char folder[] = "/tmp/msw-h5-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char *path = msw_alloc(sizeof folder + strlen(name) + 1);
  snprintf(path, sizeof folder + strlen(name) + 1, "%s/%s", folder, name);
  return path;
}

static inline void sample_forget(char *path) {
  unlink(path);
  *strrchr(path, '/') = '\0';
  rmdir(path);
  free(path);
}

/* Cell number i_cell of the sample; the first cell of each row of kv_len is void. */
static inline float sample_value(size_t i_cell) { return i_cell % N_KV == 0 ? NAN : 1.5f + 0.25f * (float)i_cell; }

/* Advances a multi-index over a box; false when it wrapped around. */
static inline bool sample_next(size_t rank, uint64_t *index, const uint64_t *dims, const uint64_t *step) {
  for (size_t i_dim = rank; i_dim-- > 0;) {
    index[i_dim] += step[i_dim];
    if (index[i_dim] < dims[i_dim]) return true;
    index[i_dim] = 0;
  }
  return false;
}

/* Copies the chunk at `offset` out of `cells` (row-major, dims), padded with zeros. */
static inline void sample_cut(size_t rank, const uint64_t *dims, const uint64_t *chunk, const uint64_t *offset,
                              size_t elem_size, const unsigned char *cells, unsigned char *out) {
  uint64_t at[MSW_H5_MAX_RANK] = {0}, ones[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < rank; i_dim++) ones[i_dim] = 1;
  do {
    uint64_t cell = 0;
    bool is_inside = true;
    for (size_t i_dim = 0; i_dim < rank; i_dim++) {
      is_inside = is_inside && offset[i_dim] + at[i_dim] < dims[i_dim];
      cell = cell * dims[i_dim] + offset[i_dim] + at[i_dim];
    }
    if (is_inside) memcpy(out, cells + cell * elem_size, elem_size);
    else memset(out, 0, elem_size);
    out += elem_size;
  } while (sample_next(rank, at, chunk, ones));
}

/* Writes all chunks of a variable. */
static inline msw_status sample_write_cells(msw_h5 dataset, const msw_h5_variable *variable, const void *cells,
                                            msw_diag *diag) {
  msw_h5_encoder *encoder = msw_h5_encoder_new(1);
  size_t elem_size = msw_h5_type_size(variable->type), n_bytes = elem_size;
  for (size_t i_dim = 0; i_dim < variable->rank; i_dim++) n_bytes *= variable->chunk[i_dim];
  unsigned char *plain = msw_alloc(n_bytes), *encoded = msw_alloc(msw_h5_encode_bound(encoder, n_bytes));
  uint64_t offset[MSW_H5_MAX_RANK] = {0};
  msw_status status = MSW_OK;
  do {
    sample_cut(variable->rank, variable->dims, variable->chunk, offset, elem_size, cells, plain);
    size_t n_encoded = variable->deflate ? msw_h5_encode(encoder, plain, n_bytes, elem_size, encoded) : n_bytes;
    status = msw_h5_write_chunk(dataset, offset, variable->deflate ? encoded : plain, n_encoded, diag);
  } while (status == MSW_OK && sample_next(variable->rank, offset, variable->dims, variable->chunk));
  free(encoded);
  free(plain);
  msw_h5_encoder_free(encoder);
  return status;
}

static inline void sample_write_coords(msw_h5 group, msw_h5 *scales, msw_diag *diag) {
  msw_h5_coord_texts(group, "model", sample_models, N_MODEL, diag, &scales[0]);
  msw_h5_coord_numbers(group, "tp", MSW_H5_I32, sample_tp, N_TP, diag, &scales[1]);
  msw_h5_coord_numbers(group, "batch", MSW_H5_I32, sample_batch, N_BATCH, diag, &scales[2]);
  msw_h5_coord_numbers(group, "kv_len", MSW_H5_I64, sample_kv_len, N_KV, diag, &scales[3]);
  msw_h5_attr_text(scales[0], "long_name", "model", diag);
  msw_h5_attr_text(scales[3], "long_name", "KV-cache length (tokens)", diag);
  msw_h5_attr_text(scales[3], "units", "1", diag);
  assert_no_errors(diag);
}

/* One variable with its cells; the dataset stays open. */
static inline msw_h5 sample_write_variable(msw_h5 group, const char *name, msw_h5_type type, bool deflate,
                                           const msw_h5 *scales, const void *cells, msw_diag *diag) {
  msw_h5 dataset;
  msw_h5_variable variable = {.name = name, .type = type, .rank = SAMPLE_RANK, .dims = sample_dims,
                              .chunk = sample_chunk, .scales = scales, .deflate = deflate};
  msw_h5_create_variable(group, &variable, diag, &dataset);
  assert_no_errors(diag);
  sample_write_cells(dataset, &variable, cells, diag);
  assert_no_errors(diag);
  return dataset;
}

/* An auxiliary coordinate along tp: a plain dataset with a scale, named in the fields' attribute `coordinates`. */
static inline void sample_write_auxiliary(msw_h5 group, msw_h5 scale, msw_diag *diag) {
  const double link_bytes_per_s[N_TP] = {0.5e9, 25e9, 450e9};
  msw_h5 dataset;
  msw_h5_write_numbers(group, "link_bytes_per_s", MSW_H5_F64, link_bytes_per_s, N_TP, diag);
  msw_h5_open_dataset(group, "link_bytes_per_s", diag, &dataset);
  msw_h5_attach_scale(dataset, scale, 0, diag);
  msw_h5_attr_text(dataset, "units", "byte s-1", diag);
  msw_h5_close(dataset);
}

static inline void sample_write_floats(msw_h5 group, const msw_h5 *scales, msw_diag *diag) {
  float single[N_SAMPLE];
  double twice[N_SAMPLE];
  for (size_t i_cell = 0; i_cell < N_SAMPLE; i_cell++) {
    single[i_cell] = sample_value(i_cell);
    twice[i_cell] = 2.0 * (double)sample_value(i_cell);
  }
  msw_h5 step = sample_write_variable(group, "step_us", MSW_H5_F32, true, scales, single, diag);
  msw_h5_attr_text(step, "units", "us", diag);
  msw_h5_attr_text(step, "long_name", "step time (us)", diag);
  msw_h5_attr_text(step, "interpretation", "image", diag);
  msw_h5_attr_text(step, "coordinates", "link_bytes_per_s", diag);
  msw_h5_close(step);
  msw_h5 other = sample_write_variable(group, "decode_us", MSW_H5_F64, false, scales, twice, diag);
  msw_h5_attr_text(other, "units", "us", diag);
  msw_h5_close(other);
}

static inline void sample_write_flags(msw_h5 group, const msw_h5 *scales, msw_diag *diag) {
  const uint8_t masks[2] = {1, 2};
  uint8_t flags[N_SAMPLE];
  for (size_t i_cell = 0; i_cell < N_SAMPLE; i_cell++) flags[i_cell] = i_cell % N_KV == 0 ? 1 : 0;
  msw_h5 dataset = sample_write_variable(group, "flags", MSW_H5_U8, true, scales, flags, diag);
  msw_h5_attr_numbers(dataset, "flag_masks", MSW_H5_U8, masks, 2, diag);
  msw_h5_attr_text(dataset, "flag_meanings", "excluded kv_does_not_fit", diag);
  msw_h5_close(dataset);
}

static inline void sample_write_meta(msw_h5 file, msw_diag *diag) {
  const char *const inputs[3] = {"a.json", "", "ü.csv"};
  const uint64_t counts[2] = {7, UINT64_MAX};
  msw_h5 meta;
  msw_h5_create_group(file, "meta", diag, &meta);
  msw_h5_write_text(meta, "spec", "{ \"name\": \"größe\" }\n", diag);
  msw_h5_write_texts(meta, "inputs", inputs, 3, diag);
  msw_h5_write_numbers(meta, "counts", MSW_H5_U64, counts, 2, diag);
  msw_h5_attr_text(meta, "empty", "", diag);
  msw_h5_attr_numbers(meta, "counts", MSW_H5_U64, counts, 2, diag);
  msw_h5_attr_numbers(meta, "format", MSW_H5_I32, sample_tp, 1, diag);
  msw_h5_close(meta);
}

/* More than eight attributes on one object: libhdf5 stores them in another way then. */
static inline void sample_write_globals(msw_h5 file, msw_diag *diag) {
  static const char *const names[] = {"title",       "source",  "history", "references",
                                      "institution", "comment", "creator", "product"};
  msw_h5_attr_text(file, "Conventions", "CF-1.10", diag);
  for (size_t i_name = 0; i_name < sizeof names / sizeof names[0]; i_name++)
    msw_h5_attr_text(file, names[i_name], names[i_name], diag);
}

static inline void sample_write_nexus(msw_h5 group, msw_diag *diag) {
  const char *const axes[SAMPLE_RANK] = {".", "tp", "batch", "kv_len"};   /* h5web wants "." where names are text */
  msw_h5_attr_text(group, "NX_class", "NXdata", diag);
  msw_h5_attr_text(group, "signal", "step_us", diag);
  msw_h5_attr_texts(group, "axes", axes, SAMPLE_RANK, diag);
}

/* The whole file; the grid lies in `group_name`, or in the root when that is NULL. */
static inline void sample_write(const char *path, const char *group_name, msw_diag *diag) {
  msw_h5 file, group = MSW_H5_NONE, scales[SAMPLE_RANK];
  msw_h5_create(path, diag, &file);
  assert_no_errors(diag);
  sample_write_globals(file, diag);
  if (group_name) msw_h5_create_group(file, group_name, diag, &group);
  msw_h5 home = group_name ? group : file;
  sample_write_coords(home, scales, diag);
  sample_write_auxiliary(home, scales[1], diag);
  sample_write_floats(home, scales, diag);
  sample_write_flags(home, scales, diag);
  sample_write_nexus(home, diag);
  sample_write_meta(file, diag);
  for (size_t i_dim = 0; i_dim < SAMPLE_RANK; i_dim++) msw_h5_close(scales[i_dim]);
  msw_h5_close(group);
  msw_h5_close_file(file, diag);
  assert_no_errors(diag);
}

#endif
