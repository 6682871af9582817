/* An explanation for people. */
#include <string.h>

#include "columns.h"
#include "explain.h"
#include "msw/base/str.h"

static const double flop_per_gflop = 1e9, flop_per_tflop = 1e12, bytes_per_mb = 1e6, percent = 100.0;

/* Nothing where there is no figure. */
static const char *figure(double value, int decimals, msw_arena *arena) {
  return value > 0.0 ? msw_format(arena, "%.*f", decimals, value) : "";
}

/* "v2-interp", "lat = v2-interp with mfu_source=latency" */
static const char *method_text(const msw_method *method, msw_arena *arena) {
  const char *text = method->preset->name;
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++)
    text = msw_format(arena, "%s%s%s=%s", text, i_setting ? ", " : " with ", method->settings[i_setting].knob,
                      method->settings[i_setting].text);
  bool is_named = strcmp(method->label, method->preset->name) != 0;
  return is_named ? msw_format(arena, "%s = %s", method->label, text) : text;
}

static void print_requests(const msw_step *step) {
  for (size_t i_group = 0; i_group < step->n_decode; i_group++)
    printf("  decode   %.15g x kv_len %.15g\n", step->decode[i_group].count, step->decode[i_group].kv_len);
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++)
    printf("  prefill  %.15g x %.15g new tokens on %.15g cached\n", step->prefill[i_group].count,
           step->prefill[i_group].new_len, step->prefill[i_group].cached_len);
}

static void print_heading(const msw_explanation *e, msw_arena *arena) {
  const msw_subject *subject = e->subject;
  printf("%s on %s, tp %.15g, weights %s, KV cache %s\n", subject->model->name, subject->setup.gpu->name, subject->tp,
         msw_dtype_name(e->bound->weight_dtype), msw_dtype_name(e->bound->kv_dtype));
  printf("  method   %s\n", method_text(&subject->setup.method, arena));
  if (subject->cell) printf("  cell of  %s\n", subject->cell);
  print_requests(&subject->step);
}

static void print_rules(const msw_explanation *e) {
  const msw_subject *subject = e->subject;
  if (subject->n_rules > 0) puts("\nexcluded: the result file has no number here");
  for (size_t i_rule = 0; i_rule < subject->n_rules; i_rule++) {
    const msw_loc *loc = &subject->rules[i_rule]->where.loc;
    printf("  by rule %s (%s:%d)\n", subject->rules[i_rule]->text, loc->file ? loc->file : "sweep", loc->line);
  }
  if (subject->n_rules > 0) puts("without the rule it would be");
}

static void print_phase(const char *name, msw_family family, const msw_phase_time *phase) {
  if (!(phase->time_us > 0.0)) return;
  const bool in_parts = family == MSW_FAMILY_INFERSIM;   /* which are as long as their own part of memory at least */
  const bool in_turn = family == MSW_FAMILY_MEASURED;    /* one kernel after the other */
  printf("  %-9s %14.3f us  %sgemm %.3f + attention %.3f %s memory %.3f\n", name, phase->time_us,
         in_parts || in_turn ? "" : "the longer of ", phase->gemm_us, phase->attn_us,
         in_turn ? "+" : in_parts ? "beside" : "and", phase->memory_us);
}

static void print_step(const msw_explanation *e, msw_arena *arena) {
  const msw_breakdown *b = e->breakdown;
  const char *mixed = msw_knob_text(&e->bound->knobs, msw_knob_find("mixed_rule"), arena);
  bool is_mixed = e->subject->step.n_decode > 0 && e->subject->step.n_prefill > 0;
  printf("\nstep        %14.3f us, bound by %s\n", b->step_us, msw_bound_name(b->bound));
  print_phase("prefill", e->bound->family, &b->prefill);
  print_phase("decode", e->bound->family, &b->decode);
  print_phase("fused", e->bound->family, &b->fused);
  if (is_mixed) printf("  %-9s %14.3f us  the phases by mixed_rule %s\n", "hardware", b->hardware_us, mixed);
  printf("  %-9s %14.3f us\n  %-9s %14.3f us\n", "comm", b->comm_us, "overhead", b->overhead_us);
  printf("  %.1f tokens/s per GPU; per GPU %.2f GiB of weights and %.2f GiB of KV cache\n", b->tok_per_s_per_gpu,
         b->weight_gib, b->kv_gib);
}

static const char *shape_text(const msw_op *op, msw_arena *arena) {
  if (op->k > 0.0) return msw_format(arena, "%.15g x %.15g x %.15g", op->m, op->k, op->n);
  if (op->m > 0.0) return msw_format(arena, "m %.15g", op->m);
  if (op->batch > 0.0) return msw_format(arena, "%.15g x %.15g", op->batch, op->context);
  return op->context > 0.0 ? msw_format(arena, "%.15g", op->context) : "";
}

static const char *share_text(const msw_explanation *e, const msw_op *op, msw_arena *arena) {
  double share = percent * op->us / e->breakdown->step_us;
  bool is_hidden = msw_op_is_hidden(e->bound, e->breakdown, op);
  return msw_format(arena, is_hidden ? "(%.1f %%)" : "%.1f %% ", share);
}

