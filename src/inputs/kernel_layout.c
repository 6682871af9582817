/* The InferSim layout of kernel tables: folders, columns and file names. */
#include <string.h>

#include "kernel_internal.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

enum { REQUIRED = -1 };
static const int64_t MAX_SHAPE = 1000000;
static const char CSV_SUFFIX[] = ".csv";

static const msw_kernel_layout LAYOUTS[MSW_N_KERNELS] = {
    [MSW_KERNEL_GEMM] = {
        .folder = "gemm",
        .header = "m,k,n,latency_us,mfu",
        .sizes = {{"m", 1, REQUIRED}, {"k", 1, REQUIRED}, {"n", 1, REQUIRED}},
    },
    [MSW_KERNEL_PREFILL_ATTENTION] = {
        .folder = "mha/prefill",
        .header = "dtype,seq_len,latency_us,mfu",
        .sizes = {{"batch_size", 1, 1}, {"cached_len", 0, 0}, {"seq_len", 1, REQUIRED}},
        .needs_dtype = true,
    },
    [MSW_KERNEL_DECODE_ATTENTION] = {
        .folder = "mha/decode",
        .header = "dtype,kv_dtype,batch_size,kv_len,latency_us,mfu",
        .sizes = {{"batch_size", 1, REQUIRED}, {"kv_len", 1, REQUIRED}},
        .needs_dtype = true,
        .needs_kv_dtype = true,
    },
};

const msw_kernel_layout *msw_kernel_layout_of(msw_kernel_kind kind) { return &LAYOUTS[kind]; }

const char *msw_kernel_name(msw_kernel_kind kind) { return LAYOUTS[kind].folder; }

/* ---- File names ---- */

/* A number of 1 to MAX_SHAPE at *at, which moves behind it. */
static bool scan_size(const char **at, int64_t *out) {
  char digits[8] = {0};   /* of MAX_SHAPE */
  const size_t n_digits = strspn(*at, "0123456789");
  if (n_digits == 0 || n_digits >= sizeof digits) return false;
  memcpy(digits, *at, n_digits);
  *at += n_digits;
  return msw_parse_int(digits, out) && *out >= 1 && *out <= MAX_SHAPE;
}

static bool scan_text(const char **at, const char *text) {
  if (!msw_starts_with(*at, text)) return false;
  *at += strlen(text);
  return true;
}

bool msw_kernel_parse_file_name(msw_kernel_kind kind, const char *name, msw_attention_shape *shape) {
  const char *at = name;
  *shape = (msw_attention_shape){.tp = 1};
  if (!scan_size(&at, &shape->num_heads) || !scan_text(&at, "-")) return false;
  if (!scan_size(&at, &shape->num_kv_heads) || !scan_text(&at, "-")) return false;
  if (!scan_size(&at, &shape->head_dim)) return false;
  if (kind == MSW_KERNEL_DECODE_ATTENTION && scan_text(&at, "-tp") && !scan_size(&at, &shape->tp)) return false;
  return strcmp(at, CSV_SUFFIX) == 0;
}
