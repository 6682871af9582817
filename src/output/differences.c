/* A result file's /meta as the manifest that it would have had, to be compared like one. */
#include "msw/output/differences.h"

#include <string.h>

#include "manifest.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"

/* Lines "sha256  file"; the sweep's own text is no input. */
static void add_inputs(msw_json *root, const char *const *lines, size_t n, const char *spec_sha256, msw_arena *arena) {
  static const char gap[] = "  ";
  msw_json *list = msw_json_add_array(arena, root, "inputs");
  for (size_t i_line = 0; i_line < n; i_line++) {
    const char *end = strstr(lines[i_line], gap);
    if (!end) continue;
    const char *sha256 = msw_strndup(arena, lines[i_line], (size_t)(end - lines[i_line]));
    if (strcmp(sha256, spec_sha256) == 0) continue;
    msw_json *input = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, input, "file", end + strlen(gap));
    msw_json_add_string(arena, input, "sha256", sha256);
  }
}

static msw_status read_meta(msw_h5 file, msw_arena *arena, msw_diag *diag, msw_manifest *manifest) {
  msw_h5 meta = MSW_H5_NONE;
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0}), *sweep = NULL;
  const char *expanded = NULL, *spec = NULL, *const *lines = NULL;
  char spec_sha256[65] = "";
  size_t n = 0;
  msw_status status = msw_h5_open_group(file, "meta", diag, &meta);
  if (status == MSW_OK) status = msw_h5_read_attr_text(meta, "version", arena, diag, &manifest->version);
  msw_h5_close(meta);
  if (status == MSW_OK) status = msw_h5_read_text(file, "/meta/expanded", arena, diag, &expanded);
  if (status == MSW_OK) status = msw_h5_read_text(file, "/meta/spec", arena, diag, &spec);
  if (status == MSW_OK) status = msw_json_parse(expanded, strlen(expanded), "", arena, diag, &sweep);
  if (status == MSW_OK) status = msw_h5_read_texts(file, "/meta/inputs", arena, diag, &lines, &n);
  if (status != MSW_OK || !manifest->version) return MSW_FAILED;
  sweep->key = "sweep";
  msw_json_append(root, sweep);
  msw_sha256_of(spec, strlen(spec), spec_sha256);
  add_inputs(root, lines, n, spec_sha256, arena);
  manifest->document = root;
  return MSW_OK;
}

void msw_result_explain(const char *path, const msw_plan *plan, const msw_provenance *provenance, msw_diag *diag) {
  msw_arena arena = {0};
  msw_diag unheard = {0};
  msw_h5 file = MSW_H5_NONE;
  msw_manifest manifest = {0};
  const msw_shards_order wanted = {.plan = plan, .provenance = provenance};
  msw_status status = msw_h5_open_read(path, &unheard, &file);
  if (status == MSW_OK) status = read_meta(file, &arena, &unheard, &manifest);
  (void)msw_h5_close_file(file, &unheard);
  if (status == MSW_OK) msw_manifest_explain(&manifest, &wanted, path, diag);
  msw_diag_free(&unheard);
  msw_arena_free(&arena);
}
