/* Lists of the names that the tool knows: for completion and for scripts. */
#ifndef MSW_CLI_NAMES_H
#define MSW_CLI_NAMES_H

#include "context.h"

typedef struct { const char *name, *about; } msw_name;   /* about: a few words, or "" */
typedef struct { const msw_name *items; size_t n; } msw_name_list;

/* The list of that kind: gpus, models, methods …; false when there is no such kind. Lists of what is in the data root are
 * empty where it cannot be opened. */
bool msw_names(msw_context *ctx, const char *kind, msw_name_list *list);
/* All kinds. */
const char *const *msw_name_kinds(msw_arena *arena, size_t *n);
/* What may stand behind NAME=, NAME being of that kind: a knob's choices, an axis's names. Empty where nothing is known. */
msw_name_list msw_names_behind(msw_context *ctx, const char *kind, const char *name);

#endif
