/* Inside reading YAML: libyaml's marks as places, scalars as values, anchors, libyaml's errors in our words. */
#ifndef MSW_FORMATS_YAML_READING_H
#define MSW_FORMATS_YAML_READING_H

#include <stdbool.h>
#include <stddef.h>

#include <yaml.h>

#include "json_text.h"

/* ---- Places. libyaml counts characters, and it counts lines where we do not (U+2028); we go by its count of characters. */
typedef struct { size_t index, offset, line_start; int line; } msw_yaml_place;   /* {.line = 1} is the start */

/* Goes to the character of that number, the end of the text at most. Fast where marks go forward. */
void msw_yaml_go(msw_yaml_place *place, const msw_json_source *source, size_t index);
msw_loc msw_yaml_loc(msw_yaml_place *place, const msw_json_source *source, yaml_mark_t mark);

/* ---- Scalars. */
/* Fills in type and value of a node whose `loc` is set, by style, tag and the core schema. False once there are too many
 * errors: stop reading. */
bool msw_yaml_read_scalar(msw_json_source *source, msw_yaml_place *place, const yaml_event_t *event, msw_arena *arena,
                          msw_json *node);
/* Refuses a tag that a list or an object cannot have; `wanted` is "seq" or "map". Returns as above. */
bool msw_yaml_check_tag(msw_json_source *source, msw_loc loc, const yaml_char_t *tag, const char *wanted);

/* ---- Anchors. Zero-initialise with {0}. */
typedef struct { const char *name; const msw_json *value; } msw_yaml_anchor;
typedef struct { msw_yaml_anchor *items; size_t n, cap, n_copied; } msw_yaml_anchors;

/* Names a value, in place of an earlier one of that name. False: stop reading. */
bool msw_yaml_add_anchor(msw_json_source *source, msw_yaml_anchors *anchors, msw_arena *arena, const char *name,
                         const msw_json *value);
/* A copy of what the name stands for, to go into `parent` (NULL: the root), which is `depth` deep; a null after an
 * error, NULL after one that ends reading. */
msw_json *msw_yaml_copy(msw_json_source *source, msw_yaml_anchors *anchors, msw_arena *arena, const char *name,
                        const msw_json *parent, size_t depth, msw_loc loc);
void msw_yaml_free_anchors(msw_yaml_anchors *anchors);

/* ---- Errors: what libyaml refused, as an error of the document. */
void msw_yaml_explain(msw_json_source *source, msw_yaml_place *place, const yaml_parser_t *parser);

#endif
