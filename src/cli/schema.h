/* The JSON Schema (draft 2020-12) of sweep files. schema_skeleton.json is what is written by hand, schema_fill.c fills in what
 * the tables of the layers below know: axes, presets, knobs, fields.
 */
#ifndef MSW_CLI_SCHEMA_H
#define MSW_CLI_SCHEMA_H

#include "msw/formats/json.h"

msw_json *msw_sweep_schema(msw_arena *arena);

#endif
