/* Anchors and aliases: an alias becomes a copy of what the anchor names, within limits that copies of copies would
 * otherwise burst. */
#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"
#include "source_text.h"
#include "yaml_reading.h"

enum { MAX_ANCHORS = 1000, MAX_COPIED = 100000 };

static msw_yaml_anchor *find(const msw_yaml_anchors *anchors, const char *name) {
  for (size_t i_anchor = 0; i_anchor < anchors->n; i_anchor++)
    if (strcmp(anchors->items[i_anchor].name, name) == 0) return &anchors->items[i_anchor];
  return NULL;
}

bool msw_yaml_add_anchor(msw_json_source *source, msw_yaml_anchors *anchors, msw_arena *arena, const char *name,
                         const msw_json *value) {
  msw_yaml_anchor *same = find(anchors, name);
  if (same) {
    same->value = value;
    return true;
  }
  if (anchors->n == MAX_ANCHORS) {
    msw_json_fault(source, value->loc, NULL, "more than %d anchors", MAX_ANCHORS);
    return false;
  }
  anchors->items = msw_grow(anchors->items, &anchors->cap, anchors->n + 1, sizeof *anchors->items);
  anchors->items[anchors->n++] = (msw_yaml_anchor){msw_strdup(arena, name), value};
  return true;
}

/* Levels of the tree; *n_values grows by its values. Recursion is as deep as the document, which has a limit. */
static size_t measure(const msw_json *value, size_t *n_values) {
  size_t height = 0;
  ++*n_values;
  for (const msw_json *child = value->first; child; child = child->next) {
    size_t below = measure(child, n_values);
    if (below > height) height = below;
  }
  bool is_scalar = value->type != MSW_JSON_ARRAY && value->type != MSW_JSON_OBJECT;
  return is_scalar ? 0 : height + 1;
}

static bool is_inside(const msw_json *parent, const msw_json *value) {
  for (; parent; parent = parent->parent)
    if (parent == value) return true;
  return false;
}

static void report_unknown(msw_json_source *source, const msw_yaml_anchors *anchors, const char *name, msw_loc loc) {
  msw_arena scratch = {0};
  const char **names = msw_arena_array(&scratch, anchors->n + 1, sizeof *names);
  for (size_t i_anchor = 0; i_anchor < anchors->n; i_anchor++) names[i_anchor] = anchors->items[i_anchor].name;
  const char *nearest = msw_nearest(name, names, anchors->n);
  const char *quoted = msw_text_quote(&scratch, name, strlen(name));
  const char *hint = msw_format(&scratch, "a text that begins with * needs quotes: \"*%s", quoted + 1);
  if (nearest) hint = msw_format(&scratch, "did you mean '*%s'?", nearest);
  msw_json_fault(source, loc, hint, "no anchor \"&%s stands before this alias", quoted + 1);
  msw_arena_free(&scratch);
}

msw_json *msw_yaml_copy(msw_json_source *source, msw_yaml_anchors *anchors, msw_arena *arena, const char *name,
                        const msw_json *parent, size_t depth, msw_loc loc) {
  const msw_yaml_anchor *anchor = find(anchors, name);
  msw_json *nothing = msw_json_new(arena, MSW_JSON_NULL, loc);
  if (!anchor) {
    report_unknown(source, anchors, name, loc);
    return nothing;
  }
  if (is_inside(parent, anchor->value)) {
    msw_json_fault(source, loc, NULL, "alias \"*%s\" stands inside what it stands for", name);
    return nothing;
  }
  size_t n_values = 0, height = measure(anchor->value, &n_values);
  anchors->n_copied += n_values;
  if (anchors->n_copied > MAX_COPIED || depth + height > MSW_JSON_MAX_DEPTH) {
    msw_json_fault(source, loc, NULL, "aliases grow too large: at most %d values in all, nested %d deep", MAX_COPIED,
                   MSW_JSON_MAX_DEPTH);
    return NULL;
  }
  return msw_json_copy(arena, anchor->value);
}

void msw_yaml_free_anchors(msw_yaml_anchors *anchors) {
  free(anchors->items);
  *anchors = (msw_yaml_anchors){0};
}
