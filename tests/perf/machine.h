/* On what was measured: facts of the machine and the build, as members of the report's JSON. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>

#include "msw/formats/json.h"

void bench_machine_describe(msw_arena *arena, msw_json *object);
void bench_build_describe(msw_arena *arena, msw_json *object);

/* NULL, or why this build tells nothing about speed. */
const char *bench_build_unfit(void);

/* Load average over the last minute; NaN when unknown. */
double bench_load(void);

#endif
