/* Steps: forward passes of a serving engine, from a CSV with columns model,tp,decode,prefill (DESIGN "Steps CSV"). */
#ifndef MSW_INPUTS_STEPS_H
#define MSW_INPUTS_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

/* `count` decode requests that each attend to kv_len cached tokens (progress index; the new token not counted). */
typedef struct { double count, kv_len; } msw_decode_group;
/* `count` prefill requests of new_len new tokens each on cached_len cached ones. */
typedef struct { double count, cached_len, new_len; } msw_prefill_group;

typedef struct {
  const msw_decode_group *decode;    /* [n_decode] */
  size_t n_decode;
  const msw_prefill_group *prefill;  /* [n_prefill] */
  size_t n_prefill;
} msw_step;

/* "16*4096+2*128" (count*kv) and "1*0:512+1*2048:512" (count*cached:new); "" is none. count >= 1, kv >= 0, cached >= 0,
 * new >= 1, integers. Errors go to the diag at `loc`; false then. A bare "4096" means 1*4096; a bare "512" prefill 1*0:512. */
bool msw_parse_decode(const char *text, msw_loc loc, msw_arena *arena, msw_diag *diag, msw_step *step);
bool msw_parse_prefill(const char *text, msw_loc loc, msw_arena *arena, msw_diag *diag, msw_step *step);

typedef struct {
  const char *model;
  int64_t tp;
  msw_step step;
  const char *const *cells;          /* [n_cols] the row as written, for passing through */
  msw_loc loc;
} msw_step_row;
/* All rows of a steps CSV, at least one request each. */
typedef struct {
  const char *file;
  char sha256[65];
  size_t n_cols;
  const char *const *names;          /* [n_cols] header */
  msw_step_row *rows;
  size_t n_rows;
} msw_steps;
msw_status msw_steps_load(const char *path, msw_arena *arena, msw_diag *diag, msw_steps *steps);

#endif
