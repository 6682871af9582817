/* Axes whose values are names that are known: models and GPUs of the data root, dtypes. By name or pattern. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"

typedef struct {
  const char *what, *kind;
  size_t (*match)(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches);
  const char *(*nearest)(const msw_data_root *data, const char *name);
} catalogue;
static size_t match_dtypes(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches);
static const char *nearest_dtype(const msw_data_root *data, const char *name);

static const catalogue MODELS = {"the name of a model", "model", msw_data_match_models, msw_data_nearest_model};
static const catalogue GPUS = {"the name of a GPU", "GPU", msw_data_match_gpus, msw_data_nearest_gpu};
static const catalogue DTYPES = {"the name of a dtype", "dtype", match_dtypes, nearest_dtype};

/* Entries picked so far, in the order in which they are met. */
typedef struct {
  msw_spec_reader *reader;
  const catalogue *from;
  size_t n_entries;       /* of the catalogue */
  bool *is_picked, *is_named, *is_out; /* [n_entries]: picked; by its very name; ruled out by the "not" of an object */
  bool repeats;
  size_t *picked;         /* [n] on the heap */
  size_t n, cap;
  size_t n_hits;          /* since the start of an object: picked now or before */
} selection;

static void pick(selection *s, size_t index) {
  if (s->is_out[index]) return;
  s->n_hits++;
  if (s->is_picked[index] && !s->repeats) return;
  s->is_picked[index] = true;
  s->picked = msw_grow(s->picked, &s->cap, s->n + 1, sizeof *s->picked);
  s->picked[s->n++] = index;
}

static size_t match(selection *s, const msw_json *text, size_t **matches) {
  return s->from->match(s->reader->data, text->text, s->reader->arena, matches);
}

static bool pick_text(selection *s, const msw_json *text) {
  msw_diag *diag = s->reader->diag;
  size_t *matches;
  const size_t n_matches = match(s, text, &matches);
  const bool is_pattern = msw_has_glob(text->text);
  if (n_matches == 0) {
    const char *nearest = is_pattern ? NULL : s->from->nearest(s->reader->data, text->text);
    msw_json_error(diag, text, msw_did_you_mean(diag, nearest),
                   is_pattern ? "no %s matches \"%s\"" : "unknown %s \"%s\"", s->from->kind, text->text);
    return false;
  }
  if (!is_pattern && s->is_named[*matches] && !s->repeats) {
    msw_json_error(diag, text, NULL, "\"%s\" is named twice", text->text);
    return false;
  }
  if (!is_pattern) s->is_named[*matches] = true;
  for (size_t i = 0; i < n_matches; i++) pick(s, matches[i]);
  return true;
}

/* A "not" that rules nothing out is no mistake, but it may be a misspelt one. */
static void rule_out(selection *s, const msw_json *text) {
  size_t *matches;
  const size_t n_matches = match(s, text, &matches);
  if (n_matches == 0)
    msw_warn(s->reader->diag, text->loc, msw_json_path(s->reader->arena, text), NULL, "no %s matches \"%s\"",
             s->from->kind, text->text);
  for (size_t i = 0; i < n_matches; i++) s->is_out[matches[i]] = true;
}

/* {"glob": "*", "not": ["…"]} */
static bool select_glob(selection *s, const msw_json *value) {
  msw_json_reader object;
  const size_t n_errors = s->reader->diag->n_errors;
  msw_json_begin(&object, value, s->reader->diag);
  const msw_json *glob = msw_json_want(&object, "glob", true), *without = msw_json_want(&object, "not", false);
  msw_json_end(&object, true);
  if (s->reader->diag->n_errors > n_errors) return false;
  const msw_json *const *texts;
  size_t n_texts = 0;
  bool good = !without || msw_spec_list_texts(s->reader, without, s->from->what, &texts, &n_texts);
  for (size_t i = 0; i < n_texts; i++) rule_out(s, texts[i]);
  good &= msw_spec_list_texts(s->reader, glob, s->from->what, &texts, &n_texts);
  s->n_hits = 0;
  for (size_t i = 0; i < n_texts; i++) good &= pick_text(s, texts[i]);
  if (good && s->n_hits == 0) msw_json_error(s->reader->diag, value, NULL, "leaves no %s", s->from->kind);
  memset(s->is_out, 0, s->n_entries * sizeof *s->is_out);
  return good && s->n_hits > 0;
}

/* A name, a pattern, an object, or a list of all these. */
static bool select_from(selection *s, const msw_json *value) {
  if (value->type == MSW_JSON_STRING) return pick_text(s, value);
  if (value->type == MSW_JSON_OBJECT) return select_glob(s, value);
  bool good = value->n_children > 0;
  if (value->type != MSW_JSON_ARRAY)
    msw_json_error(s->reader->diag, value, NULL, "expected %s or a list of them, not %s", s->from->what,
                   msw_json_type_name(value->type));
  else if (!good) msw_json_error(s->reader->diag, value, NULL, "an empty list");
  for (const msw_json *item = value->first; item; item = item->next) good &= select_from(s, item);
  return good;
}

