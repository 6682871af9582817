/* Why the shards of a folder are not parts of this run's result, in words: version, inputs, the sweep, storage. */
#include "manifest.h"

#include <string.h>

#include "msw/base/str.h"

enum { MOST_SHOWN = 10, TEXT_BYTES = 60, SUM_DIGITS = 12 };

/* Notes of one kind; those beyond MOST_SHOWN are only counted. */
typedef struct { msw_diag *diag; msw_loc at; msw_arena *arena; size_t n; } notes;

__attribute__((format(printf, 2, 3))) static void note(notes *list, const char *fmt, ...) {
  if (++list->n > MOST_SHOWN) return;
  va_list args;
  va_start(args, fmt);
  msw_note(list->diag, list->at, "%s", msw_vformat(list->arena, fmt, args));
  va_end(args);
}

static void count_rest(notes *list, const char *what) {
  if (list->n > MOST_SHOWN) msw_note(list->diag, list->at, "... and %zu more %s", list->n - MOST_SHOWN, what);
  list->n = 0;
}

/* ---- The sweep ---- */

/* A value as JSON, cut where it is long; of a long list the number of its values. */
static const char *value_text(const notes *list, const msw_json *value) {
  if (!value) return "absent";
  msw_buf text = {0};
  msw_json_write(value, 0, &text);
  size_t len = text.len;
  if (len > TEXT_BYTES) {
    len = TEXT_BYTES;
    while (len > 0 && ((unsigned char)text.text[len] & 0xC0U) == 0x80U) len--;   /* not within a character of UTF-8 */
  }
  const char *shown = msw_strndup(list->arena, text.text, len);
  if (len < text.len && value->type == MSW_JSON_ARRAY)
    shown = msw_format(list->arena, "%s... (%zu values)", shown, value->n_children);
  else if (len < text.len) shown = msw_format(list->arena, "%s...", shown);
  msw_buf_free(&text);
  return shown;
}

static bool same_scalar(const msw_json *was, const msw_json *is) {
  switch (was->type) {
    case MSW_JSON_NUMBER: return !(was->number < is->number || was->number > is->number);
    case MSW_JSON_STRING: return strcmp(was->text, is->text) == 0;
    case MSW_JSON_BOOL: return was->boolean == is->boolean;
    case MSW_JSON_NULL:
    case MSW_JSON_ARRAY:
    case MSW_JSON_OBJECT: break;
  }
  return true;
}

static void compare(notes *list, const char *path, const msw_json *was, const msw_json *is);

static void compare_objects(notes *list, const char *path, const msw_json *was, const msw_json *is) {
  const char *dot = path[0] ? "." : "";
  for (const msw_json *member = was->first; member; member = member->next)
    compare(list, msw_format(list->arena, "%s%s%s", path, dot, member->key), member, msw_json_get(is, member->key));
  for (const msw_json *member = is->first; member; member = member->next)
    if (!msw_json_get(was, member->key))
      compare(list, msw_format(list->arena, "%s%s%s", path, dot, member->key), NULL, member);
}

static void compare_arrays(notes *list, const char *path, const msw_json *was, const msw_json *is) {
  size_t i_element = 0;
  for (const msw_json *old = was->first, *now = is->first; old && now; old = old->next, now = now->next)
    compare(list, msw_format(list->arena, "%s[%zu]", path, i_element++), old, now);
}

/* A list that fits a line is shown as a whole, of longer ones the values that differ. */
static bool is_short_list(const msw_json *value) {
  enum { SHORT = 8 };
  if (value->type != MSW_JSON_ARRAY || value->n_children > SHORT) return false;
  for (const msw_json *child = value->first; child; child = child->next)
    if (child->type == MSW_JSON_ARRAY || child->type == MSW_JSON_OBJECT) return false;
  return true;
}

static bool same_short_list(const msw_json *was, const msw_json *is) {
  const msw_json *old = was->first, *now = is->first;
  for (; old && now; old = old->next, now = now->next)
    if (old->type != now->type || !same_scalar(old, now)) return false;
  return !old && !now;
}

static void compare(notes *list, const char *path, const msw_json *was, const msw_json *is) {
  bool alike = was && is && was->type == is->type;
  bool short_lists = alike && is_short_list(was) && is_short_list(is);
  if (short_lists && same_short_list(was, is)) return;
  if (alike && was->type == MSW_JSON_OBJECT) compare_objects(list, path, was, is);
  else if (alike && was->type == MSW_JSON_ARRAY && was->n_children == is->n_children && !short_lists)
    compare_arrays(list, path, was, is);
  else if (!alike || was->type == MSW_JSON_ARRAY || !same_scalar(was, is))
    note(list, "sweep: %s: was %s, is %s", path, value_text(list, was), value_text(list, is));
}

static void explain_sweep(notes *list, const msw_json *was, const char *expanded) {
  msw_diag unheard = {0};
  msw_json *is = NULL;
  (void)msw_json_parse(expanded, strlen(expanded), "", list->arena, &unheard, &is);
  if (was && is) compare(list, "", was, is);
  msw_diag_free(&unheard);
  count_rest(list, "values of the sweep");
}

/* ---- The inputs ---- */

static const char *text_of(const msw_json *object, const char *key) {
  const msw_json *value = msw_json_get(object, key);
  return value && value->type == MSW_JSON_STRING ? value->text : "";
}

