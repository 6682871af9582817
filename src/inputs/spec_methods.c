/* The method axis: presets by name, or objects {"base": …, "name"?: …, knob: value …}. Whether presets and knobs exist
 * is for the layer that has them. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"

typedef struct {
  msw_spec_reader *reader;
  msw_method_spec *items;    /* [n] on the heap */
  size_t n, cap;
  bool repeats;
} method_list;

/* base, base+knob=value, base+knob=value+knob=value … */
static const char *label_of(msw_arena *arena, const msw_method_spec *method) {
  const char *label = method->base;
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++) {
    const msw_method_setting *setting = &method->settings[i_setting];
    label = msw_format(arena, "%s+%s=%s", label, setting->knob, setting->text);
  }
  return label;
}

bool msw_spec_same_method(msw_arena *arena, const msw_method_spec *a, const msw_method_spec *b) {
  return strcmp(label_of(arena, a), label_of(arena, b)) == 0;
}

/* Which methods there are is not known here: nothing that a pattern could be held against. */
static bool refuse_pattern(msw_spec_reader *reader, const msw_json *at) {
  msw_json_error(reader->diag, at, NULL, "methods take no patterns: name each of them");
  return false;
}

static bool add_method(method_list *list, msw_method_spec method) {
  msw_spec_reader *reader = list->reader;
  if (!method.label) method.label = label_of(reader->arena, &method);
  for (size_t i_method = 0; i_method < list->n; i_method++) {
    const msw_method_spec *other = &list->items[i_method];
    if (!msw_equal_nocase(other->label, method.label)) continue;
    if (list->repeats && msw_spec_same_method(reader->arena, other, &method)) continue;
    msw_error(reader->diag, method.where.loc, method.where.path, "give one of them a \"name\"",
              "two methods are called \"%s\"", method.label);
    return false;
  }
  list->items = msw_grow(list->items, &list->cap, list->n + 1, sizeof *list->items);
  list->items[list->n++] = method;
  return true;
}

static bool is_setting(const msw_json *member) {
  return member->type != MSW_JSON_NULL && strcmp(member->key, "base") != 0 && strcmp(member->key, "name") != 0;
}

/* A list is one of numbers. */
static bool read_list(msw_spec_reader *reader, const msw_json *value, msw_method_setting *setting) {
  double *list = msw_arena_array(reader->arena, value->n_children, sizeof *list);
  for (const msw_json *item = value->first; item; item = item->next) {
    if (item->type != MSW_JSON_NUMBER) {
      msw_json_error(reader->diag, item, NULL, "expected a number, not %s", msw_json_type_name(item->type));
      return false;
    }
    list[setting->n_list++] = item->number;
  }
  setting->list = list;
  return true;
}

static bool read_setting(msw_spec_reader *reader, const msw_json *value, msw_method_setting *setting) {
  *setting = (msw_method_setting){.knob = value->key, .text = msw_spec_one_line(reader, value), .number = value->number,
                                  .boolean = value->boolean, .where = msw_spec_where(reader, value)};
  switch (value->type) {
  case MSW_JSON_STRING: setting->kind = MSW_SETTING_TEXT; return true;
  case MSW_JSON_NUMBER: setting->kind = MSW_SETTING_NUMBER; return true;
  case MSW_JSON_BOOL: setting->kind = MSW_SETTING_BOOL; return true;
  case MSW_JSON_ARRAY: setting->kind = MSW_SETTING_LIST; return read_list(reader, value, setting);
  case MSW_JSON_NULL:
  case MSW_JSON_OBJECT: break;
  }
  msw_json_error(reader->diag, value, NULL, "expected a text, a number, true, false or a list of numbers");
  return false;
}

static bool want_text(msw_json_reader *object, const char *key, bool required, const char **out) {
  const msw_json *value = msw_json_get(object->object, key);
  if (!msw_json_want_string(object, key, required, out)) return !required && (!value || value->type == MSW_JSON_NULL);
  if (!**out) msw_json_error(object->diag, value, NULL, "an empty text");
  return **out;
}

static bool read_object(method_list *list, const msw_json *value) {
  msw_spec_reader *reader = list->reader;
  msw_json_reader object;
  msw_method_spec method = {.where = msw_spec_where(reader, value)};
  if (msw_json_get(value, "glob")) return refuse_pattern(reader, msw_json_get(value, "glob"));
  msw_json_begin(&object, value, reader->diag);
  bool good = want_text(&object, "base", true, &method.base);
  good &= want_text(&object, "name", false, &method.label);
  msw_json_end(&object, false);
  msw_method_setting *settings = msw_arena_array(reader->arena, value->n_children, sizeof *settings);
  for (const msw_json *member = value->first; member; member = member->next) {
    if (!is_setting(member)) continue;
    good &= read_setting(reader, member, &settings[method.n_settings++]);
  }
  method.settings = settings;
  return good && add_method(list, method);
}

static bool read_method(method_list *list, const msw_json *value) {
  if (value->type == MSW_JSON_OBJECT) return read_object(list, value);
  if (value->type == MSW_JSON_STRING && msw_has_glob(value->text)) return refuse_pattern(list->reader, value);
  if (value->type == MSW_JSON_STRING && *value->text)
    return add_method(list, (msw_method_spec){.base = value->text, .where = msw_spec_where(list->reader, value)});
  if (value->type != MSW_JSON_ARRAY || value->n_children == 0) {
    const char *found = value->type == MSW_JSON_ARRAY ? "an empty list" : msw_json_type_name(value->type);
    msw_json_error(list->reader->diag, value, NULL, "expected a method's name or {\"base\": …, knob: value …}, not %s",
                   found);
    return false;
  }
  bool good = true;
  for (const msw_json *item = value->first; item; item = item->next) good &= read_method(list, item);
  return good;
}

bool msw_spec_read_methods(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given) {
  method_list list = {.reader = reader, .repeats = repeats};
  const bool good = read_method(&list, value);
  msw_method_spec *methods = msw_arena_array(reader->arena, list.n, sizeof *methods);
  const char **labels = msw_arena_array(reader->arena, list.n, sizeof *labels);
  for (size_t i_method = 0; i_method < list.n; i_method++) {
    methods[i_method] = list.items[i_method];
    labels[i_method] = methods[i_method].label;
  }
  free(list.items);
  given->methods = methods;
  given->axis.labels = labels;
  given->axis.n = list.n;
  return good;
}
