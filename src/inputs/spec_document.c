/* The document of a sweep: its file, merged over the files that it extends. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/formats/yaml.h"

enum { MAX_DEPTH = 16, MAX_FILES = 64 };
static const size_t MAX_FILE_BYTES = (size_t)64 << 20;

/* The files being read, innermost first: a file among them again would never end. */
typedef struct open_file open_file;
struct open_file { const char *path, *real_path; size_t depth; const open_file *outer; };

static msw_json *read_merged(msw_spec_reader *reader, const char *path, const char *text, size_t len,
                             const open_file *outer);

void msw_spec_add_input(msw_spec_reader *reader, const char *file, const char *sha256) {
  for (size_t i_input = 0; i_input < reader->n_inputs; i_input++)
    if (strcmp(reader->input_files[i_input], file) == 0) return;
  const size_t n = ++reader->n_inputs;
  reader->input_files = msw_grow(reader->input_files, &reader->files_cap, n, sizeof *reader->input_files);
  reader->input_sha256 = msw_grow(reader->input_sha256, &reader->sha256_cap, n, sizeof *reader->input_sha256);
  reader->input_files[n - 1] = file;
  reader->input_sha256[n - 1] = msw_strdup(reader->arena, sha256);
}

/* Links and "./" do not make another file of it. */
static const char *real_path(msw_arena *arena, const char *path) {
  char *real = realpath(path, NULL);
  const char *copy = msw_strdup(arena, real ? real : path);
  free(real);
  return copy;
}

/* "a.json -> b.json -> a.json", from the outermost occurrence of `path` to itself. */
static const char *circle(msw_spec_reader *reader, const open_file *inner, const char *path, const char *real) {
  const char *text = path;
  for (const open_file *file = inner; file; file = file->outer) {
    text = msw_format(reader->arena, "%s -> %s", file->path, text);
    if (strcmp(file->real_path, real) == 0) break;
  }
  return text;
}

static bool is_open(const open_file *inner, const char *real) {
  for (const open_file *file = inner; file; file = file->outer)
    if (strcmp(file->real_path, real) == 0) return true;
  return false;
}

/* Merges what one entry of "extends" names into `merged`. */
static void merge_base(msw_spec_reader *reader, const msw_json *entry, const open_file *file, msw_json *merged) {
  if (entry->type != MSW_JSON_STRING || !*entry->text) {
    msw_json_error(reader->diag, entry, NULL, "expected the name of a sweep file");
    return;
  }
  const bool is_absolute = entry->text[0] == '/';
  const char *dir = msw_dir_name(reader->arena, file->path);
  const bool is_here = strcmp(dir, ".") == 0;
  const char *path = is_absolute || is_here ? entry->text : msw_join_path(reader->arena, dir, entry->text);
  const char *real = real_path(reader->arena, path);
  if (is_open(file, real))
    msw_json_error(reader->diag, entry, NULL, "extends itself: %s", circle(reader, file, path, real));
  else if (!msw_is_file(path))
    msw_json_error(reader->diag, entry, msw_did_you_mean(reader->diag, msw_nearest_file(path, reader->arena)),
                   "there is no file %s", path);
  else if (file->depth == MAX_DEPTH || reader->n_reads >= MAX_FILES)
    msw_json_error(reader->diag, entry, NULL, "extends too many files: at most %d, at most %d deep", MAX_FILES,
                   MAX_DEPTH);
  else {
    const msw_json *base = read_merged(reader, path, NULL, 0, file);
    if (base) msw_json_merge(reader->arena, merged, base);
  }
}

static void merge_bases(msw_spec_reader *reader, const msw_json *extends, const open_file *file, msw_json *merged) {
  if (extends->type == MSW_JSON_STRING) merge_base(reader, extends, file, merged);
  else if (extends->type != MSW_JSON_ARRAY)
    msw_json_error(reader->diag, extends, NULL, "expected the name of a sweep file, or a list of names");
  else
    for (const msw_json *entry = extends->first; entry; entry = entry->next) merge_base(reader, entry, file, merged);
}

/* By the name of the file; both give the same tree. NULL after an error. */
static msw_json *parse(msw_spec_reader *reader, const char *path, const char *text, size_t len) {
  msw_json *root;
  const bool is_yaml = msw_yaml_is_named(path);
  const msw_status status = is_yaml ? msw_yaml_parse(text, len, path, reader->arena, reader->diag, &root)
                                    : msw_json_parse(text, len, path, reader->arena, reader->diag, &root);
  if (status != MSW_OK || root->type == MSW_JSON_OBJECT) return root;
  const char *hint = is_yaml ? "in YAML each key ends with a colon and a blank: sweep: 1" : NULL;
  msw_json_error(reader->diag, root, hint, "a sweep file is an object: { … }");
  return NULL;
}

/* Reads one file (or the text given for it) and merges it over what it extends. */
static msw_json *read_merged(msw_spec_reader *reader, const char *path, const char *text, size_t len,
                             const open_file *outer) {
  char *bytes = NULL, sha256[65];
  reader->n_reads++;
  if (!text) {
    if (msw_read_file(path, MAX_FILE_BYTES, reader->arena, reader->diag, &bytes, &len) != MSW_OK) return NULL;
    text = bytes;
  }
  if (!outer) reader->spec->text = msw_strndup(reader->arena, text, len);
  msw_sha256_of(text, len, sha256);
  msw_spec_add_input(reader, path, sha256);
  msw_json *own = parse(reader, path, text, len);
  if (!own) return NULL;
  const open_file file = {path, real_path(reader->arena, path), outer ? outer->depth + 1 : 1, outer};
  msw_json *merged = msw_json_new(reader->arena, MSW_JSON_OBJECT, own->loc);
  msw_json *extends = msw_json_get(own, "extends");
  if (extends) {
    merge_bases(reader, extends, &file, merged);
    msw_json_detach(extends);
  }
  msw_json_merge(reader->arena, merged, own);
  return merged;
}

msw_json *msw_spec_document(msw_spec_reader *reader, const char *file, const char *text, size_t len) {
  return read_merged(reader, msw_strdup(reader->arena, file), text, len, NULL);
}
