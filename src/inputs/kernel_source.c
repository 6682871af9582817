/* SOURCE.json of a table folder: what was measured, and the peak that MFU is relative to. People write these by hand
 * and add what they like, so unknown keys are fine. */
#include "kernel_internal.h"

#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "units.h"

static const double MIN_TFLOPS = 1e-3, MAX_TFLOPS = 1e6;
static const size_t MAX_SOURCE_BYTES = (size_t)1 << 20;

static void read_source(msw_json_reader *reader, const msw_gpu *gpu, msw_diag *diag, msw_kernel_source *source) {
  const char *gpu_name = NULL, *dtype = NULL;
  double tflops = 0.0;
  if (msw_json_want_string(reader, "gpu", false, &gpu_name) && !msw_gpu_is(gpu, gpu_name))
    msw_json_error(diag, msw_json_get(reader->object, "gpu"), NULL, "'%s' is not the folder's GPU %s", gpu_name,
                   gpu->name);
  if (msw_json_want_string(reader, "dtype", false, &dtype) && !msw_dtype_parse(dtype, &source->dtype))
    msw_json_error(diag, msw_json_get(reader->object, "dtype"), "known are bf16, fp16, fp32, fp8, int8 and fp4",
                   "'%s' is no known number format", dtype);
  if (msw_json_want_number(reader, "peak_tflops", false, MIN_TFLOPS, MAX_TFLOPS, &tflops))
    source->peak_flop_per_s = tflops * FLOP_PER_TFLOP;
  source->says_causal = msw_json_want_bool(reader, "causal", false, &source->causal);
}

msw_status msw_kernel_source_load(const char *dir, const msw_gpu *gpu, msw_arena *arena, msw_diag *diag,
                                  msw_kernel_source *source) {
  const size_t n_errors_before = diag->n_errors;
  const char *path = msw_join_path(arena, dir, "SOURCE.json");
  *source = (msw_kernel_source){0};
  if (!msw_is_file(path)) return MSW_OK;

  char *text = NULL;
  size_t len = 0;
  const msw_status read = msw_read_file(path, MAX_SOURCE_BYTES, arena, diag, &text, &len);
  if (read != MSW_OK) return read;
  source->file = path;
  msw_sha256_of(text, len, source->sha256);

  msw_json *root = NULL;
  const msw_status parsed = msw_json_parse(text, len, path, arena, diag, &root);
  if (parsed != MSW_OK) return parsed;
  msw_json_reader reader;
  if (!msw_json_begin(&reader, root, diag)) return MSW_BAD_INPUT;
  read_source(&reader, gpu, diag, source);
  msw_json_end(&reader, false);
  return diag->n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}
