/* The functions behind the field registry. Private to grid. */
#ifndef MSW_GRID_FIELD_FILL_H
#define MSW_GRID_FIELD_FILL_H

#include "msw/grid/field.h"

void msw_fill_step_us(const msw_row *row, void *out);
void msw_fill_prefill_us(const msw_row *row, void *out);
void msw_fill_decode_us(const msw_row *row, void *out);
void msw_fill_gemm_us(const msw_row *row, void *out);
void msw_fill_attn_us(const msw_row *row, void *out);
void msw_fill_memory_us(const msw_row *row, void *out);
void msw_fill_comm_us(const msw_row *row, void *out);
void msw_fill_overhead_us(const msw_row *row, void *out);
void msw_fill_bound(const msw_row *row, void *out);
void msw_fill_tok_per_s_per_gpu(const msw_row *row, void *out);
void msw_fill_weight_gib(const msw_row *row, void *out);
void msw_fill_kv_gib(const msw_row *row, void *out);

#endif
