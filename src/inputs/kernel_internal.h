/* What the files of the kernel-table loader share; not for other layers. */
#ifndef MSW_KERNEL_INTERNAL_H
#define MSW_KERNEL_INTERNAL_H

#include "msw/formats/csv.h"
#include "msw/inputs/kernel_table.h"

enum { MSW_N_KERNELS = MSW_KERNEL_DECODE_ATTENTION + 1, MSW_N_KERNEL_SIZES = 3 };

/* A column of sizes; `absent` is the value of all rows in a file without it, negative when the file must have it. */
typedef struct { const char *name; int64_t min, absent; } msw_kernel_size;

/* The InferSim layout of one kernel kind. */
typedef struct {
  const char *folder;                       /* "mha/decode" */
  const char *header;                       /* standard column names, for files without a header line */
  msw_kernel_size sizes[MSW_N_KERNEL_SIZES]; /* name NULL: no such column */
  bool needs_dtype, needs_kv_dtype;
} msw_kernel_layout;
const msw_kernel_layout *msw_kernel_layout_of(msw_kernel_kind kind);

/* "32-8-128.csv", and for decode tables "32-8-128-tp2.csv"; false when the name is something else. */
bool msw_kernel_parse_file_name(msw_kernel_kind kind, const char *name, msw_attention_shape *shape);

/* The first line (blank and comment lines aside) when it is a row of the layout's standard columns instead of their
 * names, else NULL. */
const char *msw_kernel_headless_row(const msw_kernel_layout *layout, const char *text, msw_arena *arena);

/* Parses a table's text; a missing header line is supplied, with a warning. `file` must outlive the diag. */
msw_status msw_kernel_parse_csv(const char *text, size_t len, const char *file, const msw_kernel_layout *layout,
                                msw_arena *arena, msw_diag *diag, msw_csv *csv);

/* SOURCE.json of a table folder; all zero when there is none. */
typedef struct {
  const char *file;
  char sha256[65];
  msw_dtype dtype;             /* NONE when not said */
  double peak_flop_per_s;      /* 0 when not said */
  bool says_causal, causal;
} msw_kernel_source;
msw_status msw_kernel_source_load(const char *dir, const msw_gpu *gpu, msw_arena *arena, msw_diag *diag,
                                  msw_kernel_source *source);

/* Warns when rows repeat the sizes of an earlier row. */
void msw_kernel_warn_of_repeats(const msw_kernel_table *table, msw_diag *diag);

/* Reads one CSV: everything of the table but `gpu`, the peaks and what is implied. `rounding` tells how far the file's
 * digits may be from what was measured. */
typedef struct { double mfu, latency_us; } msw_kernel_rounding;   /* half a digit of either column */
msw_status msw_kernel_read(const char *path, const msw_kernel_layout *layout, const msw_kernel_source *source,
                           msw_arena *arena, msw_diag *diag, msw_kernel_table *table, msw_kernel_rounding *rounding);

/* Fills the implied_* and n_mfu_* members. `declared_flop_per_s` 0: none. */
void msw_kernel_imply_peak(const msw_data_root *data, const msw_gpu *gpu, double declared_flop_per_s,
                           msw_kernel_rounding rounding, msw_arena *arena, msw_kernel_table *table);

#endif
