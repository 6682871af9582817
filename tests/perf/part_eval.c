/* Evaluation into memory on one thread: every method, one and six fields, each phase, against the store loop over the same
 * buffers. All variants of a phase take turns, so that the distance between them, too, is of one series.
 */
#include <stdlib.h>

#include "msw/base/str.h"
#include "msw/perf/method.h"
#include "parts.h"
#include "passes.h"

enum { MAX_VARIANTS = 32, STORE = 0, MEMSET, STREAM, N_FILLS };

/* One evaluation of a series: what differs from the others, and what it needs. */
typedef struct {
  const char *name;
  bench_shape shape;
  const char *method;        /* JSON */
  const char *rules;         /* JSON list of exclude rules; NULL: none */
  bool through_caches;       /* stores as a run makes them for chunks that are encoded next */
  bool apart;                /* shown for comparison: no target, not in the spread */
  const char *tables;        /* folder of made ones; NULL: the few rows of the project's bench_data */
  bench_sweep sweep;
  bench_eval eval;
  double *whole_s;           /* [1 + n_rounds] binding and evaluation, the round that does not count first */
  int n_passes;
} variant;

typedef struct {
  const char *name;
  bench_fill fill;
  variant variants[MAX_VARIANTS];
  size_t n_variants;
} series;

/* A further one on the made kernel tables; the last over again when there are too many. */
static variant *add(bench *b, series *s, bench_shape shape, const char *name, const char *method) {
  if (s->n_variants < MAX_VARIANTS) s->n_variants++;
  variant *added = &s->variants[s->n_variants - 1];
  *added = (variant){.name = name, .shape = shape, .method = method, .tables = b->tables};
  return added;
}

/* v2-interp with something changed that the targets do not ask for. */
static variant *add_apart(bench *b, series *s, bench_shape shape, const char *name) {
  variant *added = add(b, s, shape, name, "\"v2-interp\"");
  added->apart = true;
  return added;
}

static void add_presets(bench *b, series *s, bench_shape shape) {
  size_t n_presets = 0;
  const msw_preset *presets = msw_sweep_presets(&n_presets);
  for (size_t i_preset = 0; i_preset < n_presets; i_preset++)
    if (presets[i_preset].family != MSW_FAMILY_MEASURED)
      add(b, s, shape, presets[i_preset].name, msw_format(&b->arena, "\"%s\"", presets[i_preset].name));
  add(b, s, shape, "measured", "\"measured\"")->tables = b->latencies;
  if (shape != BENCH_PREFILL)
    add(b, s, shape, "measured, unequal lengths", "{\"base\":\"measured\",\"name\":\"other\",\"kv_spread\":\"exponential\","
                                                "\"chain_gb_per_s\":20}")->tables = b->latencies;
  add(b, s, shape, "measured, kernel models", "\"measured\"")->tables = NULL;
}

/* v2-interp with one knob changed. */
static void add_knob(bench *b, series *s, bench_shape shape, const char *knob, const char *value) {
  add(b, s, shape, msw_format(&b->arena, "v2-interp, %s = %s", knob, value),
      msw_format(&b->arena, "{\"base\":\"v2-interp\",\"name\":\"other\",\"%s\":\"%s\"}", knob, value));
}

/* Heterogeneous batches are priced through the aggregation, holes of the tables through the ragged corner. */
static void add_variants(bench *b, series *s, bench_shape shape) {
  add_presets(b, s, shape);
  add_apart(b, s, shape, "v2-interp, through the caches")->through_caches = true;
  switch (shape) {
    case BENCH_DECODE:
      add_knob(b, s, shape, "decode_aggregation", "max");
      add_knob(b, s, shape, "decode_aggregation", "mean");
      add_knob(b, s, shape, "decode_aggregation", "buckets");
      add_knob(b, s, shape, "ragged_corner", "clamp");
      add(b, s, BENCH_DECODE_1, "v2-interp, batch 1", "\"v2-interp\"");
      add(b, s, BENCH_DECODE_512, "v2-interp, batch 512", "\"v2-interp\"");
      add(b, s, shape, "v2-interp, the project's tables", "\"v2-interp\"")->tables = NULL;
      add_apart(b, s, shape, "v2-interp, batch * kv_len > 4Mi excluded")->rules = "[\"batch * kv_len > 4Mi\"]";
      break;
    case BENCH_PREFILL:
      add_knob(b, s, shape, "prefill_bucket", "exact");
      break;
    case BENCH_MIXED:
      add_knob(b, s, shape, "mixed_rule", "fused");
      add_knob(b, s, shape, "mixed_rule", "sum");
      add_knob(b, s, shape, "mixed_rule", "weighted");
      break;
    case BENCH_DECODE_1:
    case BENCH_DECODE_512:
    case BENCH_N_SHAPES: break;
  }
}

static double variant_pass(void *context) {
  variant *v = context;
  double seconds = bench_eval_pass(&v->eval);
  v->whole_s[v->n_passes++] = seconds + v->eval.bind_s;
  return seconds;
}

static void open_variants(bench *b, series *s, const char *fields) {
  for (size_t i_variant = 0; i_variant < s->n_variants; i_variant++) {
    variant *v = &s->variants[i_variant];
    const char *text = bench_sweep_excluding(&b->arena, v->shape, v->method, fields, v->rules ? v->rules : "[]");
    bench_sweep_open(b->options, v->tables, text, &v->sweep);
    v->eval = (bench_eval){.sweep = &v->sweep, .buffers = s->fill.buffers, .n_threads = s->fill.n_threads,
                           .cpu_clock = s->fill.cpu_clock, .may_exclude = v->rules != NULL,
                           .through_caches = v->through_caches};
    v->whole_s = msw_alloc_zero((size_t)b->options->n_pairs + 1, sizeof *v->whole_s);
  }
}

