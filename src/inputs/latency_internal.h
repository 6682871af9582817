/* What the files of the latency-table loader share; not for other layers. */
#ifndef MSW_LATENCY_INTERNAL_H
#define MSW_LATENCY_INTERNAL_H

#include "msw/formats/csv.h"
#include "msw/inputs/latency_table.h"

/* ---- Defects */

typedef enum {
  MSW_LATENCY_ODD_FORMAT, MSW_LATENCY_CACHED, MSW_LATENCY_BEAM, MSW_LATENCY_NEW_TOKENS, MSW_LATENCY_TOO_FAST,
  MSW_LATENCY_CUT_OFF, MSW_LATENCY_OUTLIER, MSW_LATENCY_REPEAT, MSW_LATENCY_OTHER_KERNEL, MSW_LATENCY_EAGER, MSW_LATENCY_HIDDEN,
  MSW_LATENCY_SPARSE,
  MSW_N_LATENCY_DEFECTS, MSW_LATENCY_SOUND = MSW_N_LATENCY_DEFECTS
} msw_latency_oddity;

/* A file that is being read: counts[] become file.defects. */
typedef struct { msw_latency_file file; msw_latency_defect counts[MSW_N_LATENCY_DEFECTS]; } msw_latency_source;
msw_latency_source *msw_latency_source_new(const char *path, const char *gpu, const char *engine, msw_arena *arena);
void msw_latency_count(msw_latency_source *source, msw_latency_oddity oddity, size_t line);
/* Drops counts of 0. */
void msw_latency_source_finish(msw_latency_source *source);

/* ---- Rows */

/* The distinct keys of the rows read so far, by hash. */
typedef struct {
  msw_latency_key *items;              /* [n], heap */
  size_t n, cap;
  uint32_t *slots;                     /* [n_slots] 1 + index into items, 0 when free; heap; n_slots a power of 2 */
  size_t n_slots;
} msw_latency_keys;
/* Index of the key, which is added when it is new; its name is then copied. */
uint32_t msw_latency_key_add(msw_latency_keys *keys, const msw_latency_key *key, msw_arena *arena);

typedef struct {
  double x, y, latency_us;
  msw_latency_source *source;
  uint32_t i_key, line;
  uint32_t kernel;                     /* hash of kernel_source */
  bool is_eager;
} msw_latency_row;

/* The tables of a GPU that are being loaded. Rows are those of one folder and layout; msw_latency_form_slices turns them
 * into slices, unless an earlier one hides them. */
typedef struct {
  const msw_data_root *data;
  const msw_gpu *gpu;
  msw_arena *arena;
  msw_diag *diag;
  msw_latency_keys keys;
  msw_latency_row *rows;               /* [n_rows], heap */
  size_t n_rows, rows_cap;
  msw_latency_slice *slices;           /* [n_slices] ascending by key, heap */
  size_t n_slices, slices_cap;
  msw_latency_source **sources;        /* [n_sources], heap */
  size_t n_sources, sources_cap;
} msw_latency_loading;

void msw_latency_add_source(msw_latency_loading *loading, msw_latency_source *source);
/* Adds a row of `key`, unless it is too fast to be true. */
void msw_latency_add_row(msw_latency_loading *loading, const msw_latency_key *key, msw_latency_row row);
void msw_latency_form_slices(msw_latency_loading *loading);

/* The least time that the GPU can take for a row: arithmetic at its peak, memory traffic that no cache saves. */
double msw_latency_floor_us(const msw_gpu *gpu, const msw_latency_key *key, double x, double y);

/* ---- Layouts */

typedef struct { msw_dtype dtype; bool block_scaled; } msw_latency_format;

/* The cells of a row as the file has them; what a layout does not have is 0 or "". */
typedef struct {
  msw_latency_key key;                 /* integers and name are final, number formats are set by `convert` */
  msw_latency_format format, kv_format, weight_format;
  int64_t x, y, n_new, step, beam_width;
  const char *kernel, *backend;
  double latency_us;
} msw_latency_cells;

typedef enum { MSW_CELL_INT, MSW_CELL_TEXT, MSW_CELL_FORMAT } msw_latency_cell;
enum { MSW_MAX_LATENCY_COLUMNS = 13, MSW_LATENCY_REQUIRED = -1 };
typedef struct {
  const char *name;
  msw_latency_cell cell;
  size_t offset;                       /* in msw_latency_cells */
  int64_t min, absent;                 /* integers: least value; value in a file without the column, or REQUIRED */
} msw_latency_column;

typedef struct {
  msw_latency_kind kind;
  const char *file_name;               /* "gemm_perf.csv" */
  const char *telling;                 /* the column that only this kind of table has */
  const char *latency;                 /* column */
  double us_per_unit;                  /* of latency */
  msw_latency_column columns[MSW_MAX_LATENCY_COLUMNS];   /* name NULL: the end */
  /* Sets key, x, y, is_eager of the row, or says why it cannot be used. */
  msw_latency_oddity (*convert)(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                msw_latency_row *row);
} msw_latency_layout;

/* The layout of a table by its columns, and where two layouts share them by its name. NULL, with an error when the file can
 * be meant for one and a warning else. */
const msw_latency_layout *msw_latency_layout_of(const msw_csv *csv, msw_diag *diag);
extern const msw_latency_layout msw_latency_misc_layout;

msw_latency_oddity msw_latency_convert_gemm(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                            msw_latency_row *row);
msw_latency_oddity msw_latency_convert_prefill(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                               msw_latency_row *row);
msw_latency_oddity msw_latency_convert_decode(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                              msw_latency_row *row);
msw_latency_oddity msw_latency_convert_message(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                               msw_latency_row *row);
msw_latency_oddity msw_latency_convert_moe(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                           msw_latency_row *row);
msw_latency_oddity msw_latency_convert_small(const msw_latency_cells *cells, const char *engine, msw_latency_key *key,
                                             msw_latency_row *row);

/* "bfloat16", "fp8_block", "w4a16_mxfp4", …; false for what models cannot have, e.g. "int4_wo". */
bool msw_latency_parse_format(const char *text, msw_latency_format *out);

/* ---- Files */

/* Reads a file into rows; `layout` NULL: by its columns. Problems go to the diag. */
void msw_latency_read_file(msw_latency_loading *loading, const char *path, const char *engine,
                           const msw_latency_layout *layout);
/* The rows of the project's own tables that lie in this bench folder. */
void msw_latency_add_own(msw_latency_loading *loading, const msw_kernel_set *own, size_t i_dir);
/* <gpu>/<engine-version>/<kind>_perf.csv, and the files of misc/<gpu>, of a bench folder. */
void msw_latency_read_folder(msw_latency_loading *loading, const char *bench_dir);
void msw_latency_read_misc(msw_latency_loading *loading, const char *bench_dir);

#endif
