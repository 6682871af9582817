/* Rows of measured steps, put into groups by columns. Sizes (batch, kv_len, seq_len, cached_len) are grouped by powers of
 * two: "9..16" has what lies above 8 up to 16. Other columns are grouped by value: numbers ascending, texts by letters.
 */
#ifndef MSW_ANALYSIS_GROUPS_H
#define MSW_ANALYSIS_GROUPS_H

#include "msw/inputs/measured.h"

/* What a column gives each row: groups are ordered by number, then label. */
typedef struct {
  const char *name;
  bool is_number;               /* labels are numbers as written */
  const double *numbers;        /* [n_rows] */
  const char *const *labels;    /* [n_rows] */
} msw_group_key;
msw_group_key msw_group_key_of(const msw_measured_column *column, size_t n_rows, msw_arena *arena);

/* A group's label in each key is that of its first row. */
typedef struct { const size_t *rows; size_t n; } msw_group;
/* Groups of the chosen rows [n_chosen]; rows keep their order in a group. */
const msw_group *msw_group_rows(const msw_group_key *keys, size_t n_keys, const size_t *chosen, size_t n_chosen,
                                msw_arena *arena, size_t *n_groups);

/* Lengths in a bin of an eighth of an octave (9 % wide) are alike: they alone do not explain 10 % of a step's time. */
enum { MSW_LIKE_BINS = 8 };

/* The bin of a size in steps of 2^(1/per_octave): bin b has what lies above 2^((b-1)/per_octave) up to 2^(b/per_octave).
 * Sizes below 1, 0 among them, are in bin 0. */
int msw_size_bin(double size, int per_octave);
/* The largest size of a bin. */
double msw_size_bin_end(int bin, int per_octave);

#endif
