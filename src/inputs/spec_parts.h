/* How the files of the sweep-file reader work together (spec*.c); not for others.
 *
 *   spec_document   the text and what it extends, merged      spec_edit      --set
 *   spec_env        ${VAR}                                    spec_defs      "$name" and "$merge"
 *   spec_level      axes, fixed, zip, exclude … of one level  spec_axis      the table of axes
 *   spec_values     values of one axis, by its kind           spec_names     models, GPUs, dtypes by name or pattern
 *   spec_methods    methods                                   spec_zip       named zips
 *   spec_wanted     objects of "exclude", read                spec_settings  limits, output, fields
 *   spec_block      a sweep's level and a block's, together   spec_pick      values picked out of axes
 *   spec_when       "when" and its rule                       spec_unite     all values of a conditional axis
 *   spec_only       --only
 *   spec_check      what must hold of a whole block           spec_bind      a block's expressions, all together:
 *   spec_scope      names in expressions                      spec_let         "let"
 *   spec_rules      rules bound to a block                    spec_constraint  "constraints"
 *   spec_reduce     "reduce"                                  spec_point       "include"
 *   spec_use        what was of no use                        spec_expand    the canonical document
 *   spec_texts      lists of texts                            spec_vocabulary  the names of fields
 */
#ifndef MSW_INPUTS_SPEC_PARTS_H
#define MSW_INPUTS_SPEC_PARTS_H

#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "msw/inputs/range.h"
#include "msw/inputs/spec.h"

/* "--only AXIS=PART,PART": a name or pattern; or a number, a range, or all numbers from .. to. */
typedef struct {
  const msw_json *text;
  double from, to;
  const double *numbers;         /* [n] ascending; NULL: from .. to */
  size_t n;
  bool is_found;                 /* some block has such a value */
} msw_only_part;
typedef struct {
  msw_axis_id axis;
  msw_where where;               /* file: "--only tp" */
  msw_only_part *parts;          /* [n_parts] */
  size_t n_parts;
  bool is_used;                  /* some block has the axis */
} msw_given_only;

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
  msw_given_only *only;          /* [n_only] */
  size_t n_only;
} msw_spec_reader;

void msw_spec_add_input(msw_spec_reader *reader, const char *file, const char *sha256);
bool msw_spec_has_errors(const msw_spec_reader *reader);
msw_where msw_spec_where(msw_spec_reader *reader, const msw_json *value);
/* An error, or a warning, that is said only once however many blocks meet it. */
void msw_spec_warn_once(msw_diag *diag, msw_where where, const char *message);
void msw_spec_error_once(msw_diag *diag, msw_where where, const char *hint, const char *message);
/* The value as one line of JSON, texts without their quotes. */
const char *msw_spec_one_line(msw_spec_reader *reader, const msw_json *value);

/* ---- Values of one axis as given somewhere in the file. `at` is NULL where the axis is not given; axis.n is 0 where
 * its values were wrong (and reported). */
typedef struct msw_given_when msw_given_when;
typedef struct {
  const msw_json *at;
  msw_spec_axis axis;
  const msw_gpu *const *gpus;            /* [axis.n], gpu only; the others likewise */
  const msw_model *const *models;
  const msw_method_spec *methods;
  bool is_fixed;                         /* given in "fixed" */
  bool is_bad;                           /* its values were wrong (and reported) */
  msw_given_when *when;                  /* an object with "when", whose "values" these are; else NULL */
} msw_given_axis;

/* Values that only count where a condition holds, and those that count elsewhere: an axis written as
 * {"when", "values", "else"}, or an entry {"if", "else"} of "when" for an axis that is given elsewhere. */
struct msw_given_when {
  const msw_json *at;                    /* NULL: the level has no such entry */
  const msw_json *condition;             /* a text */
  const msw_json *values_at, *else_at;   /* as written; NULL where not given */
  msw_given_axis otherwise;              /* "else" */
  bool is_bad;                           /* reported, leave it alone; but for the condition: */
  bool is_refused;                       /* some block could not compile it */
};

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

