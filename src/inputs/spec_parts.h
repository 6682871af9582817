/* How the files of the sweep-file reader work together (spec*.c); not for others.
 *
 *   spec_document   the text and what it extends, merged      spec_edit      --set
 *   spec_defs       "$name" and "$merge"                      spec_level     axes, fixed, zip, exclude … of one level
 *   spec_axis       the table of axes                         spec_values    values of one axis, by its kind:
 *   spec_names      models and GPUs by name or pattern          numbers and dtypes here; spec_names, spec_methods
 *   spec_zip        named zips                                spec_wanted    objects of "exclude", read
 *   spec_block      a sweep's level and a block's, together   spec_check     what must hold of a whole block
 *   spec_rules      rules bound to a block                    spec_scope     names in expressions
 *   spec_settings   limits, output, fields                    spec_expand    the canonical document
 *   spec_texts      lists of texts
 */
#ifndef MSW_INPUTS_SPEC_PARTS_H
#define MSW_INPUTS_SPEC_PARTS_H

#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "msw/inputs/range.h"
#include "msw/inputs/spec.h"

/* What every step of one load works with. */
typedef struct {
  const msw_data_root *data;
  msw_spec *spec;
  msw_arena *arena;
  msw_diag *diag;
  size_t n_errors_before;        /* in the diag when the load began */
  const msw_model **models;      /* [data->n_models] loaded so far, else NULL */
  const char **input_files, **input_sha256;   /* growing, on the heap */
  size_t n_inputs, files_cap, sha256_cap;
  size_t n_reads;                /* of documents; one that is extended twice is read twice */
} msw_spec_reader;

void msw_spec_add_input(msw_spec_reader *reader, const char *file, const char *sha256);
bool msw_spec_has_errors(const msw_spec_reader *reader);
msw_where msw_spec_where(msw_spec_reader *reader, const msw_json *value);
/* The value as one line of JSON, texts without their quotes. */
const char *msw_spec_one_line(msw_spec_reader *reader, const msw_json *value);

/* ---- Values of one axis as given somewhere in the file. `at` is NULL where the axis is not given; axis.n is 0 where
 * its values were wrong (and reported). */
typedef struct {
  const msw_json *at;
  msw_spec_axis axis;
  const msw_gpu *const *gpus;            /* [axis.n], gpu only; the others likewise */
  const msw_model *const *models;
  const msw_method_spec *methods;
} msw_given_axis;

typedef struct {
  const char *name;
  const msw_json *at;
  msw_given_axis members[MSW_N_AXES];    /* by axis */
  size_t n;                              /* 0 when its members do not fit together (reported) */
} msw_given_zip;

/* One key of an object in "exclude": the values that it asks for. */
typedef struct {
  const msw_json *at;                    /* NULL: the object does not name this axis */
  const double *numbers;                 /* [n] ascending; numeric axes */
  const msw_json *const *texts;          /* [n] names or patterns; text axes */
  uint8_t *found;                        /* [n] set once a block has it */
  size_t n;
} msw_wanted;

typedef struct {
  const msw_json *at;
  const char *text;                      /* the expression, or the object as one line */
  bool is_expr, is_bad;                  /* bad: reported, leave it alone */
  bool is_used;                          /* some block has all axes that it names */
  msw_wanted wanted[MSW_N_AXES];
} msw_given_rule;

/* What a sweep says for all its blocks, or a block for itself. */
typedef struct {
  const msw_json *at;                    /* the sweep or the block */
  bool is_block;
  bool is_broken;                        /* a block that is no object: reported, nothing to be said of it */
  const msw_json *phase_at;              /* NULL: no phase given */
  bool phase_is_good;
  msw_phase phase;
  msw_given_axis axes[MSW_N_AXES];
  msw_given_zip *zips;
  size_t n_zips;
  msw_given_rule *rules;
  size_t n_rules;
  const char *const *fields;
  const msw_where *fields_where;
  size_t n_fields;
} msw_spec_level;

/* ---- The document ---- */

