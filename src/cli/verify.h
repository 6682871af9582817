/* What the stages of `mfusweep verify` share: the result in question, what it is compared with, what was found. */
#ifndef MSW_CLI_VERIFY_H
#define MSW_CLI_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "context.h"
#include "msw/formats/h5.h"
#include "msw/grid/bind.h"
#include "msw/grid/plan.h"
#include "msw/grid/points.h"
#include "msw/grid/run.h"
#include "msw/output/provenance.h"
#include "msw/output/reader.h"

enum { MSW_WORST_SHOWN = 10, MSW_PROBLEMS_SHOWN = 20 };

typedef struct {
  msw_data_options data;
  const char *file, *sample, *seed;
  bool all, json;
} msw_verify_order;

/* A number of the file that is another when it is computed again. Codes and flags as numbers too. */
typedef struct {
  const msw_plan_block *block;
  size_t position[MSW_N_AXES];
  const msw_field *field;
  double found, grid, reference;
  double ulps;                       /* units in the last place of float32; infinite for codes, flags and NaN */
} msw_difference;

typedef struct {
  const msw_verify_order *order;
  msw_context *ctx;
  msw_h5 file;
  msw_result_identity identity;
  msw_spec spec;
  msw_plan plan;
  msw_run_tables tables;
  msw_provenance provenance;
  msw_tile_range tiles;              /* that the file holds */
  uint64_t n_sample, seed;
  bool *is_sound;                    /* [n_blocks] the file has the block's variables as the plan cuts them */
  msw_block_counts *counts;          /* [n_blocks] of the tiles that were evaluated */

  uint64_t n_tiles_seen, n_cells_seen, n_cells_by_reference, n_points_seen;
  uint64_t n_by_grid, n_by_reference;    /* numbers that differ */
  double most_ulps;                  /* from the reference, among those that agree with it */
  msw_difference worst[MSW_WORST_SHOWN];
  size_t n_worst;
  const char **problems;             /* other things that are wrong, in sentences; at most MSW_PROBLEMS_SHOWN are kept */
  size_t n_problems;
} msw_verification;

__attribute__((format(printf, 2, 3))) void msw_verify_problem(msw_verification *v, const char *fmt, ...);
bool msw_verify_found_any(const msw_verification *v);

/* ---- verify_open.c ---- */
/* From the file to spec, plan, tables and identity. MSW_BAD_INPUT where the file cannot be verified, and why. */
msw_status msw_verify_open(msw_verification *v);
void msw_verify_close(msw_verification *v);

/* ---- verify_layout.c ---- */
/* "/decode/step_us", or "/step_us" without blocks. */
const char *msw_verify_path(const msw_verification *v, const msw_plan_block *block, const char *name);
/* is_sound; and are all chunks there? */
void msw_verify_layout(msw_verification *v);

/* ---- verify_sample.c ---- */
/* Compares a random sample of the tiles, or all of them. */
void msw_verify_cells(msw_verification *v);
/* A number below n > 0; the next one with every call. */
uint64_t msw_random_below(uint64_t *state, uint64_t n);

/* ---- verify_tile.c ---- */
typedef struct msw_tile_check msw_tile_check;   /* memory for tiles of one block */
msw_tile_check *msw_tile_check_new(msw_verification *v, size_t i_block);
void msw_tile_check_free(msw_tile_check *check);
/* Every cell of the tile against the grid engine, n_cells random ones of them against the scalar reference. */
void msw_verify_tile(msw_tile_check *check, const msw_bound_case *bound, const msw_tile *tile, uint64_t n_cells,
                     uint64_t *random);

/* ---- verify_cell.c ---- */
/* A cell by the scalar reference: rules one by one, then the step. Constraints are not looked at. */
void msw_verify_reference(const msw_plan_block *block, const msw_bound_case *bound, const size_t position[MSW_N_AXES],
                          msw_breakdown *out);
/* Distance of two float32 numbers: 0 for two NaN, infinite for NaN and a number. */
double msw_ulps_apart(float a, float b);
/* Keeps it if it is among the worst. */
void msw_verify_keep(msw_verification *v, const msw_difference *difference);
/* `reference` of the differences that are kept. */
void msw_verify_finish_worst(msw_verification *v);

/* ---- verify_meta.c ---- */
/* What /meta counts, as far as it is known without evaluating, and with --all the rest. */
void msw_verify_counts(msw_verification *v);
/* The table of points beside the grid. */
void msw_verify_points(msw_verification *v);

/* ---- verify_show.c, verify_json.c ---- */
/* "block=decode,model=…,kv_len=128", and the command that explains the cell. In the arena. */
const char *msw_difference_cell(const msw_difference *difference, msw_arena *arena);
const char *msw_difference_explain(const msw_difference *difference, const msw_data_options *data, msw_arena *arena);
void msw_verify_text(const msw_verification *v);
void msw_verify_json(const msw_verification *v);

#endif
