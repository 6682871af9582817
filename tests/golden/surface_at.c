/* Looks up measured latencies for check_surfaces.py.
 *
 *   surface_at BENCH_DIR GPU points     prints the GPU's L2 bytes and spikes, then every point that a lookup may use
 *   surface_at BENCH_DIR GPU            answers the queries of stdin, one per line: "us flags", or "none"
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "msw/perf/surface.h"

typedef struct {
  msw_arena arena;
  msw_data_root data;
  msw_diag diag;
  const msw_gpu *gpu;
  msw_latency_set set;
  msw_surfaces *surfaces;
} world;

static bool open_world(world *w, const char *bench_dir, const char *gpu) {
  if (msw_data_root_open(MSW_TEST_ROOT, &bench_dir, 1, &w->arena, &w->diag, &w->data) != MSW_OK) return false;
  w->gpu = msw_data_find_gpu(&w->data, gpu);
  if (!w->gpu || msw_latency_set_load(&w->data, w->gpu, NULL, &w->arena, &w->diag, &w->set) != MSW_OK) return false;
  w->surfaces = msw_surfaces_new(&w->set);
  return true;
}

static void print_point(const msw_latency_slice *slice, size_t i_point) {
  const msw_latency_key *key = &slice->key;
  const int64_t numbers[] = {key->n, key->k, key->num_heads, key->num_kv_heads, key->head_dim, key->window, key->n_gpus,
                             key->hidden_size, key->intermediate_size, key->n_experts_per_tok, key->n_experts, key->moe_tp,
                             key->moe_ep};
  printf("%s %s %s %d ", msw_latency_name(key->kind), msw_dtype_name(key->dtype), msw_dtype_name(key->kv_dtype),
         key->block_scaled);
  for (size_t i_number = 0; i_number < sizeof numbers / sizeof *numbers; i_number++) printf("%" PRId64 " ", numbers[i_number]);
  printf("%.17g %.17g %.17g %s\n", slice->x[i_point], slice->y[i_point], slice->latency_us[i_point],
         key->name[0] ? key->name : "-");
}

static void print_points(const world *w) {
  printf("%.17g", w->gpu->l2_bytes);
  for (int kind = MSW_LATENCY_GEMM; kind <= MSW_LATENCY_MOE; kind++)
    printf(" %zu", msw_surfaces_spikes(w->surfaces, (msw_latency_kind)kind));
  printf("\n");
  for (size_t i_slice = 0; i_slice < w->set.n_slices; i_slice++) {
    const msw_latency_slice *slice = &w->set.slices[i_slice];
    for (size_t i_point = 0; i_point < slice->n_points; i_point++) print_point(slice, i_point);
  }
}

static bool parse_kind(const char *name, msw_latency_kind *kind) {
  for (int i_kind = 0; i_kind < MSW_N_LATENCY_KINDS; i_kind++) {
    *kind = (msw_latency_kind)i_kind;
    if (strcmp(msw_latency_name(*kind), name) == 0) return true;
  }
  return false;
}

/* "gemm DTYPE BLOCK_SCALED n k - - - m", "decode KV_DTYPE - heads kv_heads head_dim window batch x", "prefill …",
 * "all_reduce - - gpus - - - - bytes", "moe DTYPE BLOCK_SCALED hidden inter topk experts tp tokens ep"; -: any number */
typedef struct { msw_latency_kind kind; msw_dtype dtype; int block_scaled; double number[7]; } query;

static bool parse_query(const char *line, query *q) {
  char kind[32], dtype[32];
  double *n = q->number;
  const int n_read = sscanf(line, "%31s %31s %d %lf %lf %lf %lf %lf %lf %lf", kind, dtype, &q->block_scaled, &n[0],
                            &n[1], &n[2], &n[3], &n[4], &n[5], &n[6]);
  return n_read >= 9 && parse_kind(kind, &q->kind) && msw_dtype_parse(dtype, &q->dtype);
}

static bool look_up_experts(const world *w, const query *q, msw_arena *arena, msw_time_curve *curve) {
  const double *n = q->number;
  const msw_moe_kernel kernel = {.dtype = q->dtype, .block_scaled = q->block_scaled != 0, .hidden_size = (int64_t)n[0],
                                 .intermediate_size = (int64_t)n[1], .n_experts_per_tok = (int64_t)n[2],
                                 .n_experts = (int64_t)n[3], .moe_tp = (int64_t)n[4], .moe_ep = (int64_t)n[6]};
  msw_surface_source source;
  return msw_surface_moe(w->surfaces, &kernel, arena, curve, &source);
}

static bool look_up(const world *w, const query *q, msw_arena *arena, msw_time_curve *curve) {
  msw_surface_source source;
  const double *n = q->number;
  const msw_attention_kernel kernel = {q->dtype, n[0], n[1], n[2], n[3]};
  if (q->kind == MSW_LATENCY_GEMM)
    return msw_surface_gemm(w->surfaces, q->dtype, q->block_scaled != 0, n[0], n[1], arena, curve, &source);
  if (q->kind == MSW_LATENCY_ALL_REDUCE) return msw_surface_all_reduce(w->surfaces, (int64_t)n[0], arena, curve, &source);
  if (q->kind == MSW_LATENCY_MOE) return look_up_experts(w, q, arena, curve);
  if (q->kind == MSW_LATENCY_PREFILL) return msw_surface_prefill(w->surfaces, &kernel, n[4], arena, curve, &source);
  return msw_surface_decode(w->surfaces, &kernel, n[4], w->gpu->l2_bytes, arena, curve, &source);
}

static bool answer(const world *w) {
  char line[512];
  while (fgets(line, sizeof line, stdin)) {
    query q;
    msw_arena arena = {0};
    msw_time_curve curve;
    msw_flags flags = 0;
    if (!parse_query(line, &q)) return false;
    if (look_up(w, &q, &arena, &curve)) {
      const double us = msw_time_at(&curve, q.number[5], &flags);
      printf("%.17g %" PRIu32 "\n", us, flags);
    } else {
      printf("none\n");
    }
    msw_arena_free(&arena);
  }
  return true;
}

int main(int argc, char **argv) {
  static world w;
  if (argc < 3 || !open_world(&w, argv[1], argv[2])) {
    msw_diag_print(&w.diag, stderr, 10);
    return 2;
  }
  bool done = true;
  if (argc > 3)
    print_points(&w);
  else
    done = answer(&w);
  msw_surfaces_free(w.surfaces);
  msw_arena_free(&w.arena);
  msw_diag_free(&w.diag);
  return done ? 0 : 2;
}
