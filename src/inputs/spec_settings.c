/* Settings of the whole sweep: limits, output, fields. */
#include "spec_parts.h"

#include <math.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

/* "1e12", "5G", 1e12; with bytes also "200GiB". */
static void read_limit(msw_json_reader *limits, const char *key, bool is_bytes, uint64_t *out) {
  static const double MOST = 0x1p63;
  const msw_json *value = msw_json_want(limits, key, false);
  double number = 0;
  if (!value) return;
  if (value->type == MSW_JSON_STRING && is_bytes && msw_parse_bytes(value->text, out) && *out > 0) return;
  const bool is_number = value->type == MSW_JSON_NUMBER;
  if (is_number) number = value->number;
  const bool is_read = is_number || (value->type == MSW_JSON_STRING && msw_parse_suffixed(value->text, &number));
  if (is_read && number >= 1 && number < MOST && !(number > floor(number))) *out = (uint64_t)number;
  else
    msw_json_error(limits->diag, value, is_bytes ? "e.g. \"200GiB\"" : "e.g. 5e9 or \"5G\"",
                   "expected a whole number from 1 to 9.2e18");
}

/* Puts the sweep's name in the place of every ${name}; other ${…} are gone by now. */
static const char *fill_in(msw_arena *arena, const char *text, const char *name) {
  static const char NAME[] = "${name}";
  msw_buf buf = {0};
  const char *rest = text;
  for (const char *at; (at = strstr(rest, NAME)); rest = at + strlen(NAME)) {
    msw_buf_add_n(&buf, rest, (size_t)(at - rest));
    msw_buf_add(&buf, name);
  }
  msw_buf_add(&buf, rest);
  const char *filled = msw_strdup(arena, buf.text);
  msw_buf_free(&buf);
  return filled;
}

static void read_file(msw_spec_reader *reader, msw_json_reader *output) {
  msw_spec *spec = reader->spec;
  const char *file = NULL;
  if (!msw_json_want_string(output, "file", false, &file)) return;
  if (*file) spec->output_file = fill_in(reader->arena, file, spec->name ? spec->name : "");
  else
    msw_json_error(reader->diag, msw_json_get(output->object, "file"), NULL,
                   "expected the name of a file, in which ${name} is filled in");
}

static void read_compress(msw_spec_reader *reader, msw_json_reader *output) {
  static const char *const NAMES[] = {"deflate", "none"};
  enum { N_NAMES = sizeof NAMES / sizeof *NAMES };
  const char **compress = &reader->spec->compress;
  if (!msw_json_want_string(output, "compress", false, compress)) return;
  for (size_t i_name = 0; i_name < N_NAMES; i_name++)
    if (strcmp(*compress, NAMES[i_name]) == 0) return;
  msw_json_error(reader->diag, msw_json_get(output->object, "compress"),
                 msw_did_you_mean(reader->diag, msw_nearest(*compress, NAMES, N_NAMES)), "expected \"deflate\" or \"none\"");
}

static void read_output(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  enum { MOST_KEPT_BITS = 22 };   /* of 23: keeping all is not asking */
  msw_spec *spec = reader->spec;
  msw_json_reader output;
  int64_t keepbits = 0;
  if (!value || !msw_json_begin(&output, value, reader->diag)) return;
  read_file(reader, &output);
  read_compress(reader, &output);
  msw_json_want_int(&output, "keepbits", false, 1, MOST_KEPT_BITS, &keepbits);
  spec->keepbits = (int)keepbits;
  msw_json_want_bool(&output, "fletcher32", false, &spec->fletcher32);
  const msw_json *reduce = msw_json_want(&output, "reduce", false);
  if (reduce) msw_spec_read_reductions(reader, reduce, level);
  msw_json_end(&output, true);
}

void msw_spec_read_settings(msw_spec_reader *reader, msw_json_reader *object, msw_spec_level *level) {
  msw_spec *spec = reader->spec;
  msw_json_reader limits;
  spec->max_cells = spec->max_bytes = UINT64_MAX;
  spec->compress = "deflate";
  const msw_json *value = msw_json_want(object, "limits", false);
  if (value && msw_json_begin(&limits, value, reader->diag)) {
    read_limit(&limits, "max_cells", false, &spec->max_cells);
    read_limit(&limits, "max_bytes", true, &spec->max_bytes);
    msw_json_end(&limits, true);
  }
  read_output(reader, msw_json_want(object, "output", false), level);
}

void msw_spec_read_fields(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  const msw_json *const *texts;
  size_t n;
  if (!msw_spec_list_texts(reader, value, "the name of a field", &texts, &n)) return;
  const char **names = msw_arena_array(reader->arena, n, sizeof *names);
  msw_where *where = msw_arena_array(reader->arena, n, sizeof *where);
  for (size_t i_field = 0; i_field < n; i_field++) {
    names[i_field] = texts[i_field]->text;
    where[i_field] = msw_spec_where(reader, texts[i_field]);
    for (size_t i_other = 0; i_other < i_field; i_other++)
      if (strcmp(names[i_other], names[i_field]) == 0)
        msw_json_error(reader->diag, texts[i_field], NULL, "\"%s\" is named twice", names[i_field]);
  }
  level->fields = names;
  level->fields_where = where;
  level->n_fields = n;
}
