/* From names on the command line to a method bound to a GPU. */
#include "setup.h"

#include <string.h>

#include "msw/base/str.h"

static const msw_loc command_line = {0};
static const char *const default_method = "measured";

bool msw_setup_choose(msw_context *ctx, const char *gpu, const char *method, const msw_opt_list *sets,
                      msw_setup *setup) {
  *setup = (msw_setup){.gpu = msw_context_find_gpu(ctx, gpu)};
  bool is_good = msw_method_parse(method ? method : default_method, sets->items, sets->n, &ctx->arena, &ctx->diag, &setup->method);
  return is_good && setup->gpu;
}

msw_status msw_setup_load(msw_context *ctx, msw_setup *setup) {
  if (!msw_method_knobs(&setup->method, setup->gpu, &ctx->diag, &setup->knobs, &setup->method_flags))
    return MSW_BAD_INPUT;
  setup->tables = (msw_kernel_set){.gpu = setup->gpu};
  if (!msw_family_uses_tables(setup->method.preset->family)) return MSW_OK;
  msw_status loaded = msw_kernel_set_load(&ctx->data, setup->gpu, &ctx->arena, &ctx->diag, &setup->tables);
  if (loaded != MSW_OK || setup->method.preset->family != MSW_FAMILY_MEASURED) return loaded;
  return msw_surfaces_load(&ctx->data, &ctx->arena, &ctx->diag, &setup->tables);
}

bool msw_parse_dtype_option(msw_context *ctx, const char *text, msw_dtype *dtype) {
  *dtype = MSW_DTYPE_NONE;
  if (!text || strcmp(text, "config") == 0 || msw_dtype_parse(text, dtype)) return true;
  const char *names[MSW_N_DTYPES] = {"config"};
  const char *hint = "one of config";
  for (int i_dtype = 1; i_dtype < MSW_N_DTYPES; i_dtype++) {
    names[i_dtype] = msw_dtype_name((msw_dtype)i_dtype);
    hint = msw_format(&ctx->arena, "%s, %s", hint, names[i_dtype]);
  }
  const char *nearest = msw_nearest(text, names, MSW_N_DTYPES);
  msw_error(&ctx->diag, command_line, "--dtype", nearest ? msw_did_you_mean(&ctx->diag, nearest) : hint,
            "unknown number format '%s'", text);
  return false;
}

void msw_setup_bind(const msw_setup *setup, const msw_model *model, double tp, msw_dtype dtype, bool allow_split_heads,
                    msw_arena *arena, msw_case *bound) {
  msw_case_key key = {.gpu = setup->gpu, .model = model, .tp = tp, .dtype = dtype,
                      .family = setup->method.preset->family, .knobs = &setup->knobs,
                      .method_flags = setup->method_flags, .tables = &setup->tables,
                      .allow_split_heads = allow_split_heads};
  msw_case_bind(&key, arena, bound);
}
