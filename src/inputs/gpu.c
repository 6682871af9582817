/* Reads bench_data/gpus/<gpu>.json. Our own format, so every unknown key is an error. */
#include "msw/inputs/gpu.h"

#include <string.h>

#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "gpu_analytic_internal.h"
#include "units.h"

static const size_t MAX_GPU_BYTES = (size_t)1 << 20;

/* Above anything that is built; a figure beyond it has the wrong unit. */
static const double MAX_TFLOPS = 1e6, MAX_GB_PER_S = 1e6, MAX_GIB = 1e6, MAX_TDP_W = 1e5, MAX_USD_PER_HOUR = 1e5;
/* Below anything that is built, too; kernel times by it stay finite. */
static const double MIN_FIGURE = 1e-3;
static const double MAX_SM_VERSION = 1000.0, MAX_GPUS_PER_NODE = 10000.0, MAX_SM = 1e5, MAX_L2_MIB = 1e6;

static void read_aliases(const msw_json *list, msw_arena *arena, msw_diag *diag, msw_gpu *gpu) {
  if (list->type != MSW_JSON_ARRAY) {
    msw_json_error(diag, list, NULL, "expected an array of strings");
    return;
  }
  const char **aliases = msw_arena_array(arena, list->n_children, sizeof *aliases);
  for (const msw_json *item = list->first; item; item = item->next) {
    if (item->type == MSW_JSON_STRING && item->text[0] != '\0')
      aliases[gpu->n_aliases++] = item->text;
    else
      msw_json_error(diag, item, NULL, "expected a name");
  }
  gpu->aliases = aliases;
}

static void read_peaks(const msw_json *object, msw_diag *diag, msw_gpu *gpu) {
  msw_json_reader reader;
  if (!msw_json_begin(&reader, object, diag)) return;
  for (int i_dtype = MSW_DTYPE_NONE + 1; i_dtype < MSW_N_DTYPES; i_dtype++) {
    double tflops = 0.0;
    const bool required = i_dtype == MSW_BF16;
    if (msw_json_want_number(&reader, msw_dtype_name((msw_dtype)i_dtype), required, MIN_FIGURE, MAX_TFLOPS, &tflops))
      gpu->peak_flop_per_s[i_dtype] = tflops * FLOP_PER_TFLOP;
  }
  if (gpu->peak_flop_per_s[MSW_FP16] <= 0.0) gpu->peak_flop_per_s[MSW_FP16] = gpu->peak_flop_per_s[MSW_BF16];
  msw_json_end(&reader, true);
}

/* Which constants a method or an engine has is known to a higher layer: any name may stand here. */
static void read_constants(const msw_json *object, msw_arena *arena, msw_diag *diag, msw_gpu_method *method) {
  *method = (msw_gpu_method){.method = object->key, .loc = object->key_loc};
  if (object->type != MSW_JSON_OBJECT) {
    msw_json_error(diag, object, NULL, "expected an object of constants, found %s", msw_json_type_name(object->type));
    return;
  }
  msw_gpu_param *params = msw_arena_array(arena, object->n_children, sizeof *params);
  for (const msw_json *item = object->first; item; item = item->next) {
    if (strcmp(item->key, "fitted_on") == 0) {
      if (item->type == MSW_JSON_STRING)
        method->fitted_on = item->text;
      else
        msw_json_error(diag, item, NULL, "expected the name of a GPU, found %s", msw_json_type_name(item->type));
    } else if (item->type == MSW_JSON_NUMBER) {
      params[method->n_params++] = (msw_gpu_param){item->key, item->number, false, item->key_loc};
    } else if (item->type == MSW_JSON_BOOL) {
      params[method->n_params++] = (msw_gpu_param){item->key, item->boolean ? 1.0 : 0.0, true, item->key_loc};
    } else {
      msw_json_error(diag, item, NULL, "expected a number, found %s", msw_json_type_name(item->type));
    }
  }
  method->params = params;
}

static const msw_gpu_method *read_blocks(const msw_json *object, msw_arena *arena, msw_diag *diag, size_t *n) {
  if (object->type != MSW_JSON_OBJECT) {
    msw_json_error(diag, object, NULL, "expected an object, found %s", msw_json_type_name(object->type));
    return NULL;
  }
  msw_gpu_method *blocks = msw_arena_array(arena, object->n_children, sizeof *blocks);
  for (const msw_json *item = object->first; item; item = item->next) read_constants(item, arena, diag, &blocks[(*n)++]);
  return blocks;
}

static void read_name(msw_json_reader *reader, msw_diag *diag, const msw_gpu *gpu) {
  const char *name = NULL;
  if (!msw_json_want_string(reader, "name", false, &name) || msw_equal_nocase(name, gpu->name)) return;
  msw_json_error(diag, msw_json_get(reader->object, "name"), NULL, "'%s' is not the file's name '%s'", name, gpu->name);
}