/* An entry of "let". */
typedef struct { const char *name; const msw_json *at; bool is_used; } msw_given_let;

typedef struct {
  const msw_json *at, *expr_at;
  const char *name;
  bool has_name;                         /* else it is called as its expression reads */
  bool mask, is_bad, is_used;
} msw_given_constraint;

typedef struct {
  const msw_json *at, *name_at, *field_at, *condition_at;   /* the last two may be NULL */
  const char *name, *field;
  msw_reduce_op op;
  const msw_json *const *over;           /* [n_over] names of axes and zips */
  size_t n_over;
  bool is_bad;
} msw_given_reduction;

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
  msw_given_when whens[MSW_N_AXES];
  msw_given_let *lets;
  size_t n_lets;
  msw_given_rule *rules;
  size_t n_rules;
  msw_given_constraint *constraints;
  size_t n_constraints;
  const msw_json *include_at;            /* NULL: no points */
  const msw_json *reduce_at;             /* NULL: no list of reductions */
  msw_given_reduction *reductions;
  size_t n_reductions;
  const char *const *fields;
  const msw_where *fields_where;
  size_t n_fields;
} msw_spec_level;

/* ---- The document ---- */

/* Reads the text (or, when it is NULL, the file), follows "extends" and merges; NULL after errors. */
msw_json *msw_spec_document(msw_spec_reader *reader, const char *file, const char *text, size_t len);
void msw_spec_edit(msw_spec_reader *reader, msw_json *document, msw_spec_edits edits);
/* Puts the environment's values in the places of ${VAR} and ${VAR:default}. */
void msw_spec_apply_env(msw_spec_reader *reader, msw_json *document);
/* Puts the defs in their places and removes them. */
void msw_spec_apply_defs(msw_spec_reader *reader, msw_json *document);
/* What could not be replaced (and is reported) vanishes from a list and becomes a lost value elsewhere: an axis is
 * given, though with nothing. */
void msw_spec_lose(msw_spec_reader *reader, msw_json *value);
bool msw_spec_is_lost(const msw_json *value);
/* msw_json_want, which takes a lost value for an absent one, but giving lost values too. */
const msw_json *msw_spec_want(msw_json_reader *object, const char *key, bool required);

/* ---- Levels ---- */