static bool select_all(selection *s, const msw_json *value) {
  s->is_named = msw_arena_array(s->reader->arena, s->n_entries, sizeof *s->is_named);
  s->is_picked = msw_arena_array(s->reader->arena, s->n_entries, sizeof *s->is_picked);
  s->is_out = msw_arena_array(s->reader->arena, s->n_entries, sizeof *s->is_out);
  return select_from(s, value);
}

/* The model, read when it is first asked for; NULL when its file is bad (reported). */
static const msw_model *load_model(msw_spec_reader *reader, size_t index) {
  if (reader->models[index]) return reader->models[index];
  msw_model *model = msw_arena_alloc(reader->arena, sizeof *model);
  if (msw_data_load_model(reader->data, index, reader->arena, reader->diag, model) != MSW_OK) return NULL;
  reader->models[index] = model;
  msw_spec_add_input(reader, model->file, model->sha256);
  return model;
}

bool msw_spec_read_models(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given) {
  selection s = {.reader = reader, .from = &MODELS, .n_entries = reader->data->n_models, .repeats = repeats};
  bool good = select_all(&s, value);
  const msw_model **models = msw_arena_array(reader->arena, s.n, sizeof *models);
  const char **labels = msw_arena_array(reader->arena, s.n, sizeof *labels);
  for (size_t i = 0; good && i < s.n; i++) {
    models[i] = load_model(reader, s.picked[i]);
    labels[i] = reader->data->model_names[s.picked[i]];
  }
  for (size_t i = 0; i < s.n; i++) good &= models[i] != NULL;
  given->models = models;
  given->axis.labels = labels;
  given->axis.n = s.n;
  free(s.picked);
  return good;
}

bool msw_spec_read_gpus(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given) {
  selection s = {.reader = reader, .from = &GPUS, .n_entries = reader->data->n_gpus, .repeats = repeats};
  const bool good = select_all(&s, value);
  const msw_gpu **gpus = msw_arena_array(reader->arena, s.n, sizeof *gpus);
  const char **labels = msw_arena_array(reader->arena, s.n, sizeof *labels);
  for (size_t i = 0; i < s.n; i++) {
    gpus[i] = &reader->data->gpus[s.picked[i]];
    labels[i] = gpus[i]->name;
    msw_spec_add_input(reader, gpus[i]->file, gpus[i]->sha256);
  }
  given->gpus = gpus;
  given->axis.labels = labels;
  given->axis.n = s.n;
  free(s.picked);
  return good;
}

/* ---- dtypes: entry 0 is "config", which stands for the format that each model's config names; no pattern takes it. */

static const char *dtype_label(size_t index) { return index == 0 ? "config" : msw_dtype_name((msw_dtype)index); }

static size_t match_dtypes(const msw_data_root *data, const char *pattern, msw_arena *arena, size_t **matches) {
  (void)data;
  msw_dtype dtype;
  size_t n = 0;
  *matches = msw_arena_array(arena, MSW_N_DTYPES, sizeof **matches);
  if (msw_equal_nocase(pattern, dtype_label(0))) (*matches)[n++] = 0;
  else if (msw_dtype_parse(pattern, &dtype)) (*matches)[n++] = dtype;
  else
    for (size_t i_dtype = 1; i_dtype < MSW_N_DTYPES; i_dtype++)
      if (msw_glob_match(pattern, dtype_label(i_dtype))) (*matches)[n++] = i_dtype;
  return n;
}

static const char *nearest_dtype(const msw_data_root *data, const char *name) {
  (void)data;
  const char *labels[MSW_N_DTYPES];
  for (size_t i_dtype = 0; i_dtype < MSW_N_DTYPES; i_dtype++) labels[i_dtype] = dtype_label(i_dtype);
  return msw_nearest(name, labels, MSW_N_DTYPES);
}

bool msw_spec_read_dtypes(msw_spec_reader *reader, const msw_json *value, bool repeats, msw_given_axis *given) {
  selection s = {.reader = reader, .from = &DTYPES, .n_entries = MSW_N_DTYPES, .repeats = repeats};
  const bool good = select_all(&s, value);
  const char **labels = msw_arena_array(reader->arena, s.n, sizeof *labels);
  for (size_t i = 0; i < s.n; i++) labels[i] = dtype_label(s.picked[i]);
  given->axis.labels = labels;
  given->axis.n = s.n;
  free(s.picked);
  return good;
}
