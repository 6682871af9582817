/* Kernel tables from short lists of rows. Latency follows from the MFU given and the table's peak; the mfu column says the
 * same, so that both sources of MFU agree unless a test changes one.
 */
#ifndef MSW_TEST_MADE_TABLES_H
#define MSW_TEST_MADE_TABLES_H

#include "msw/inputs/kernel_table.h"

typedef struct { double m, k, n, mfu; } made_gemm_row;
typedef struct { double seq_len, mfu; } made_prefill_row;
typedef struct { double batch, kv_len, mfu; } made_decode_row;

msw_kernel_table made_gemm(msw_arena *arena, double peak_flop_per_s, const made_gemm_row *rows, size_t n_rows);
/* One fresh sequence per row, causal half counted. */
msw_kernel_table made_prefill(msw_arena *arena, double peak_flop_per_s, msw_attention_shape shape,
                              const made_prefill_row *rows, size_t n_rows);
msw_kernel_table made_decode(msw_arena *arena, double peak_flop_per_s, msw_attention_shape shape,
                             const made_decode_row *rows, size_t n_rows);

#endif
