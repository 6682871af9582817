/* "${VAR}" and "${VAR:default}" in the texts of a sweep file become what the environment says. Not in keys, and not in
 * texts for people. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

typedef struct { msw_spec_reader *reader; const msw_json *output_file; } filler;

/* In the name of the result file ${name} has a meaning of its own. */
static bool keeps_name(const filler *f, const msw_json *at) { return at == f->output_file; }

static void fail(const filler *f, const msw_json *at, const char *message) {
  msw_json_error(f->reader->diag, at,
                 keeps_name(f, at) ? "${name} is the sweep's name, ${VAR:text} a variable with a default"
                                   : "${VAR:text} has a default",
                 "%s", message);
}

/* What stands for the inside of one ${…}; NULL after an error. */
static const char *value_of(const filler *f, const msw_json *at, const char *inside) {
  msw_arena *arena = f->reader->arena;
  const char *colon = strchr(inside, ':');
  const char *name = colon ? msw_strndup(arena, inside, (size_t)(colon - inside)) : inside;
  if (!msw_spec_is_word(name)) {
    fail(f, at, msw_format(arena, "\"%s\" cannot be the name of an environment variable", name));
    return NULL;
  }
  const char *value = getenv(name);
  if (!value && colon) value = colon + 1;
  if (!value) fail(f, at, msw_format(arena, "the environment has no variable \"%s\"", name));
  else if (!msw_is_utf8(value, strlen(value)) || strstr(value, "${")) {
    fail(f, at, msw_format(arena, "the value of \"%s\" is no plain text: it has ${ or is not UTF-8", name));
    return NULL;
  }
  return value ? msw_strdup(arena, value) : NULL;   /* the environment may change */
}

/* Fills in one text; NULL after an error. */
static const char *fill_text(const filler *f, const msw_json *at) {
  static const char OPEN[] = "${", NAME[] = "${name}";
  msw_buf buf = {0};
  const char *rest = at->text, *result = NULL;
  for (const char *open; (open = strstr(rest, OPEN));) {
    const char *close = strchr(open, '}'), *value = NULL;
    if (keeps_name(f, at) && msw_starts_with(open, NAME)) value = NAME;
    else if (close) value = value_of(f, at, msw_strndup(f->reader->arena, open + 2, (size_t)(close - open - 2)));
    else fail(f, at, "\"${\" without \"}\"");
    if (!value) goto done;
    msw_buf_add_n(&buf, rest, (size_t)(open - rest));
    msw_buf_add(&buf, value);
    rest = close + 1;
  }
  msw_buf_add(&buf, rest);
  result = msw_strdup(f->reader->arena, buf.text ? buf.text : "");
done:
  msw_buf_free(&buf);
  return result;
}

static bool is_for_people(const msw_json *value) {
  return value->key && (strcmp(value->key, "description") == 0 || strcmp(value->key, "$schema") == 0);
}

static void fill(const filler *f, msw_json *value) {
  for (msw_json *child = value->first, *next; child; child = next) {
    next = child->next;
    if (!is_for_people(child)) fill(f, child);
  }
  if (value->type != MSW_JSON_STRING || !strstr(value->text, "${")) return;
  const char *text = fill_text(f, value);
  if (text) value->text = text;
  else msw_spec_lose(f->reader, value);
}

void msw_spec_apply_env(msw_spec_reader *reader, msw_json *document) {
  fill(&(filler){reader, msw_json_get(msw_json_get(document, "output"), "file")}, document);
}
