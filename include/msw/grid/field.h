/* Fields: what a result file holds for every cell. One registry row each; selection, evaluation, writing and the
 * documentation follow from it.
 */
#ifndef MSW_GRID_FIELD_H
#define MSW_GRID_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "msw/perf/case.h"
#include "msw/perf/step.h"

enum { MSW_MAX_FIELDS = 32 };   /* no registry is longer */

typedef enum { MSW_FIELD_F32, MSW_FIELD_U8, MSW_FIELD_U32 } msw_field_type;

typedef struct msw_row msw_row;   /* a stretch of evaluated cells: src/grid/row.h */

typedef struct {
  const char *name, *unit, *long_name, *description;
  msw_field_type type;
  void (*fill)(const msw_row *row, void *out);   /* out: [row->n] of the type and room for more; NULL for the flags */
} msw_field;

size_t msw_field_size(msw_field_type type);           /* bytes per cell */
const msw_field *msw_fields(size_t *n);               /* all, in file order */
const msw_field *msw_field_find(const char *name);
/* Writes "no number" for n cells: NaN for floats, 0 for codes; `flags` for the flags field. */
void msw_field_fill_void(const msw_field *field, msw_flags flags, size_t n, void *out);

#endif