static void close_variants(series *s) {
  for (size_t i_variant = 0; i_variant < s->n_variants; i_variant++) {
    bench_sweep_close(&s->variants[i_variant].sweep);
    free(s->variants[i_variant].whole_s);
  }
}

static void report_fills(bench *b, const series *s, const bench_contender *contenders) {
  const double bytes_per_gb = 1e9, gb = bench_buffers_bytes(s->fill.buffers) / bytes_per_gb;
  for (size_t i_fill = STORE; i_fill < N_FILLS; i_fill++) {
    bench_row row = {.part = BENCH_EVAL, .series = s->name, .subject = contenders[i_fill].name, .metric = "rate",
                     .unit = "GB/s"};
    if (!contenders[i_fill].usable) continue;
    row.stat = bench_rate(&contenders[i_fill], b->options->n_pairs, gb);
    bench_report_row(b->report, row);
  }
}

static void report_variant(bench *b, const series *s, const variant *v, const bench_contender *of,
                           const bench_contender *store) {
  const double one_field_target = 0.9, six_fields_target = 0.75;
  const bench_buffers *buffers = s->fill.buffers;
  int n_rounds = b->options->n_pairs;
  bench_row row = {.part = BENCH_EVAL, .series = s->name, .subject = v->name};
  if (!of->usable) {
    bench_report_missing(b->report, row.part, s->name, v->name, bench_eval_refusal(&v->eval, &b->arena));
    return;
  }
  row.metric = "cells", row.unit = "cells/s", row.stat = bench_rate(of, n_rounds, bench_buffers_cells(buffers));
  bench_report_row(b->report, row);
  row.metric = "evaluation / store loop", row.unit = "1", row.stat = bench_speed_ratio(of, store, n_rounds);
  if (!v->apart)
    row.target = (bench_target){BENCH_AT_LEAST, buffers->n_fields == 1 ? one_field_target : six_fields_target};
  bench_report_row(b->report, row);
  bench_contender whole = {.seconds = v->whole_s + 1};
  row.metric = "with binding / store loop", row.stat = bench_speed_ratio(&whole, store, n_rounds);
  row.target = (bench_target){0};
  bench_report_row(b->report, row);
}

/* How far the variants lie apart: of their medians against the store loop of the same round. */
static void report_spread(bench *b, const series *s, const bench_contender *contenders) {
  const double spread_target = 0.10;
  double ratios[MAX_VARIANTS];
  int n_ratios = 0;
  for (size_t i_variant = 0; i_variant < s->n_variants; i_variant++) {
    const bench_contender *of = &contenders[N_FILLS + i_variant];
    if (of->usable && !s->variants[i_variant].apart) ratios[n_ratios++] = bench_speed_ratio(of, &contenders[STORE], b->options->n_pairs).median;
  }
  if (n_ratios < 2) return;
  bench_report_row(b->report, (bench_row){.part = BENCH_EVAL, .series = s->name, .subject = "all variants",
                                          .metric = "fastest / slowest - 1", .unit = "1",
                                          .stat = bench_one(bench_spread(ratios, n_ratios)),
                                          .target = {BENCH_AT_MOST, spread_target}});
}

static void measure(bench *b, bench_shape shape, bench_buffers *buffers, const char *fields) {
  series *s = msw_alloc_zero(1, sizeof *s);
  s->name = msw_format(&b->arena, "%s, %zu field%s, 1 thread", bench_shape_names[shape], buffers->n_fields,
                       buffers->n_fields > 1 ? "s" : "");
  s->fill = (bench_fill){.buffers = buffers, .n_threads = 1, .cpu_clock = b->options->cpu_clock};
  add_variants(b, s, shape);
  open_variants(b, s, fields);
  bench_contender contenders[N_FILLS + MAX_VARIANTS] = {
      [STORE] = {.name = "store loop", .pass = bench_fill_store, .context = &s->fill},
      [MEMSET] = {.name = "memset", .pass = bench_fill_memset, .context = &s->fill},
      [STREAM] = {.name = "streaming stores", .pass = bench_fill_stream, .context = &s->fill}};
  for (size_t i_variant = 0; i_variant < s->n_variants; i_variant++)
    contenders[N_FILLS + i_variant] = (bench_contender){.pass = variant_pass, .context = &s->variants[i_variant]};
  bench_series(contenders, N_FILLS + s->n_variants, b->options->n_pairs);
  report_fills(b, s, contenders);
  for (size_t i_variant = 0; i_variant < s->n_variants; i_variant++)
    report_variant(b, s, &s->variants[i_variant], &contenders[N_FILLS + i_variant], &contenders[STORE]);
  report_spread(b, s, contenders);
  bench_series_free(contenders, N_FILLS + s->n_variants);
  close_variants(s);
  free(s);
}

void bench_part_eval(bench *b) {
  const char *const fields[] = {bench_one_field, bench_six_fields};
  const size_t n_fields[] = {1, 6};
  for (size_t i_set = 0; i_set < sizeof fields / sizeof fields[0]; i_set++) {
    bench_buffers buffers;
    bench_buffers_fit(b->options->bytes, n_fields[i_set], &buffers);
    for (bench_shape shape = BENCH_DECODE; shape <= BENCH_MIXED; shape++) measure(b, shape, &buffers, fields[i_set]);
    bench_buffers_close(&buffers);
  }
}
