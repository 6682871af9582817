/* What the report_*.c files share. */
#ifndef MSW_ANALYSIS_REPORT_PARTS_H
#define MSW_ANALYSIS_REPORT_PARTS_H

#include "msw/analysis/report.h"

/* ---- report_axes.c ---- */
/* "dims" and "zipped" of a block: axes with all their values, and which positions the selection keeps. */
void msw_report_add_dims(msw_arena *arena, msw_json *parent, const msw_result_block *block, const msw_selection *kept);
/* "name", "long_name", "units", "description", "kind", "meanings" of a field. */
void msw_report_add_field(msw_arena *arena, msw_json *object, const msw_result_field *field);

#endif
