/* What a result claims to be: its sweep, planned again with today's data, and whether that is still the same result. */
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/output/differences.h"
#include "verify.h"

static const char data_hint[] = "give the --data-dir and --bench-data of the run";

static msw_status refuse(msw_verification *v, const char *hint, const char *why) {
  msw_error(&v->ctx->diag, (msw_loc){.file = v->order->file}, NULL, hint, "%s", why);
  return MSW_BAD_INPUT;
}

static msw_status check_origin(msw_verification *v) {
  msw_context *ctx = v->ctx;
  const msw_result_identity *identity = &v->identity;
  bool exists = false;
  if (msw_is_dir(v->order->file)) return refuse(v, NULL, "is a folder, expected a result file");
  msw_status status = msw_result_identify(v->order->file, &ctx->arena, &ctx->diag, &exists, &v->identity);
  if (status != MSW_OK) return status;
  const char *nearest = exists ? NULL : msw_nearest_file(v->order->file, &ctx->arena);
  if (!exists) return refuse(v, msw_did_you_mean(&ctx->diag, nearest), "there is no such file");
  if (!identity->hash) return refuse(v, NULL, "is no result of mfusweep, or is damaged beyond reading");
  if (identity->version && strcmp(identity->version, msw_version()) == 0) return MSW_OK;
  return refuse(v, "verify it with that version: numbers may change from version to version",
                msw_format(&ctx->arena, "was written by mfusweep %s, and this is %s",
                           identity->version ? identity->version : "of an unknown version", msw_version()));
}

static msw_status plan_again(msw_verification *v) {
  msw_context *ctx = v->ctx;
  const char *expanded = NULL;
  const msw_spec_edits none = {0};
  msw_status status = msw_h5_open_read(v->order->file, &ctx->diag, &v->file);
  if (status == MSW_OK) status = msw_h5_read_text(v->file, "/meta/expanded", &ctx->arena, &ctx->diag, &expanded);
  if (status != MSW_OK) return status;
  const char *name = msw_format(&ctx->arena, "%s:/meta/expanded", v->order->file);
  status = msw_spec_load_text(expanded, strlen(expanded), name, none, &ctx->data, &ctx->arena, &ctx->diag, &v->spec);
  if (status == MSW_OK) status = msw_plan_build(&v->spec, &ctx->arena, &ctx->diag, &v->plan);
  if (status == MSW_OK) status = msw_run_load_tables(&v->plan, &ctx->data, &ctx->arena, &ctx->diag, &v->tables);
  if (status == MSW_OK) v->provenance = msw_provenance_collect(&v->plan, &v->tables, &ctx->arena);
  else msw_note(&ctx->diag, (msw_loc){.file = v->order->file}, "its sweep does not fit the data: %s", data_hint);
  return status;
}

static msw_status check_identity(msw_verification *v) {
  if (strcmp(v->identity.hash, v->provenance.hash) == 0) return MSW_OK;
  msw_status status = refuse(v, data_hint, "cannot be verified: its inputs are not those of today");
  msw_result_explain(v->order->file, &v->plan, &v->provenance, &v->ctx->diag);
  return status;
}

msw_status msw_verify_open(msw_verification *v) {
  msw_status status = check_origin(v);
  if (status == MSW_OK) status = plan_again(v);
  if (status == MSW_OK) status = check_identity(v);
  if (status != MSW_OK) return status;
  v->tiles = v->identity.is_whole ? (msw_tile_range){0, v->plan.n_tiles} : v->identity.tiles;
  v->is_sound = msw_arena_array(&v->ctx->arena, v->plan.n_blocks, sizeof *v->is_sound);
  v->counts = msw_arena_array(&v->ctx->arena, v->plan.n_blocks, sizeof *v->counts);
  return MSW_OK;
}

void msw_verify_close(msw_verification *v) {
  msw_diag unheard = {0};
  if (v->file != MSW_H5_NONE) (void)msw_h5_close_file(v->file, &unheard);
  msw_diag_free(&unheard);
  msw_spec_free(&v->spec);
}
