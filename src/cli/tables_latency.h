/* What the measured latencies of one file cover. */
#ifndef MSW_CLI_TABLES_LATENCY_H
#define MSW_CLI_TABLES_LATENCY_H

#include "msw/formats/json.h"
#include "msw/inputs/latency_table.h"

/* Distinct values, ascending. */
typedef struct { const char *name; const double *values; size_t n; } msw_latency_range;

enum { MSW_MAX_LATENCY_SHAPES = 13, MSW_MAX_LATENCY_NAMES = 8 };
/* The points of one kind and number formats. */
typedef struct {
  const msw_latency_key *key;           /* of the first slice: kind and number formats are those of all */
  size_t n_slices, n_points, n_eager;
  msw_latency_range x, y, latency_us;
  msw_latency_range shapes[MSW_MAX_LATENCY_SHAPES];   /* parts of the keys that are not 0 everywhere */
  size_t n_shapes;
  const char *names_are;                /* what the key's name is, e.g. "operation"; NULL when there is none */
  const char *names[MSW_MAX_LATENCY_NAMES];           /* the first of the distinct ones */
  size_t n_names;                       /* of all */
} msw_latency_group;

/* The groups of the points that come from a file, in the order of their keys; in the arena. */
const msw_latency_group *msw_latency_groups(const msw_latency_set *set, const msw_latency_file *file, msw_arena *arena,
                                            size_t *n);
/* False for a file that the report of the project's own tables has already. */
bool msw_latency_is_reported(const msw_kernel_set *own, const msw_latency_file *file);

/* "3 rows measured twice: the fastest counts (line 7 first)" */
const char *msw_latency_defect_text(const msw_latency_defect *defect, msw_arena *arena);
/* Odd rows of one of the project's own tables as such sentences; *n texts in the arena. */
const char *const *msw_latency_own_defects(const msw_latency_set *set, const msw_kernel_table *table, msw_arena *arena,
                                           size_t *n);

void msw_tables_latency_text(const msw_latency_set *set, const msw_kernel_set *own, msw_arena *arena);
void msw_tables_latency_json(const msw_latency_set *set, const msw_kernel_set *own, msw_arena *arena, msw_json *gpu);

#endif