/* The element of `files` whose member `key` is `text`. */
static const msw_json *find_file(const msw_json *files, const char *key, const char *text) {
  for (const msw_json *file = files->first; file; file = file->next)
    if (strcmp(text_of(file, key), text) == 0) return file;
  return NULL;
}

static bool is_used(const msw_provenance *provenance, const char *file, const char *sha256) {
  for (size_t i_input = 0; i_input < provenance->n_inputs; i_input++)
    if (strcmp(provenance->inputs[i_input].file, file) == 0 || strcmp(provenance->inputs[i_input].sha256, sha256) == 0)
      return true;
  return false;
}

/* A file of another name with the same content is the same input: a moved folder holds the same data. */
static void explain_inputs(notes *list, const msw_json *was, const msw_provenance *provenance, size_t first_data) {
  for (size_t i_input = first_data; i_input < provenance->n_inputs; i_input++) {
    const msw_input *input = &provenance->inputs[i_input];
    if (find_file(was, "sha256", input->sha256)) continue;
    const msw_json *old = find_file(was, "file", input->file);
    if (old)
      note(list, "input %s has changed: sha256 was %.*s..., is %.*s...", input->file, SUM_DIGITS,
           text_of(old, "sha256"), SUM_DIGITS, input->sha256);
    else note(list, "input %s is used now and was not", input->file);
  }
  for (const msw_json *old = was->first; old; old = old->next)
    if (!is_used(provenance, text_of(old, "file"), text_of(old, "sha256")))
      note(list, "input %s was used and is no longer", text_of(old, "file"));
  count_rest(list, "inputs");
}

void msw_manifest_explain(const msw_manifest *manifest, const msw_shards_order *order, const char *folder,
                          msw_diag *diag) {
  msw_arena arena = {0};
  notes list = {.diag = diag, .at = msw_file_loc(diag, folder), .arena = &arena};
  size_t n_before = diag->n, n_documents = order->plan->spec->n_documents;
  const msw_json *inputs = msw_json_get(manifest->document, "inputs");
  if (strcmp(manifest->version, msw_version()) != 0)
    note(&list, "mfusweep was %s, is %s", manifest->version, msw_version());
  explain_sweep(&list, msw_json_get(manifest->document, "sweep"), order->plan->spec->expanded);
  if (inputs) explain_inputs(&list, inputs, order->provenance, n_documents);
  if (diag->n == n_before) note(&list, "the order of the inputs differs, or the hash was edited");
  msw_arena_free(&arena);
}

/* ---- The same result, stored in another way ---- */

static void refuse_storage(notes *list, const char *option, const char *was, const char *is) {
  note(list, "%s: was %s, is %s", option, was, is);
}

static void compare_storage(notes *list, const msw_writer_options *was, const msw_writer_options *is) {
  if (was->deflate != is->deflate)
    refuse_storage(list, "--compress", was->deflate ? "deflate" : "none", is->deflate ? "deflate" : "none");
  else if (was->deflate && was->deflate_level != is->deflate_level)
    note(list, "deflate level: was %d, is %d", was->deflate_level, is->deflate_level);
  if (was->fletcher32 != is->fletcher32)
    refuse_storage(list, "--fletcher32", was->fletcher32 ? "on" : "off", is->fletcher32 ? "on" : "off");
  if (was->keepbits != is->keepbits) note(list, "--keepbits: was %d, is %d (0: all)", was->keepbits, is->keepbits);
}

static void compare_cut(notes *list, const msw_cut *was, const msw_shards_order *order) {
  if (was->n_tiles != order->plan->n_tiles) {
    note(list, "tiles: were %llu, are %llu", (unsigned long long)was->n_tiles,
         (unsigned long long)order->plan->n_tiles);
    return;
  }
  if (order->shard_bytes == 0) return;
  msw_cut is = msw_cut_plan(order->plan, order->shard_bytes);
  if (is.tiles_per_shard != was->tiles_per_shard)
    note(list, "--shard-bytes: %llu shards of %llu tiles would be %llu of %llu", (unsigned long long)was->n_shards,
         (unsigned long long)was->tiles_per_shard, (unsigned long long)is.n_shards,
         (unsigned long long)is.tiles_per_shard);
}

msw_status msw_manifest_check(const msw_manifest *manifest, const msw_shards_order *order, const char *folder,
                              msw_diag *diag) {
  msw_arena arena = {0};
  msw_diag found = {0};
  const char *where = msw_strdup(&diag->arena, folder), *problem = NULL;
  notes list = {.diag = &found, .at = {.file = where}, .arena = &arena};
  if (strcmp(manifest->hash, order->provenance->hash) != 0) {
    problem = "holds shards of another result: sweep, inputs or version differ";
    msw_manifest_explain(manifest, order, folder, &found);
  } else {
    compare_storage(&list, &manifest->storage, &order->storage);
    compare_cut(&list, &manifest->cut, order);
    if (found.n > 0) problem = "holds shards of this result that are cut or stored in another way";
  }
  if (problem) msw_error(diag, list.at, NULL, "--fresh discards them; -o names another file", "%s", problem);
  for (size_t i_note = 0; i_note < found.n; i_note++) msw_note(diag, list.at, "%s", found.items[i_note].message);
  msw_diag_free(&found);
  msw_arena_free(&arena);
  return problem ? MSW_BAD_INPUT : MSW_OK;
}
