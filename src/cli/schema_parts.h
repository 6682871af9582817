/* How the files of the schema work together (schema*.c); not for others. */
#ifndef MSW_CLI_SCHEMA_PARTS_H
#define MSW_CLI_SCHEMA_PARTS_H

#include "schema.h"

/* What "$fill": NAME stands for, told more by the other members of the object `at`. An object's members go into that object,
 * anything else takes its place. */
msw_json *msw_schema_fill(const char *name, const msw_json *at, msw_arena *arena);

/* Knobs of the presets that sweeps take: as properties; and for each family the names that may stand beside its "base". */
msw_json *msw_schema_knobs(const msw_json *at, msw_arena *arena);
msw_json *msw_schema_knobs_of_presets(const msw_json *at, msw_arena *arena);

#endif
