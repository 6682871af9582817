/* A sweep file, read, checked and expanded: what docs/sweep-file.md describes. Names are resolved against the data root:
 * models are loaded, GPUs found. Methods and fields stay names here (perf and grid know them).
 */
#ifndef MSW_INPUTS_SPEC_H
#define MSW_INPUTS_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/data_root.h"
#include "msw/inputs/expr.h"

enum { MSW_SWEEP_LANGUAGE = 1 };   /* the "sweep" key; policy in docs/sweep-file.md */

/* In the order of a file's dimensions. */
typedef enum {
  MSW_AXIS_GPU, MSW_AXIS_MODEL, MSW_AXIS_TP, MSW_AXIS_EP, MSW_AXIS_DTYPE, MSW_AXIS_METHOD,           /* categorical */
  MSW_AXIS_BATCH, MSW_AXIS_KV_LEN, MSW_AXIS_PREFILL_BATCH, MSW_AXIS_CACHED_LEN, MSW_AXIS_SEQ_LEN,    /* numeric */
  MSW_N_AXES,
  MSW_FIRST_NUMERIC_AXIS = MSW_AXIS_BATCH
} msw_axis_id;

const char *msw_axis_name(msw_axis_id id);         /* "gpu", "kv_len" … */
const char *msw_axis_unit(msw_axis_id id);         /* "1" or "tokens" or "requests"; "" for texts */
const char *msw_axis_long_name(msw_axis_id id);    /* "KV-cache length (tokens)": unit included */
const char *msw_axis_alias(msw_axis_id id);        /* "kv"; NULL for most */
bool msw_axis_is_text(msw_axis_id id);             /* gpu, model, dtype, method */
void msw_axis_limits(msw_axis_id id, double *min, double *max);   /* of its numbers, which are whole */
bool msw_axis_find(const char *name, msw_axis_id *id);   /* by name or alias (bs, kv, hw) */

typedef enum { MSW_DECODE, MSW_PREFILL, MSW_MIXED } msw_phase;
const char *msw_phase_name(msw_phase phase);
bool msw_phase_has_axis(msw_phase phase, msw_axis_id id);   /* categorical axes: always */

/* Where something stands in the document, for messages of the layers above (which know no JSON). */
typedef struct { msw_loc loc; const char *path; } msw_where;

/* One setting of a method: a knob and its value, free of any file format. */
typedef enum { MSW_SETTING_TEXT, MSW_SETTING_NUMBER, MSW_SETTING_BOOL, MSW_SETTING_LIST } msw_setting_kind;
typedef struct {
  const char *knob;
  msw_setting_kind kind;
  const char *text;                    /* TEXT; for the other kinds the value as written, for labels */
  double number;
  bool boolean;
  const double *list;                  /* LIST: [n_list] numbers */
  size_t n_list;
  msw_where where;
} msw_method_setting;
typedef struct {
  const char *label;                   /* unique on the axis: the name given, or base, or base+knob=value… */
  const char *base;                    /* preset name */
  const msw_method_setting *settings;  /* [n_settings] in file order */
  size_t n_settings;
  msw_where where;
} msw_method_spec;

typedef struct {
  msw_axis_id id;
  size_t n;                            /* 0: the phase has no such axis */
  const char *const *labels;           /* [n] gpu, model, dtype ("config" = the config's torch_dtype), method; else NULL */
  const double *values;                /* [n] tp, ep and numeric axes; for text axes ids in the block's texts */
  int zip;                             /* the zip it is a member of, or -1 */
  bool given;                          /* false: took its default */
  msw_where where;                     /* zeros for defaults */
} msw_spec_axis;

typedef struct { const char *name; size_t n; msw_axis_id members[MSW_N_AXES]; size_t n_members; } msw_spec_zip;

/* A rule: an entry of "exclude", or what "when" leaves out. It holds at a cell when every axis in `axes` stands at a
 * position where `holds` is set (match), or when `expr` is true; an object with several keys is one match over several axes.
 * Expression slots index the block's variables: see msw_spec_variable. */
typedef enum { MSW_RULE_EXCLUDE, MSW_RULE_WHEN } msw_rule_kind;
typedef struct {
  msw_rule_kind kind;
  const char *text;                    /* as written, for reports */
  msw_where where;
  msw_expr *expr;                      /* or NULL for a match */
  size_t n_axes;                       /* axes that the rule names, ascending */
  msw_axis_id axes[MSW_N_AXES];
  const uint8_t *holds[MSW_N_AXES];    /* match only: [axis.n] of 0 or 1 for each named axis (by msw_axis_id); else NULL */
} msw_spec_rule;

/* A variable of the block's expressions: a number for every position of one axis, or (in constraints and reductions only)
 * a field of the cell, as the file would hold it. */
typedef struct {
  const char *name;
  msw_axis_id axis;                    /* MSW_N_AXES for a field, whose name is `name` */
  const double *values;                /* [axis.n]; NULL for a field */
  bool is_text;
} msw_spec_variable;

/* The fields that constraints and reductions know: those of the result file that are numbers. The registry of the layer
 * above must have them all under these names. */
const char *const *msw_sweep_field_names(size_t *n);