static void read_scaled(msw_json_reader *reader, const char *key, bool required, double max, double scale,
                        double *out) {
  double value = 0.0;
  if (msw_json_want_number(reader, key, required, MIN_FIGURE, max, &value)) *out = value * scale;
}

/* Prices change; what an entry says is of the day that its source names. */
static void read_price(msw_json_reader *reader, msw_diag *diag, msw_gpu *gpu) {
  read_scaled(reader, "usd_per_hour", false, MAX_USD_PER_HOUR, 1.0, &gpu->usd_per_hour);
  msw_json_want_string(reader, "price_source", false, &gpu->price_source);
  const msw_json *source = msw_json_get(reader->object, "price_source");
  if (source && !msw_json_get(reader->object, "usd_per_hour"))
    msw_json_error(diag, source, NULL, "there is no \"usd_per_hour\" that it could be the source of");
}

static void read_kernel_models(msw_json_reader *reader, msw_arena *arena, msw_diag *diag, msw_gpu *gpu) {
  const msw_json *analytic = msw_json_want(reader, "analytic", false), *mla = msw_json_want(reader, "analytic_mla", false);
  if (analytic) gpu->analytic = msw_gpu_analytic_read(analytic, gpu->name, arena, diag);
  if (mla) gpu->analytic_mla = msw_latent_analytic_read(mla, gpu->name, arena, diag);
  const msw_json *any = analytic ? analytic : mla;
  if (any && !(gpu->n_sm > 0.0)) msw_json_error(diag, any, NULL, "kernel models need the key \"num_sm\" of the entry");
}

static void read_gpu(msw_json_reader *reader, msw_arena *arena, msw_diag *diag, msw_gpu *gpu) {
  const char *source = NULL;
  read_name(reader, diag, gpu);
  msw_json_want_string(reader, "source", false, &source);   /* for people */
  const msw_json *aliases = msw_json_want(reader, "aliases", false);
  if (aliases) read_aliases(aliases, arena, diag, gpu);
  const msw_json *peaks = msw_json_want(reader, "peak_tflops", true);
  if (peaks) read_peaks(peaks, diag, gpu);
  const msw_json *methods = msw_json_want(reader, "methods", false);
  if (methods) gpu->methods = read_blocks(methods, arena, diag, &gpu->n_methods);
  const msw_json *engines = msw_json_want(reader, "engines", false);
  if (engines) gpu->engines = read_blocks(engines, arena, diag, &gpu->n_engines);
  read_scaled(reader, "mem_bw_gb_per_s", true, MAX_GB_PER_S, BYTES_PER_GB, &gpu->mem_bw_bytes_per_s);
  read_scaled(reader, "mem_gib", true, MAX_GIB, 1.0, &gpu->mem_gib);
  gpu->mem_bytes = gpu->mem_gib * BYTES_PER_GIB;
  read_scaled(reader, "tdp_w", false, MAX_TDP_W, 1.0, &gpu->tdp_w);
  read_price(reader, diag, gpu);
  read_scaled(reader, "sm_version", false, MAX_SM_VERSION, 1.0, &gpu->sm_version);
  read_scaled(reader, "num_sm", false, MAX_SM, 1.0, &gpu->n_sm);
  read_scaled(reader, "l2_mib", false, MAX_L2_MIB, BYTES_PER_MIB, &gpu->l2_bytes);
  read_scaled(reader, "gpus_per_node", false, MAX_GPUS_PER_NODE, 1.0, &gpu->gpus_per_node);
  read_scaled(reader, "intra_node_gb_per_s", false, MAX_GB_PER_S, BYTES_PER_GB, &gpu->intra_node_bytes_per_s);
  read_scaled(reader, "inter_node_gb_per_s", false, MAX_GB_PER_S, BYTES_PER_GB, &gpu->inter_node_bytes_per_s);
  read_kernel_models(reader, arena, diag, gpu);
}

msw_status msw_gpu_load(const char *path, const char *name, msw_arena *arena, msw_diag *diag, msw_gpu *gpu) {
  const size_t n_errors_before = diag->n_errors;
  *gpu = (msw_gpu){.name = msw_strdup(arena, name), .file = msw_strdup(arena, path)};

  char *text = NULL;
  size_t len = 0;
  const msw_status read = msw_read_file(path, MAX_GPU_BYTES, arena, diag, &text, &len);
  if (read != MSW_OK) return read;
  msw_sha256_of(text, len, gpu->sha256);

  msw_json *root = NULL;
  const msw_status parsed = msw_json_parse(text, len, gpu->file, arena, diag, &root);
  if (parsed != MSW_OK) return parsed;
  msw_json_reader reader;
  if (!msw_json_begin(&reader, root, diag)) return MSW_BAD_INPUT;
  read_gpu(&reader, arena, diag, gpu);
  msw_json_end(&reader, true);
  return diag->n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}