static void print_ops(const msw_explanation *e, msw_arena *arena) {
  static const char *const heads[] = {"phase", "op", "m x k x n", "GFLOP", "MB", "MFU", "us", "share ", "limit"};
  msw_columns table = msw_columns_new("lllrrrrrl", arena);
  for (size_t i_head = 0; i_head < sizeof heads / sizeof heads[0]; i_head++) msw_columns_add(&table, heads[i_head]);
  for (size_t i_op = 0; i_op < e->ops->n; i_op++) {
    const msw_op *op = &e->ops->ops[i_op];
    msw_columns_add(&table, op->phase);
    msw_columns_add(&table, op->name);
    msw_columns_add(&table, shape_text(op, arena));
    msw_columns_add(&table, figure(op->flop / flop_per_gflop, 3, arena));
    msw_columns_add(&table, figure(op->bytes / bytes_per_mb, 2, arena));
    msw_columns_add(&table, figure(op->mfu, 4, arena));
    msw_columns_add(&table, msw_format(arena, "%.3f", op->us));
    msw_columns_add(&table, share_text(e, op, arena));
    msw_columns_add(&table, msw_op_limit(op));
  }
  puts("\noperations: all layers, one GPU's share; attention's shape is batch x length looked up;\n"
       "(shares) in brackets are hidden behind a longer part of the step");
  msw_columns_print(&table, 2, stdout);
}

/* "row 3", "rows 3 (0.44), 4 (0.56)" */
static const char *rows_text(const msw_rows_used *rows, msw_arena *arena) {
  const char *text = "", *word = "row";
  for (size_t i_row = 0; i_row < rows->n; i_row++) {
    if (!(rows->weight[i_row] > 0.0)) continue;
    if (text[0]) word = "rows";
    text = msw_format(arena, "%s%s%zu", text, text[0] ? ", " : "", rows->row[i_row] + 1);
    if (rows->weight[i_row] < 1.0) text = msw_format(arena, "%s (%.3g)", text, rows->weight[i_row]);
  }
  return msw_format(arena, "%s %s", word, text);
}

static const char *distances_text(const msw_case *bound, const msw_op *op, msw_arena *arena) {
  msw_distance distances[MSW_MAX_DISTANCES];
  enum { FLAGS_BYTES = 256 };
  char flags[FLAGS_BYTES];
  size_t n = msw_op_distances(bound, op, distances);
  const char *text = "";
  for (size_t i_distance = 0; i_distance < n; i_distance++)
    text = msw_format(arena, "%s%s%s", text, i_distance ? ", " : "", msw_distance_text(&distances[i_distance], arena));
  if (!op->flags) return text;
  return msw_format(arena, "%s [%s]", text, msw_flags_text(op->flags, flags, sizeof flags));
}

/* The operations that one table stands for. */
static void print_rows_of(const msw_explanation *e, const msw_kernel_table *table, msw_arena *arena) {
  msw_columns columns = msw_columns_new("llll", arena);
  printf("  %s (%s, peak %.5g TFLOP/s)\n", table->file, msw_dtype_name(table->dtype),
         table->peak_flop_per_s / flop_per_tflop);
  for (size_t i_op = 0; i_op < e->ops->n; i_op++) {
    const msw_op *op = &e->ops->ops[i_op];
    if (op->table != table) continue;
    msw_columns_add(&columns, op->phase);
    msw_columns_add(&columns, op->name);
    msw_columns_add(&columns, rows_text(&op->rows, arena));
    msw_columns_add(&columns, distances_text(e->bound, op, arena));
  }
  msw_columns_print(&columns, 4, stdout);
}

static bool has_earlier_op(const msw_op_list *ops, size_t i_op) {
  for (size_t i_earlier = 0; i_earlier < i_op; i_earlier++)
    if (ops->ops[i_earlier].table == ops->ops[i_op].table) return true;
  return false;
}

static void print_rows(const msw_explanation *e, msw_arena *arena) {
  bool is_first = true;
  for (size_t i_op = 0; i_op < e->ops->n; i_op++) {
    const msw_op *op = &e->ops->ops[i_op];
    if (!op->table || has_earlier_op(e->ops, i_op)) continue;
    if (is_first) puts("\ntable rows used, counted from 1, with their weights; where the point lies among them");
    is_first = false;
    print_rows_of(e, op->table, arena);
  }
}

static void print_knobs(const msw_case *bound, msw_arena *arena) {
  size_t n_knobs;
  const msw_knob_info *knobs = msw_knobs_table(&n_knobs);
  const char *text = "";
  for (size_t i_knob = 0; i_knob < n_knobs; i_knob++) {
    if (!msw_knob_is_of(&knobs[i_knob], bound->family)) continue;
    const char *value = msw_knob_text(&bound->knobs, &knobs[i_knob], arena);
    if (value[0] == 'n' && value[1] == 'a') continue;   /* a number that the method does not have */
    text = msw_format(arena, "%s%s%s=%s", text, text[0] ? " " : "", knobs[i_knob].name, value);
  }
  puts("\nknobs");
  msw_print_wrapped(text, 2, stdout);
}

static void print_flags(msw_flags flags, msw_arena *arena) {
  msw_columns table = msw_columns_new("ll", arena);
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++) {
    if (!(flags & msw_flag_table[i_flag].bit)) continue;
    msw_columns_add(&table, msw_flag_table[i_flag].name);
    msw_columns_add(&table, msw_flag_table[i_flag].description);
  }
  puts(table.n ? "\nflags" : "\nflags: none");
  msw_columns_print(&table, 2, stdout);
}

void msw_explain_text(const msw_explanation *e, msw_arena *arena) {
  print_heading(e, arena);
  print_rules(e);
  if (e->bound->flags & MSW_FLAGS_VOID) {
    printf("\nno number: %s\n", e->bound->why_void);
  } else {
    print_step(e, arena);
    print_ops(e, arena);
    print_rows(e, arena);
    msw_explain_origins(e, arena);
  }
  print_knobs(e->bound, arena);
  print_flags(e->breakdown->flags, arena);
}