/* "constraints": looked at after evaluation. Where `expr` is false (or NaN) the cell gets flag bit 20 + its index among the
 * block's constraints; with `mask` its numbers become NaN too. At most MSW_MAX_CONSTRAINTS for a block. */
enum { MSW_MAX_CONSTRAINTS = 12 };
typedef struct {
  const char *name, *text;
  msw_where where;
  const msw_expr *expr;
  bool mask;                           /* "else": "mask" (default); false: "flag" */
} msw_spec_constraint;

/* "include": a point that need not lie on the axes; a row of /meta/include (<block>/meta… see docs/result-file.md). */
typedef struct {
  const msw_gpu *gpu;
  const msw_model *model;
  const msw_method_spec *method;
  const char *dtype;                   /* label, as on the axis */
  double values[MSW_N_AXES];           /* tp, ep and the phase's numeric axes */
  msw_where where;
} msw_spec_point;

/* "output.reduce": one variable over the dimensions that `over` leaves. Cells without a number, and cells where `condition`
 * is not true, do not take part. The arg operations give the position's axis values, one variable per axis in `over`. */
typedef enum { MSW_REDUCE_MIN, MSW_REDUCE_MAX, MSW_REDUCE_MEAN, MSW_REDUCE_COUNT, MSW_REDUCE_ARGMIN, MSW_REDUCE_ARGMAX,
               MSW_N_REDUCE_OPS } msw_reduce_op;
typedef struct {
  const char *name, *field;            /* field: NULL for count */
  msw_where where, field_where;
  msw_reduce_op op;
  bool over_axis[MSW_N_AXES];          /* free axes, and all members of a zip that is reduced */
  bool *over_zip;                      /* [n_zips] */
  const msw_expr *condition;           /* "where", over axes and fields; NULL: all cells */
  const char *condition_text;
} msw_spec_reduction;

typedef struct {
  const char *name;                    /* group name in the file; "" when the sweep has no "blocks" */
  msw_phase phase;
  msw_spec_axis axes[MSW_N_AXES];
  const msw_spec_zip *zips;
  size_t n_zips;
  const msw_spec_rule *rules;          /* in file order: the sweep's, then the block's */
  size_t n_rules;
  const msw_spec_variable *variables;  /* [n_variables] indexed by slot */
  size_t n_variables;
  const msw_spec_constraint *constraints;
  size_t n_constraints;
  const msw_spec_point *points;
  size_t n_points;
  const msw_spec_reduction *reductions;   /* with any, only these are stored */
  size_t n_reductions;
  const char *const *fields;           /* [n_fields] names as asked for; n_fields 0: the default set */
  const msw_where *fields_where;
  size_t n_fields;
  const msw_gpu *const *gpus;          /* [axes[MSW_AXIS_GPU].n] */
  const msw_model *const *models;      /* [axes[MSW_AXIS_MODEL].n] */
  const msw_method_spec *methods;      /* [axes[MSW_AXIS_METHOD].n] */
} msw_spec_block;

typedef struct {
  const char *file, *text;             /* the file as read (of an extends chain: the one named on the command line) */
  const char *name;
  const msw_spec_block *blocks;
  size_t n_blocks;
  uint64_t max_cells, max_bytes;       /* limits; UINT64_MAX when not given */
  const char *output_file;             /* output.file, ${name} replaced; NULL when not given */
  const char *compress;                /* output.compress: "deflate" (default) or "none" */
  int keepbits;                        /* output.keepbits: mantissa bits of float32 to keep, 1..22; 0: all (default) */
  bool fletcher32;                     /* output.fletcher32: a checksum with every chunk */
  const char *expanded;                /* canonical document (extends, defs, defaults and ranges worked out) as JSON text,
                                          one line; what the hash is taken of */
  const char *const *input_files;      /* every file it rests on: extends chain, model configs, GPU entries */
  const char *const *input_sha256;
  size_t n_inputs;
  size_t n_documents;                  /* of them, the first: the sweep file and what it extends; all that counts of these
                                          is in `expanded` */
  msw_texts texts;
  msw_arena *arena;
} msw_spec;

/* "--set PATH=VALUE": VALUE is JSON, or a bare word/list ("1,2,4", llama-2-7b-hf) taken as text or list. Applied after
 * extends, before everything else. */
typedef struct {
  const char *const *sets; size_t n_sets;
  const char *const *only; size_t n_only;   /* "--only AXIS=GLOB[,GLOB…]": keeps the axis's values that match; numbers too */
} msw_spec_edits;

/* Loads everything; all problems of the file are reported together. On success *spec is complete. */
msw_status msw_spec_load(const char *path, msw_spec_edits edits, const msw_data_root *data, msw_arena *arena,
                         msw_diag *diag, msw_spec *spec);
/* The same for a text in memory; `file` names it in messages, and what it extends is looked for beside that. */
msw_status msw_spec_load_text(const char *text, size_t len, const char *file, msw_spec_edits edits,
                              const msw_data_root *data, msw_arena *arena, msw_diag *diag, msw_spec *spec);
/* Releases what does not live in the arena (the texts). After a failed load there is nothing to release. */
void msw_spec_free(msw_spec *spec);

#endif
