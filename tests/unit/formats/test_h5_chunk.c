/* Chunks as they are stored, the checksums behind them, and what can be learned of a dataset without reading it. */
#include "h5_sample.h"

typedef struct { char *path; msw_diag diag; msw_arena arena; msw_h5 file, scale; } fixture;

enum { N_CELLS = 10, CHUNK = 4, N_CHUNKS = 3 };
static const uint64_t dims[1] = {N_CELLS}, chunk[1] = {CHUNK};

static int setup(void **state) {
  static const int32_t index[N_CELLS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  fixture *f = msw_alloc_zero(1, sizeof *f);
  f->path = sample_path("chunks.h5");
  msw_h5_create(f->path, &f->diag, &f->file);
  msw_h5_coord_numbers(f->file, "index", MSW_H5_I32, index, N_CELLS, &f->diag, &f->scale);
  *state = f;
  return f->diag.n_errors > 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  msw_h5_close(f->scale);
  msw_status status = msw_h5_close_file(f->file, &f->diag);
  sample_forget(f->path);
  msw_diag_free(&f->diag);
  msw_arena_free(&f->arena);
  free(f);
  return status != MSW_OK;
}

static msw_h5_variable make(fixture *f, const char *name, msw_h5_type type) {
  return (msw_h5_variable){.name = name, .type = type, .rank = 1, .dims = dims, .chunk = chunk, .scales = &f->scale};
}

static msw_h5 create(fixture *f, msw_h5_variable variable) {
  msw_h5 dataset;
  assert_int_equal(msw_h5_create_variable(f->file, &variable, &f->diag, &dataset), MSW_OK);
  return dataset;
}

/* Closes the file and opens it again to be read. */
static void reopen(fixture *f) {
  msw_h5_close(f->scale);
  f->scale = MSW_H5_NONE;
  assert_int_equal(msw_h5_close_file(f->file, &f->diag), MSW_OK);
  assert_int_equal(msw_h5_open_read(f->path, &f->diag, &f->file), MSW_OK);
}

static msw_h5 open_dataset(fixture *f, const char *name) {
  msw_h5 dataset;
  assert_int_equal(msw_h5_open_dataset(f->file, name, &f->diag, &dataset), MSW_OK);
  return dataset;
}

static void stored_bytes_come_back(void **state) {
  fixture *f = *state;
  const unsigned char stored[2][7] = {"abcdefg", "hij"};
  const uint64_t offsets[N_CHUNKS][1] = {{0}, {CHUNK}, {2 * CHUNK}};
  const size_t sizes[] = {7, 3};
  msw_h5_variable variable = make(f, "deflated", MSW_H5_F32);
  variable.deflate = true;
  msw_h5 dataset = create(f, variable);
  for (int i_chunk = 0; i_chunk < 2; i_chunk++)   /* nobody inflates them here: any bytes will do */
    msw_h5_write_chunk(dataset, offsets[i_chunk], stored[i_chunk], sizes[i_chunk], &f->diag);
  msw_h5_close(dataset);
  reopen(f);
  dataset = open_dataset(f, "deflated");
  for (int i_chunk = 0; i_chunk < 2; i_chunk++) {
    size_t n_bytes = 99;
    unsigned char bytes[8] = "";
    assert_int_equal(msw_h5_chunk_bytes(dataset, offsets[i_chunk], &f->diag, &n_bytes), MSW_OK);
    assert_int_equal(n_bytes, sizes[i_chunk]);
    assert_int_equal(msw_h5_read_chunk(dataset, offsets[i_chunk], bytes, &f->diag), MSW_OK);
    assert_memory_equal(bytes, stored[i_chunk], n_bytes);
  }
  uint64_t n = 0;
  assert_int_equal(msw_h5_count_chunks(dataset, &f->diag, &n), MSW_OK);
  assert_int_equal(n, 2);
  assert_no_errors(&f->diag);
  unsigned char byte[16];
  size_t n_bytes;
  assert_int_equal(msw_h5_chunk_bytes(dataset, offsets[2], &f->diag, &n_bytes), MSW_FAILED);
  assert_says(&f->diag, "cannot look up a chunk in /deflated");
  assert_int_equal(msw_h5_read_chunk(dataset, offsets[2], byte, &f->diag), MSW_FAILED);
  assert_says(&f->diag, "cannot read a chunk in /deflated");
  assert_string_equal(f->diag.items[0].loc.file, f->path);
  msw_h5_close(dataset);
}

/* Without filters, too, a chunk that was never written is not there. */
static void plain_chunks_come_back(void **state) {
  fixture *f = *state;
  const float cells[CHUNK] = {1, 2, 3, 4};
  const uint64_t written[1] = {CHUNK}, absent[1] = {0};
  float back[CHUNK];
  size_t n_bytes = 0;
  uint64_t n = 0;
  msw_h5 dataset = create(f, make(f, "plain", MSW_H5_F32));
  msw_h5_write_chunk(dataset, written, cells, sizeof cells, &f->diag);
  msw_h5_close(dataset);
  reopen(f);
  dataset = open_dataset(f, "plain");
  assert_int_equal(msw_h5_chunk_bytes(dataset, written, &f->diag, &n_bytes), MSW_OK);
  assert_int_equal(n_bytes, sizeof cells);
  assert_int_equal(msw_h5_read_chunk(dataset, written, back, &f->diag), MSW_OK);
  assert_memory_equal(back, cells, sizeof cells);
  assert_int_equal(msw_h5_count_chunks(dataset, &f->diag, &n), MSW_OK);
  assert_int_equal(n, 1);
  assert_no_errors(&f->diag);
  assert_int_equal(msw_h5_read_chunk(dataset, absent, back, &f->diag), MSW_FAILED);
  msw_h5_close(dataset);
}

/* Cells that nobody wrote: NaN, or what was asked for; as a property of the dataset only, for netCDF's sake. */
static void absent_cells_have_their_fill_value(void **state) {
  fixture *f = *state;
  const uint64_t start = 0, count = N_CELLS;
  msw_h5_variable flags = make(f, "flags", MSW_H5_U32), codes = make(f, "codes", MSW_H5_U8);
  flags.fill = UINT32_MAX;
  msw_h5 dataset = create(f, flags);
  const char *fill = "";
  assert_int_equal(msw_h5_read_attr_text(dataset, "_FillValue", &f->arena, &f->diag, &fill), MSW_OK);
  assert_null(fill);
  msw_h5_close(dataset);
  msw_h5_close(create(f, codes));
  msw_h5_close(create(f, make(f, "step_us", MSW_H5_F32)));
  reopen(f);
  uint32_t bits[N_CELLS];
  uint8_t code[N_CELLS];
  float time_us[N_CELLS];
  msw_h5_read_slab(f->file, "flags", MSW_H5_U32, 1, &start, &count, bits, &f->diag);
  msw_h5_read_slab(f->file, "codes", MSW_H5_U8, 1, &start, &count, code, &f->diag);
  msw_h5_read_slab(f->file, "step_us", MSW_H5_F32, 1, &start, &count, time_us, &f->diag);
  assert_no_errors(&f->diag);
  for (size_t i_cell = 0; i_cell < N_CELLS; i_cell++) {
    assert_int_equal(bits[i_cell], UINT32_MAX);
    assert_int_equal(code[i_cell], 0);
    assert_true(isnan(time_us[i_cell]));
  }
}

/* Known sums: worked out by hand from the definition, low byte first as HDF5 stores them. */
static void known_checksums(void **state) {
  (void)state;
  static const struct { const char *bytes; size_t n; uint32_t expected; } cases[] = {
      {"", 0, 0},
      {"\x00\x00\x00\x00", 4, 0},
      {"\x01\x02", 2, 0x01020102},
      {"\x01\x02\x03", 3, 0x05040402},           /* words 0102 0300: 0402; 0102 + 0402 */
      {"\x01\x02\x03\x04", 4, 0x05080406},
      {"\xff\xff", 2, 0xffffffff},               /* not folded to 0 */
      {"\xff\xff\x00\x01", 4, 0x00010001},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    unsigned char sum[MSW_H5_FLETCHER32_BYTES];
    msw_h5_fletcher32(cases[i_case].bytes, cases[i_case].n, sum);
    uint32_t found = sum[0] | (uint32_t)sum[1] << 8 | (uint32_t)sum[2] << 16 | (uint32_t)sum[3] << 24;
    assert_int_equal(found, cases[i_case].expected);
  }
  assert_int_equal(msw_h5_crc32("123456789", 9), 0xcbf43926);   /* the check value of the CRC's definition */
}

/* Writes n bytes of a made pattern with their checksum and reads them through libhdf5, which verifies it. `damage`: flips a
 * bit of them; the read has to fail then. */
static void through_libhdf5(uint64_t n, bool deflate, bool damage) {
  msw_diag diag = {0};
  char *path = sample_path("sums.h5");
  msw_h5 file, scale, dataset;
  int32_t *index = msw_alloc_zero(n, sizeof *index);
  unsigned char *cells = msw_alloc(n), *back = msw_alloc(n);
  for (uint64_t i_cell = 0; i_cell < n; i_cell++) cells[i_cell] = (unsigned char)(255 - i_cell * i_cell / 7 % 256);
  msw_h5_create(path, &diag, &file);
  msw_h5_coord_numbers(file, "index", MSW_H5_I32, index, n, &diag, &scale);
  msw_h5_variable variable = {.name = "cells", .type = MSW_H5_U8, .rank = 1, .dims = &n, .chunk = &n, .scales = &scale,
                              .deflate = deflate, .fletcher32 = true};
  msw_h5_create_variable(file, &variable, &diag, &dataset);
  msw_h5_encoder *encoder = msw_h5_encoder_new(1);
  unsigned char *stored = msw_alloc(msw_h5_encode_bound(encoder, n) + MSW_H5_FLETCHER32_BYTES);
  size_t n_stored = n;
  if (deflate) n_stored = msw_h5_encode(encoder, cells, n, 1, stored);
  else memcpy(stored, cells, n);
  msw_h5_fletcher32(stored, n_stored, stored + n_stored);
  if (damage) stored[n_stored / 2] ^= 4;
  const uint64_t start = 0;
  msw_h5_write_chunk(dataset, &start, stored, n_stored + MSW_H5_FLETCHER32_BYTES, &diag);
  assert_no_errors(&diag);
  msw_status status = msw_h5_read_slab(file, "cells", MSW_H5_U8, 1, &start, &n, back, &diag);
  assert_int_equal(status, damage ? MSW_FAILED : MSW_OK);
  if (!damage) assert_memory_equal(back, cells, n);
  msw_h5_close(dataset);
  msw_h5_close(scale);
  assert_int_equal(msw_h5_close_file(file, &diag), MSW_OK);
  msw_h5_encoder_free(encoder);
  free(stored);
  free(back);
  free(cells);
  free(index);
  sample_forget(path);
  msw_diag_free(&diag);
}

static void libhdf5_takes_our_checksums(void **state) {
  (void)state;
  static const uint64_t sizes[] = {1, 2, 3, 719, 720, 721, 1440, 1441, 100000, 524288};
  for (size_t i_size = 0; i_size < sizeof sizes / sizeof sizes[0]; i_size++)
    for (int deflate = 0; deflate < 2; deflate++) {
      through_libhdf5(sizes[i_size], deflate, false);
      through_libhdf5(sizes[i_size], deflate, true);
    }
}

static void layouts_are_told(void **state) {
  fixture *f = *state;
  msw_h5_layout layout;
  msw_h5 dataset = create(f, make(f, "step_us", MSW_H5_F32));
  assert_int_equal(msw_h5_layout_of(dataset, &f->diag, &layout), MSW_OK);
  assert_true(layout.is_chunked);
  assert_int_equal(layout.rank, 1);
  assert_int_equal(layout.dims[0], N_CELLS);
  assert_int_equal(layout.chunk[0], CHUNK);
  msw_h5_close(dataset);
  assert_int_equal(msw_h5_layout_of(f->scale, &f->diag, &layout), MSW_OK);
  assert_false(layout.is_chunked);
  assert_int_equal(layout.dims[0], N_CELLS);
  assert_int_equal(msw_h5_create_container(f->file, "info", &f->diag, &dataset), MSW_OK);
  assert_int_equal(msw_h5_attr_text(dataset, "algorithm", "bitround", &f->diag), MSW_OK);
  assert_int_equal(msw_h5_layout_of(dataset, &f->diag, &layout), MSW_OK);
  assert_int_equal(layout.rank, 0);
  assert_false(layout.is_chunked);
  msw_h5_close(dataset);
  assert_no_errors(&f->diag);
}

static void whatever_changes_the_bytes_is_unlike(void **state) {
  fixture *f = *state;
  const uint64_t other_chunk[1] = {5};
  msw_h5_variable like[] = {make(f, "a", MSW_H5_F32), make(f, "b", MSW_H5_F32)}, unlike[5];
  for (size_t i_case = 0; i_case < 5; i_case++) unlike[i_case] = make(f, "c", MSW_H5_F32);
  unlike[0].deflate = true;
  unlike[1].fletcher32 = true;
  unlike[2].type = MSW_H5_U32;
  unlike[3].chunk = other_chunk;
  unlike[4].type = MSW_H5_F64;
  static const char *const names[] = {"c0", "c1", "c2", "c3", "c4"};
  msw_h5 first = create(f, like[0]), second = create(f, like[1]);
  bool is_alike = false;
  assert_int_equal(msw_h5_is_alike(first, second, &f->diag, &is_alike), MSW_OK);
  assert_true(is_alike);
  for (size_t i_case = 0; i_case < 5; i_case++) {
    unlike[i_case].name = names[i_case];
    msw_h5 other = create(f, unlike[i_case]);
    assert_int_equal(msw_h5_is_alike(first, other, &f->diag, &is_alike), MSW_OK);
    if (is_alike) fail_msg("case %zu is alike", i_case);
    msw_h5_close(other);
  }
  msw_h5_close(first);
  msw_h5_close(second);
}

/* What was written into one of them makes no difference, nor that it is another file. */
static void written_datasets_are_alike(void **state) {
  fixture *f = *state;
  const float cells[CHUNK] = {0};
  const uint64_t start[1] = {0};
  msw_h5_variable variable = make(f, "a", MSW_H5_F32);
  variable.deflate = variable.fletcher32 = true;
  msw_h5 here = create(f, variable), there, other, scale;
  char *path = sample_path("other.h5");
  int32_t index[N_CELLS] = {0};
  msw_h5_create(path, &f->diag, &other);
  msw_h5_coord_numbers(other, "index", MSW_H5_I32, index, N_CELLS, &f->diag, &scale);
  variable.scales = &scale;
  msw_h5_create_variable(other, &variable, &f->diag, &there);
  msw_h5_write_chunk(there, start, cells, sizeof cells, &f->diag);
  msw_h5_close(there);
  msw_h5_close(scale);
  msw_h5_close_file(other, &f->diag);
  msw_h5_open_read(path, &f->diag, &other);
  msw_h5_open_dataset(other, "a", &f->diag, &there);
  bool is_alike = false;
  assert_int_equal(msw_h5_is_alike(here, there, &f->diag, &is_alike), MSW_OK);
  assert_true(is_alike);
  msw_h5_close(there);
  msw_h5_close(here);
  msw_h5_close_file(other, &f->diag);
  assert_no_errors(&f->diag);
  sample_forget(path);
}

static void members_come_in_order_of_creation(void **state) {
  fixture *f = *state;
  static const struct { const char *name; msw_h5_kind kind; } expected[] = {
      {"index", MSW_H5_DATASET}, {"zoo", MSW_H5_GROUP}, {"ant", MSW_H5_DATASET}, {"größe", MSW_H5_GROUP}};
  const msw_h5_member *members;
  size_t n;
  msw_h5 group;
  msw_h5_create_group(f->file, "zoo", &f->diag, &group);
  assert_int_equal(msw_h5_list(group, &f->arena, &f->diag, &members, &n), MSW_OK);
  assert_int_equal(n, 0);
  msw_h5_close(group);
  msw_h5_write_text(f->file, "ant", "small", &f->diag);
  msw_h5_create_group(f->file, "größe", &f->diag, &group);
  msw_h5_close(group);
  assert_int_equal(msw_h5_list(f->file, &f->arena, &f->diag, &members, &n), MSW_OK);
  assert_int_equal(n, sizeof expected / sizeof expected[0]);
  for (size_t i_member = 0; i_member < n; i_member++) {
    assert_string_equal(members[i_member].name, expected[i_member].name);
    assert_int_equal(members[i_member].kind, expected[i_member].kind);
  }
  assert_no_errors(&f->diag);
}

static void texts_come_back(void **state) {
  fixture *f = *state;
  const char *const written[3] = {"a.json", "", "größe.csv"}, *const *texts;
  size_t n;
  msw_h5_write_texts(f->file, "inputs", written, 3, &f->diag);
  msw_h5_write_text(f->file, "one", "alone", &f->diag);
  assert_int_equal(msw_h5_read_texts(f->file, "inputs", &f->arena, &f->diag, &texts, &n), MSW_OK);
  assert_int_equal(n, 3);
  for (size_t i_text = 0; i_text < n; i_text++) assert_string_equal(texts[i_text], written[i_text]);
  assert_int_equal(msw_h5_read_texts(f->file, "one", &f->arena, &f->diag, &texts, &n), MSW_OK);
  assert_int_equal(n, 1);
  assert_string_equal(texts[0], "alone");
  assert_no_errors(&f->diag);
  assert_int_equal(msw_h5_read_texts(f->file, "index", &f->arena, &f->diag, &texts, &n), MSW_FAILED);
  assert_says(&f->diag, "'index' holds no texts of variable length");
  assert_int_equal(msw_h5_read_texts(f->file, "nothing", &f->arena, &f->diag, &texts, &n), MSW_FAILED);
  assert_int_equal(n, 0);
}

static void numbers_are_rewritten_in_place(void **state) {
  fixture *f = *state;
  const uint64_t old[3] = {1, 2, 3}, new[3] = {7, UINT64_MAX, 9}, start = 0, count = 3;
  uint64_t back[3];
  int64_t value = 0;
  bool found;
  msw_h5_write_numbers(f->file, "tiles", MSW_H5_U64, old, 3, &f->diag);
  msw_h5_attr_numbers(f->file, "n_total", MSW_H5_U64, old, 1, &f->diag);
  msw_h5_close(f->scale);
  f->scale = MSW_H5_NONE;
  assert_int_equal(msw_h5_close_file(f->file, &f->diag), MSW_OK);
  assert_int_equal(msw_h5_open_update(f->path, &f->diag, &f->file), MSW_OK);
  assert_int_equal(msw_h5_rewrite_numbers(f->file, "tiles", MSW_H5_U64, new, 3, &f->diag), MSW_OK);
  assert_int_equal(msw_h5_rewrite_attr(f->file, "n_total", MSW_H5_U64, new, 1, &f->diag), MSW_OK);
  reopen(f);
  assert_int_equal(msw_h5_read_slab(f->file, "tiles", MSW_H5_U64, 1, &start, &count, back, &f->diag), MSW_OK);
  assert_memory_equal(back, new, sizeof new);
  assert_int_equal(msw_h5_read_attr_int(f->file, "n_total", &f->diag, &value, &found), MSW_OK);
  assert_int_equal(value, 7);
  assert_no_errors(&f->diag);
  assert_int_equal(msw_h5_rewrite_numbers(f->file, "tiles", MSW_H5_U64, new, 2, &f->diag), MSW_FAILED);
  assert_says(&f->diag, "'tiles' does not have 2 elements");
  assert_int_equal(msw_h5_rewrite_attr(f->file, "n_total", MSW_H5_U64, new, 2, &f->diag), MSW_FAILED);
  assert_says(&f->diag, "attribute 'n_total' does not have 2 elements");
  assert_int_equal(msw_h5_rewrite_attr(f->file, "nothing", MSW_H5_U64, new, 2, &f->diag), MSW_FAILED);
  assert_int_equal(msw_h5_rewrite_numbers(f->file, "tiles", MSW_H5_U64, old, 3, &f->diag), MSW_FAILED);   /* read only */
}

static void a_missing_file_cannot_be_updated(void **state) {
  fixture *f = *state;
  msw_h5 file;
  assert_int_equal(msw_h5_open_update("/nowhere/at/all.h5", &f->diag, &file), MSW_BAD_INPUT);
  assert_int_equal(file, MSW_H5_NONE);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_FILE(stored_bytes_come_back),
      WITH_FILE(plain_chunks_come_back),
      WITH_FILE(absent_cells_have_their_fill_value),
      cmocka_unit_test(known_checksums),
      cmocka_unit_test(libhdf5_takes_our_checksums),
      WITH_FILE(layouts_are_told),
      WITH_FILE(whatever_changes_the_bytes_is_unlike),
      WITH_FILE(written_datasets_are_alike),
      WITH_FILE(members_come_in_order_of_creation),
      WITH_FILE(texts_come_back),
      WITH_FILE(numbers_are_rewritten_in_place),
      WITH_FILE(a_missing_file_cannot_be_updated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