/* Reads the keys that a sweep and its blocks share. */
void msw_spec_read_level(msw_spec_reader *reader, msw_json_reader *object, msw_spec_level *level);
void msw_spec_read_zips(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_rules(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_fields(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_whens(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_lets(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_constraints(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
void msw_spec_read_reductions(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level);
/* limits and output; "output" holds the reductions of the sweep's level */
void msw_spec_read_settings(msw_spec_reader *reader, msw_json_reader *object, msw_spec_level *level);
/* True for a number field; a code (bound, flags) is a field, though no number. */
bool msw_spec_is_number_field(const char *name);
bool msw_spec_is_code_field(const char *name);
/* --only, and what of it no block could use. */
void msw_spec_read_only(msw_spec_reader *reader, msw_spec_edits edits);
void msw_spec_check_only(msw_spec_reader *reader);

/* The member of an object for an axis, under its name or alias; both given is an error. May be lost. */
const msw_json *msw_spec_want_axis(msw_json_reader *object, msw_axis_id id);
/* The sweep's names for files and groups: letters, digits and . _ - with a letter, digit or _ first. */
bool msw_spec_is_name(const char *text);
/* Names of the result file's own; the second says so. */
bool msw_spec_is_taken(const char *name);
#define MSW_SPEC_TAKEN "the result file has a group \"meta\" already"
/* Names in expressions and of the result's variables: letters, digits and _ with a letter or _ first. */
bool msw_spec_is_word(const char *text);

/* ---- Values ---- */

/* `repeats`: values may come twice (members of a zip). */
void msw_spec_read_values(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, bool repeats,
                          msw_given_axis *given);
/* The object of a conditional axis. */
bool msw_spec_is_conditional(const msw_json *value);
void msw_spec_read_conditional(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, msw_given_axis *given);
msw_range_limits msw_spec_axis_limits(msw_axis_id id);
bool msw_spec_read_models(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);
bool msw_spec_read_gpus(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);
bool msw_spec_read_dtypes(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);
bool msw_spec_read_methods(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given);
/* True when base and settings are the same, whatever the labels. */
bool msw_spec_same_method(msw_arena *arena, const msw_method_spec *a, const msw_method_spec *b);

/* A text, or a list of texts (lists inside it are opened up), as *texts [*n]. False after an error; what was good is
 * listed all the same. */
bool msw_spec_list_texts(msw_spec_reader *reader, const msw_json *value, const char *what,
                         const msw_json *const **texts, size_t *n);

/* The items of a list, in which lists are opened up (they come from defs); none after an error, which says that a list
 * of `what` was expected. */
const msw_json *const *msw_spec_list_items(msw_spec_reader *reader, const msw_json *value, const char *what,
                                           size_t *n);

/* ---- Blocks ---- */

/* Values of a conditional axis: where the condition holds those with counts_if count, elsewhere those with
 * counts_else. */
typedef struct {
  msw_given_when *given;                        /* NULL: the axis is not conditional, or its values are bad */
  uint8_t *counts_if, *counts_else;             /* [axis.n] */
  msw_given_when *tried;                        /* whose condition is to be compiled, if only to see what is wrong */
} msw_draft_when;

/* A definition as a block sees it. */
typedef enum { MSW_LET_RAW, MSW_LET_BUSY, MSW_LET_GOOD, MSW_LET_BAD, MSW_LET_MISSES_AXIS } msw_let_state;
typedef struct {
  msw_given_let *given;
  msw_expr_definition definition;
  msw_let_state state;
  msw_axis_id missed;                           /* MISSES_AXIS: which one */
  bool is_used;                                 /* by something of this block */
} msw_draft_let;

/* A block being put together from the sweep's level and its own. */
typedef struct {
  msw_spec_block block;
  msw_spec_level *sweep, *own;                  /* own: NULL in a sweep without blocks */
  const msw_json *at;                           /* for messages about the whole block */
  bool has_phase;                               /* else: reported, and nothing more can be said of the block */
  const msw_given_axis *given[MSW_N_AXES];      /* NULL for defaults and axes that the phase does not have */
  msw_spec_zip *zips;                           /* block.zips */
  msw_draft_when whens[MSW_N_AXES];
  bool is_filtered[MSW_N_AXES];                 /* --only took values away */
  msw_draft_let *lets;                          /* [n_lets] the sweep's, its own in their places or after them */
  size_t n_lets;
  msw_spec_rule *rules;                         /* block.rules */
  const msw_given_rule **rule_sources;          /* [block.n_rules]; NULL for what "when" leaves out */
  const msw_given_constraint **constraint_sources;   /* [block.n_constraints] */
  const msw_spec_level *reductions_of;          /* whose reductions the block has */
} msw_block_draft;

/* Phase, axes and zips. */
void msw_spec_build_block(msw_spec_reader *reader, msw_block_draft *draft);
/* Puts an axis into the block; `zip` as in msw_spec_axis. */
void msw_spec_place_axis(msw_block_draft *draft, const msw_given_axis *given, int zip);
/* Adds the values of "else" to conditional axes. */
void msw_spec_unite_whens(msw_spec_reader *reader, msw_block_draft *draft);
void msw_spec_bind_points(msw_spec_reader *reader, msw_block_draft *draft);
/* Takes away the values that --only does not name. */
void msw_spec_apply_only(msw_spec_reader *reader, msw_block_draft *draft);

/* A value of an axis. */
typedef struct { const msw_given_axis *from; size_t at; } msw_pick;
/* Makes `n` values picked out of axes of one kind the values of `given`, which keeps all else. */
void msw_spec_pick(msw_spec_reader *reader, const msw_pick *picks, size_t n, msw_given_axis *given);
/* An axis of the block as it stands; for defaults, `at` is NULL. */
msw_given_axis *msw_spec_axis_now(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id);
/* What must hold of the whole block: heads against tp, dtypes, the number of cells (added to *sum). */
void msw_spec_check_block(msw_spec_reader *reader, const msw_block_draft *draft, uint64_t *sum);
/* Everything of the block that has expressions or stands on its axes. */
void msw_spec_bind_block(msw_spec_reader *reader, msw_block_draft *draft);
/* When all blocks are there: axes of the sweep that no phase has, rules that no block can use, matches that met
 * nothing. */
void msw_spec_check_use(msw_spec_reader *reader, msw_spec_level *sweep, msw_block_draft *drafts, size_t n_blocks);
void msw_spec_expand(msw_spec_reader *reader, const msw_block_draft *drafts, size_t n_blocks);

/* "decode steps have no axis \"seq_len\", theirs are batch, kv_len" */
const char *msw_spec_no_such_axis(msw_spec_reader *reader, msw_phase phase, msw_axis_id id);
/* True when the level gives the axis, in "axes", "fixed" or a zip. */
bool msw_spec_level_gives(const msw_spec_level *level, msw_axis_id id);

/* The value with a name or pattern: labels, and the further names of GPUs and dtypes. */
bool msw_spec_text_matches(const msw_spec_block *block, msw_axis_id id, size_t position, const char *text);

/* ---- Names in expressions: variables of one block, made as they are met ---- */
typedef struct {
  msw_spec_reader *reader;
  const msw_spec_block *block;
  const msw_draft_let *lets;      /* [n_lets] */
  size_t n_lets;
  msw_spec_variable *variables;   /* [n] growing, on the heap */
  size_t n, cap;
  const char *refuses_fields;     /* why fields are not known here, after the field's name; NULL: they are */
  bool is_strict;                 /* names of axes that the phase does not have are errors, else only noted: */
  bool misses_axis;
  msw_axis_id missed;             /* the last of them */
} msw_spec_scope;
msw_expr_scope msw_spec_expr_scope(msw_spec_scope *scope);
size_t msw_spec_add_variable(msw_spec_scope *scope, msw_spec_variable variable);
/* Compiles the text of a value. NULL after an error (*is_bad) and when it names an axis that the phase does not have
 * in a scope that is not strict. Warns of texts that nothing in the sweep is called. */
msw_expr *msw_spec_compile(msw_spec_scope *scope, const msw_json *at, bool *is_bad);
/* Warns of the texts behind the first `n_known`: they came with an expression, so no axis has such a value. */
/* Where the opening quote of an expression stands, or would stand, as msw_expr_compile wants it. */
msw_loc msw_spec_quote_loc(const msw_json *text);
void msw_spec_warn_of_texts(msw_spec_reader *reader, msw_where where, size_t n_known);

/* Definitions are tried out; then the rest may name them. */
void msw_spec_bind_lets(msw_spec_reader *reader, msw_block_draft *draft);
void msw_spec_bind_whens(msw_spec_scope *scope, msw_block_draft *draft);
void msw_spec_bind_rules(msw_spec_scope *scope, msw_block_draft *draft);
void msw_spec_bind_constraints(msw_spec_scope *scope, msw_block_draft *draft);
void msw_spec_bind_reductions(msw_spec_scope *scope, msw_block_draft *draft);
/* Marks the definitions that an expression of the block rests on. */
void msw_spec_use_lets(msw_spec_reader *reader, msw_block_draft *draft, const char *text);
const msw_draft_let *msw_spec_find_let(const msw_draft_let *lets, size_t n_lets, const char *name);
void msw_spec_list_axes(const msw_spec_scope *scope, msw_spec_rule *rule);

/* ---- Parts of the canonical document ---- */
void msw_spec_expand_lets(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent);
void msw_spec_expand_constraints(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent);
void msw_spec_expand_points(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent);
void msw_spec_expand_reductions(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent);
void msw_spec_expand_method(msw_arena *arena, msw_json *parent, const char *key, const msw_method_spec *method);

#endif
