/* The lists, each from the table or folder that has the names. */
#include "names.h"

#include <string.h>

#include "command.h"
#include "msw/analysis/crossval.h"
#include "msw/base/str.h"
#include "msw/grid/field.h"
#include "msw/inputs/dtype.h"
#include "msw/inputs/latency_table.h"
#include "msw/inputs/spec.h"
#include "msw/perf/method.h"

/* ---- A growing list ---- */

typedef struct { msw_context *ctx; msw_name *items; size_t n, cap; } name_list;

static void add(name_list *list, const char *name, const char *about) {
  if (list->n == list->cap) {
    const size_t cap = list->cap ? 2 * list->cap : 16;
    msw_name *items = msw_arena_array(&list->ctx->arena, cap, sizeof *items);
    if (list->n) memcpy(items, list->items, list->n * sizeof *items);
    list->items = items;
    list->cap = cap;
  }
  list->items[list->n++] = (msw_name){name, about};
}

/* What is wrong with the data is not said here. */
static bool open_data(msw_context *ctx) {
  if (ctx->data.root) return true;
  msw_diag unsaid = {0};
  const bool is_open = msw_data_root_open(NULL, NULL, 0, &ctx->arena, &unsaid, &ctx->data) == MSW_OK;
  msw_diag_free(&unsaid);
  return is_open;
}

/* ---- The lists ---- */

static void list_commands(name_list *list) {
  size_t n;
  const char *const *names = msw_command_names(&list->ctx->arena, &n);
  for (size_t i_name = 0; i_name < n; i_name++) add(list, names[i_name], msw_command_find(names[i_name])->summary);
}

static void list_gpus(name_list *list) {
  if (!open_data(list->ctx)) return;
  for (size_t i_gpu = 0; i_gpu < list->ctx->data.n_gpus; i_gpu++) {
    const msw_gpu *gpu = &list->ctx->data.gpus[i_gpu];
    add(list, gpu->name, "");
    for (size_t i_alias = 0; i_alias < gpu->n_aliases; i_alias++)
      add(list, gpu->aliases[i_alias], msw_format(&list->ctx->arena, "is %s", gpu->name));
  }
}

static void list_models(name_list *list) {
  if (!open_data(list->ctx)) return;
  for (size_t i_model = 0; i_model < list->ctx->data.n_models; i_model++) add(list, list->ctx->data.model_names[i_model], "");
}

static void list_methods(name_list *list) {
  size_t n;
  const msw_preset *presets = msw_presets(&n);
  for (size_t i_preset = 0; i_preset < n; i_preset++) add(list, presets[i_preset].name, presets[i_preset].description);
}

static void list_knobs(name_list *list) {
  size_t n;
  const msw_knob_info *knobs = msw_knobs_table(&n);
  for (size_t i_knob = 0; i_knob < n; i_knob++) add(list, knobs[i_knob].name, knobs[i_knob].description);
}

static void list_axes(name_list *list) {
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) add(list, msw_axis_name(id), msw_axis_long_name(id));
}

static void list_paths(name_list *list) {
  static const char *const SETTINGS[] = {"name", "limits.max_cells", "limits.max_bytes", "output.file", "output.compress",
                                         "output.keepbits", "fields"};
  static const char *const SECTIONS[] = {"axes", "fixed"};
  for (size_t i_section = 0; i_section < sizeof SECTIONS / sizeof *SECTIONS; i_section++)
    for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
      add(list, msw_format(&list->ctx->arena, "%s.%s", SECTIONS[i_section], msw_axis_name(id)), "");
  for (size_t i_setting = 0; i_setting < sizeof SETTINGS / sizeof *SETTINGS; i_setting++) add(list, SETTINGS[i_setting], "");
}

static void list_fields(name_list *list) {
  size_t n;
  const msw_field *fields = msw_fields(&n);
  for (size_t i_field = 0; i_field < n; i_field++) add(list, fields[i_field].name, fields[i_field].long_name);
}

static void list_dtypes(name_list *list) {
  add(list, "config", "what the model's config says");
  for (msw_dtype dtype = MSW_DTYPE_NONE + 1; dtype < MSW_N_DTYPES; dtype++) add(list, msw_dtype_name(dtype), "");
}

static void list_rules(name_list *list) {
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) add(list, msw_cross_rule_name((msw_cross_rule)i_rule), "");
}

static void list_kernels(name_list *list) {
  static const msw_latency_kind KINDS[] = {MSW_LATENCY_GEMM, MSW_LATENCY_PREFILL, MSW_LATENCY_DECODE,
                                           MSW_LATENCY_ALL_REDUCE, MSW_LATENCY_NCCL, MSW_LATENCY_MOE};
  for (size_t i_kind = 0; i_kind < sizeof KINDS / sizeof *KINDS; i_kind++) add(list, msw_latency_name(KINDS[i_kind]), "");
}

static void list_lists(name_list *list);

static const struct { const char *kind; void (*make)(name_list *list); } LISTS[] = {
    {"commands", list_commands}, {"gpus", list_gpus},     {"models", list_models}, {"methods", list_methods},
    {"knobs", list_knobs},       {"axes", list_axes},     {"paths", list_paths},   {"fields", list_fields},
    {"dtypes", list_dtypes},     {"kernels", list_kernels}, {"rules", list_rules}, {"lists", list_lists},
};
enum { N_LISTS = sizeof LISTS / sizeof *LISTS };

static void list_lists(name_list *list) {
  for (size_t i_list = 0; i_list < N_LISTS; i_list++) add(list, LISTS[i_list].kind, "");
}

bool msw_names(msw_context *ctx, const char *kind, msw_name_list *list) {
  for (size_t i_list = 0; i_list < N_LISTS; i_list++) {
    if (strcmp(LISTS[i_list].kind, kind) != 0) continue;
    name_list made = {.ctx = ctx};
    LISTS[i_list].make(&made);
    *list = (msw_name_list){made.items, made.n};
    return true;
  }
  return false;
}

const char *const *msw_name_kinds(msw_arena *arena, size_t *n) {
  const char **kinds = msw_arena_array(arena, N_LISTS, sizeof *kinds);
  for (size_t i_list = 0; i_list < N_LISTS; i_list++) kinds[i_list] = LISTS[i_list].kind;
  *n = N_LISTS;
  return kinds;
}

/* ---- Behind NAME= ---- */

static void list_choices(const char *name, name_list *list) {
  const msw_knob_info *knob = msw_knob_find(name);
  const bool is_flag = knob && knob->type == MSW_KNOB_FLAG;
  const char *const *choice = knob ? knob->choices : NULL;
  for (; choice && *choice; choice++) add(list, *choice, "");
  if (is_flag) add(list, "true", "");
  if (is_flag) add(list, "false", "");
}

msw_name_list msw_names_behind(msw_context *ctx, const char *kind, const char *name) {
  static const struct { const char *name, *kind; } NAMED[] = {
      {"gpu", "gpus"}, {"model", "models"}, {"method", "methods"}, {"dtype", "dtypes"}};
  name_list made = {.ctx = ctx};
  msw_name_list list = {0};
  if (strcmp(kind, "knobs") == 0) list_choices(name, &made);
  const char *dot = strrchr(name, '.');   /* axes.gpu */
  for (size_t i_named = 0; i_named < sizeof NAMED / sizeof *NAMED; i_named++)
    if (strcmp(kind, "knobs") != 0 && strcmp(NAMED[i_named].name, dot ? dot + 1 : name) == 0)
      (void)msw_names(ctx, NAMED[i_named].kind, &list);
  return made.n ? (msw_name_list){made.items, made.n} : list;
}
