/* YAML documents as the trees that JSON gives (json.h): the same types, positions, errors and limits. libyaml reads the
 * text; what it says there is resolved by YAML 1.2's core schema, and what that schema and JSON do not share is an error:
 *   numbers that JSON writes otherwise (+1, 010, 0o17, 0x1f, 1., .5, .inf, .nan); tags other than the core ones, the
 *   lone '!' too; merge keys "<<"; a second document; keys that are no text; duplicate keys.
 * yes, no, on, off, 1:512 and 1_000 are texts. Anchors name values, and an alias is a copy with the positions of what it
 * copies. At most 1000 anchors, 100000 values by aliases. Several threads may parse at once.
 */
#ifndef MSW_FORMATS_YAML_H
#define MSW_FORMATS_YAML_H

#include "msw/formats/json.h"

/* Whether a file of this name holds YAML: it ends in .yaml or .yml, case ignored. */
bool msw_yaml_is_named(const char *file);

/* Like msw_json_parse. Of errors in YAML's structure only the first can be found; what is wrong before it is told, too. */
msw_status msw_yaml_parse(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag, msw_json **root);

#endif
