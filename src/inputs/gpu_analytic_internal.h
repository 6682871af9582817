/* What gpu.c and gpu_analytic*.c share. */
#ifndef MSW_GPU_ANALYTIC_INTERNAL_H
#define MSW_GPU_ANALYTIC_INTERNAL_H

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/formats/json.h"
#include "msw/inputs/gpu_analytic.h"

/* Reads the block "analytic" of the entry of the GPU `name`. */
msw_gpu_analytic *msw_gpu_analytic_read(const msw_json *block, const char *name, msw_arena *arena, msw_diag *diag);

/* Reads the block "analytic_mla". */
msw_latent_analytic *msw_latent_analytic_read(const msw_json *block, const char *name, msw_arena *arena, msw_diag *diag);

/* The coefficients of an attention kernel and their residuals. */
void msw_prefill_fit_read(msw_json_reader *reader, msw_diag *diag, msw_prefill_fit *fit);
void msw_decode_fit_read(msw_json_reader *reader, msw_diag *diag, msw_decode_fit *fit);
/* A list of tiles, [tile_m, tile_n] or with_range [m_from, m_to, tile_m, tile_n]; NULL where it is no such list. */
const msw_gemm_tile *msw_gemm_tiles_read(const msw_json *list, bool with_range, msw_arena *arena, msw_diag *diag, size_t *n);
/* A list of ways to split k; NULL where it is no such list. */
const double *msw_gemm_splits_read(const msw_json *list, msw_arena *arena, msw_diag *diag, size_t *n);

#endif
