/* What can be said of a cell besides its numbers. One bit each; stored as uint32 in result files with CF flag_masks and
 * flag_meanings. The bits are part of the result file's format: append, never renumber. Bits from MSW_N_FLAGS on belong
 * to the constraint rules of a sweep (docs/decisions/0008-flag-bits.md).
 */
#ifndef MSW_PERF_FLAGS_H
#define MSW_PERF_FLAGS_H

#include <stddef.h>
#include <stdint.h>

typedef uint32_t msw_flags;

#define MSW_FLAG_EXCLUDED          ((msw_flags)1u << 0)   /* an exclude rule holds; all numbers are NaN */
#define MSW_FLAG_VOID_ARCHITECTURE ((msw_flags)1u << 1)   /* the method does not model this architecture (MoE, MLA) */
#define MSW_FLAG_VOID_TP           ((msw_flags)1u << 2)   /* tp does not divide the attention heads */
#define MSW_FLAG_VOID_TABLE        ((msw_flags)1u << 3)   /* no kernel table for this GPU */
#define MSW_FLAG_VOID_PEAK         ((msw_flags)1u << 4)   /* the GPU has no peak for this number format */
#define MSW_FLAG_VOID_PARAMS       ((msw_flags)1u << 5)   /* the GPU entry lacks the method's constants */
#define MSW_FLAG_MEMORY_FULL       ((msw_flags)1u << 6)   /* weights + KV cache exceed the usable memory; numbers are kept */
#define MSW_FLAG_CONTEXT_TOO_LONG  ((msw_flags)1u << 7)   /* context exceeds max_position_embeddings; numbers are kept */
#define MSW_FLAG_TABLE_CLAMPED     ((msw_flags)1u << 8)   /* a lookup lay outside its table and took the border */
#define MSW_FLAG_SHAPE_BORROWED    ((msw_flags)1u << 9)   /* a table of another shape (n,k or heads) stood in */
#define MSW_FLAG_TP_BORROWED       ((msw_flags)1u << 10)  /* a table measured for another tp stood in */
#define MSW_FLAG_TABLE_HOLE        ((msw_flags)1u << 11)  /* a row that the lookup needs is missing, or its MFU is 0 */
#define MSW_FLAG_PARAMS_BORROWED   ((msw_flags)1u << 12)  /* the method's constants were fitted on another GPU */
#define MSW_FLAG_MFU_COLUMN_OFF    ((msw_flags)1u << 13)  /* mfu_source=file on a column divided by another peak */
#define MSW_FLAG_TP_SPLITS_HEADS   ((msw_flags)1u << 14)  /* evaluated although tp does not divide the heads (eval only) */
#define MSW_FLAG_CONDITIONAL       ((msw_flags)1u << 15)  /* a value that "when" does not ask for here; all numbers are NaN */

#define MSW_FLAG_INTERPOLATED      ((msw_flags)1u << 16)  /* a time lies between measured ones */
#define MSW_FLAG_EXTRAPOLATED      ((msw_flags)1u << 17)  /* a time was carried beyond what was measured, along the roofline */
#define MSW_FLAG_ANALYTIC          ((msw_flags)1u << 18)  /* no measurement: a kernel model, or a method's default MFU */
#define MSW_FLAG_DTYPE_BORROWED    ((msw_flags)1u << 19)  /* kernel rows of another number format stood in */

#define MSW_FLAGS_VOID (MSW_FLAG_VOID_ARCHITECTURE | MSW_FLAG_VOID_TP | MSW_FLAG_VOID_TABLE | MSW_FLAG_VOID_PEAK | \
                        MSW_FLAG_VOID_PARAMS)
/* Cells with any of these bits have no numbers. */
#define MSW_FLAGS_NO_NUMBER (MSW_FLAG_EXCLUDED | MSW_FLAG_CONDITIONAL | MSW_FLAGS_VOID)
/* The bit of a block's constraint: see inputs/spec.h. */
#define MSW_FLAG_CONSTRAINT(i_constraint) ((msw_flags)1u << (MSW_N_FLAGS + (i_constraint)))
/* What the flags field of cells holds that a shard does not cover: every bit. */
#define MSW_FLAGS_ABSENT (~(msw_flags)0)

enum { MSW_N_FLAGS = 20, MSW_N_FLAG_BITS = 32 /* with those of constraints */ };

typedef struct { msw_flags bit; const char *name; const char *description; } msw_flag_info;
/* [MSW_N_FLAGS], entry i describes bit i; name as in flag_meanings. */
extern const msw_flag_info msw_flag_table[MSW_N_FLAGS];

/* Names of the set bits joined by '|', "" for none; at most size bytes; returns buf. */
char *msw_flags_text(msw_flags flags, char *buf, size_t size);

/* What bounds a step: the largest of its parts (of the longer phase where phases overlap). */
typedef enum { MSW_BOUND_NONE, MSW_BOUND_GEMM, MSW_BOUND_ATTENTION, MSW_BOUND_MEMORY, MSW_BOUND_COMM, MSW_BOUND_OVERHEAD,
               MSW_N_BOUNDS } msw_bound;
const char *msw_bound_name(msw_bound bound);   /* "none" (void cells), "gemm", "attention", "memory", "comm", "overhead" */

#endif