/* Reads the text (or, when it is NULL, the file), follows "extends" and merges; NULL after errors. */
msw_json *msw_spec_document(msw_spec_reader *reader, const char *file, const char *text, size_t len);
void msw_spec_edit(msw_spec_reader *reader, msw_json *document, msw_spec_edits edits);
/* Puts the defs in their places and removes them. What could not be replaced (and is reported) vanishes from a list and
 * becomes a lost value elsewhere: an axis is given, though with nothing. */
void msw_spec_apply_defs(msw_spec_reader *reader, msw_json *document);
bool msw_spec_is_lost(const msw_json *value);

/* ---- Levels ---- */

/* Reads the keys that a sweep and its blocks share. */
void msw_spec_read_level(msw_spec_reader *reader, msw_json_reader *object, msw_spec_level *level);
void msw_spec_read_zips(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_rules(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_fields(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
/* limits and output */
void msw_spec_read_settings(msw_spec_reader *reader, msw_json_reader *object);

/* The member of an object for an axis, under its name or alias; both given is an error. May be lost. */
const msw_json *msw_spec_want_axis(msw_json_reader *object, msw_axis_id id);
/* The sweep's names for files and groups: letters, digits and . _ - with a letter, digit or _ first. */
bool msw_spec_is_name(const char *text);

/* ---- Values ---- */

/* `repeats`: values may come twice (members of a zip). */
void msw_spec_read_values(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                          msw_given_axis *given);
msw_range_limits msw_spec_axis_limits(msw_axis_id id);
bool msw_spec_read_models(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);
bool msw_spec_read_gpus(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);
bool msw_spec_read_methods(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);

/* A text, or a list of texts (lists inside it are opened up), as *texts [*n]. False after an error; what was good is
 * listed all the same. */
bool msw_spec_list_texts(msw_spec_reader *reader, const msw_json *value, const char *what,
                         const msw_json *const **texts, size_t *n);

/* ---- Blocks ---- */

/* A block being put together from the sweep's level and its own. */
typedef struct {
  msw_spec_block block;
  msw_spec_level *sweep, *own;                  /* own: NULL in a sweep without blocks */
  const msw_json *at;                           /* for messages about the whole block */
  bool has_phase;                               /* else: reported, and nothing more can be said of the block */
  const msw_given_axis *given[MSW_N_AXES];      /* NULL for defaults and axes that the phase does not have */
  const msw_given_rule **rule_sources;          /* [block.n_rules] */
} msw_block_draft;

/* Phase, axes and zips. */
void msw_spec_build_block(msw_spec_reader *reader, msw_block_draft *draft);
/* What must hold of the whole block: heads against tp, dtypes, the number of cells (added to *sum). */
void msw_spec_check_block(msw_spec_reader *reader, const msw_block_draft *draft, uint64_t *sum);
void msw_spec_bind_rules(msw_spec_reader *reader, msw_block_draft *draft);
/* When all blocks are there: axes of the sweep that no phase has, rules that no block can use, matches that met
 * nothing. */
void msw_spec_check_use(msw_spec_reader *reader, msw_spec_level *sweep, msw_block_draft *drafts, size_t n_blocks);
void msw_spec_expand(msw_spec_reader *reader, const msw_block_draft *drafts, size_t n_blocks);

/* "decode steps have no axis \"seq_len\", theirs are batch, kv_len" */
const char *msw_spec_no_such_axis(msw_spec_reader *reader, msw_phase phase, msw_axis_id id);
/* True when the level gives the axis, in "axes", "fixed" or a zip. */
bool msw_spec_level_gives(const msw_spec_level *level, msw_axis_id id);

/* ---- Names in expressions: variables of one block, made as they are met ---- */
typedef struct {
  msw_spec_reader *reader;
  const msw_spec_block *block;
  msw_spec_variable *variables;   /* [n] growing, on the heap */
  size_t n, cap;
  bool is_strict;                 /* names of axes that the phase does not have are errors, else only noted: */
  bool misses_axis;
} msw_spec_scope;
msw_expr_scope msw_spec_expr_scope(msw_spec_scope *scope);

#endif
