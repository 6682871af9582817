/* Writing and reading the manifest of a shard folder. */
#include "manifest.h"

#include <float.h>
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/inputs/spec.h"

/* ---- Writing ---- */

static void add_storage(msw_arena *arena, msw_json *root, const msw_writer_options *storage) {
  msw_json *object = msw_json_add_object(arena, root, "storage");
  msw_json_add_string(arena, object, "compress", storage->deflate ? "deflate" : "none");
  msw_json_add_number(arena, object, "level", storage->deflate ? storage->deflate_level : 0);
  msw_json_add_bool(arena, object, "fletcher32", storage->fletcher32);
  msw_json_add_number(arena, object, "keepbits", storage->keepbits);
}

static void add_blocks(msw_arena *arena, msw_json *root, const msw_plan *plan) {
  msw_json *blocks = msw_json_add_array(arena, root, "blocks");
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    msw_json *object = msw_json_add_object(arena, blocks, NULL);
    msw_json_add_string(arena, object, "name", block->spec->name);
    msw_json_add_number(arena, object, "cells", (double)block->counts.n_total);
    msw_json_add_number(arena, object, "cell_bytes", (double)block->cell_bytes);
    msw_json *fields = msw_json_add_array(arena, object, "fields");
    for (size_t i_field = 0; i_field < block->n_fields; i_field++)
      msw_json_add_string(arena, fields, NULL, block->fields[i_field]->name);
  }
}

/* [[how many shards, cells of each], …]: most shards are alike. */
static void add_shard_cells(msw_arena *arena, msw_json *root, const msw_plan *plan, const msw_cut *cut) {
  msw_json *runs = msw_json_add_array(arena, root, "shard_cells");
  uint64_t n_alike = 0, cells = 0;
  for (uint64_t i_shard = 0; i_shard <= cut->n_shards; i_shard++) {
    uint64_t here = i_shard < cut->n_shards ? msw_tiles_cells(plan, msw_cut_tiles(cut, i_shard)) : 0;
    if (n_alike > 0 && here != cells) {
      msw_json *run = msw_json_add_array(arena, runs, NULL);
      msw_json_add_number(arena, run, NULL, (double)n_alike);
      msw_json_add_number(arena, run, NULL, (double)cells);
      n_alike = 0;
    }
    cells = here;
    n_alike++;
  }
}

static void add_files(msw_arena *arena, msw_json *root, const char *key, const msw_input *inputs, size_t n) {
  msw_json *list = msw_json_add_array(arena, root, key);
  for (size_t i_input = 0; i_input < n; i_input++) {
    msw_json *object = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, object, "file", inputs[i_input].file);
    msw_json_add_string(arena, object, "sha256", inputs[i_input].sha256);
  }
}

/* The sweep's own files come first among the inputs (provenance.h); what counts of them is in the sweep. */
static void add_inputs(msw_arena *arena, msw_json *root, const msw_shards_order *order) {
  const msw_provenance *provenance = order->provenance;
  size_t n_documents = order->plan->spec->n_documents;
  if (n_documents > provenance->n_inputs) n_documents = provenance->n_inputs;
  add_files(arena, root, "documents", provenance->inputs, n_documents);
  add_files(arena, root, "inputs", provenance->inputs + n_documents, provenance->n_inputs - n_documents);
}

static void add_sweep(msw_arena *arena, msw_json *root, const char *expanded, msw_diag *diag) {
  msw_json *sweep = NULL;
  if (msw_json_parse(expanded, strlen(expanded), MSW_MANIFEST_FILE, arena, diag, &sweep) != MSW_OK) return;
  sweep->key = "sweep";
  msw_json_append(root, sweep);
}

/* One line for each member: to be read, and to be compared with diff. */
static void write_lines(const msw_json *root, msw_buf *text) {
  msw_buf_add(text, "{\n");
  for (const msw_json *member = root->first; member; member = member->next) {
    msw_buf_printf(text, "  \"%s\": ", member->key);
    msw_json_write(member, 0, text);
    msw_buf_add(text, member->next ? ",\n" : "\n");
  }
  msw_buf_add(text, "}\n");
}

msw_status msw_manifest_write(const msw_shards_order *order, const char *folder, const msw_cut *cut, msw_diag *diag) {
  msw_arena arena = {0};
  msw_json *root = msw_json_new(&arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_number(&arena, root, "manifest", MSW_MANIFEST_FORMAT);
  msw_json_add_string(&arena, root, "hash", order->provenance->hash);
  msw_json_add_string(&arena, root, "version", msw_version());
  msw_json_add_string(&arena, root, "name", order->plan->spec->name);
  msw_json_add_number(&arena, root, "cells", (double)order->plan->n_cells);
  msw_json_add_number(&arena, root, "bytes", (double)order->plan->n_bytes);
  msw_json_add_number(&arena, root, "shards", (double)cut->n_shards);
  msw_json_add_number(&arena, root, "tiles", (double)cut->n_tiles);
  msw_json_add_number(&arena, root, "tiles_per_shard", (double)cut->tiles_per_shard);
  add_shard_cells(&arena, root, order->plan, cut);
  add_storage(&arena, root, &order->storage);
  add_blocks(&arena, root, order->plan);
  add_inputs(&arena, root, order);
  add_sweep(&arena, root, order->plan->spec->expanded, diag);
  msw_buf text = {0};
  write_lines(root, &text);
  const char *path = msw_join_path(&arena, folder, MSW_MANIFEST_FILE);
  msw_status status = msw_write_file_atomic(path, text.text, text.len, diag);
  msw_buf_free(&text);
  msw_arena_free(&arena);
  return status;
}

/* ---- Reading ---- */

static uint64_t want_count(msw_json_reader *reader, const char *key, int64_t least) {
  int64_t value = least;
  msw_json_want_int(reader, key, true, least, INT64_MAX, &value);
  return (uint64_t)value;
}

static void read_storage(const msw_json *value, msw_diag *diag, msw_writer_options *storage) {
  msw_json_reader reader;
  const char *compress = "";
  int64_t level = 0, keepbits = 0;
  msw_json_begin(&reader, value, diag);
  msw_json_want_string(&reader, "compress", true, &compress);
  msw_json_want_int(&reader, "level", true, 0, INT32_MAX, &level);
  msw_json_want_bool(&reader, "fletcher32", true, &storage->fletcher32);
  msw_json_want_int(&reader, "keepbits", true, 0, INT32_MAX, &keepbits);
  msw_json_end(&reader, false);
  storage->deflate = strcmp(compress, "deflate") == 0;
  storage->deflate_level = (int)level;
  storage->keepbits = (int)keepbits;
}

static void read_members(msw_json_reader *reader, msw_diag *diag, msw_manifest *manifest) {
  msw_json_want_string(reader, "hash", true, &manifest->hash);
  msw_json_want_string(reader, "version", true, &manifest->version);
  msw_json_want_string(reader, "name", true, &manifest->name);
  manifest->n_cells = want_count(reader, "cells", 0);
  manifest->n_bytes = want_count(reader, "bytes", 0);
  manifest->cut.n_shards = want_count(reader, "shards", 1);
  manifest->cut.n_tiles = want_count(reader, "tiles", 1);
  manifest->cut.tiles_per_shard = want_count(reader, "tiles_per_shard", 1);
  read_storage(msw_json_want(reader, "storage", true), diag, &manifest->storage);
}

static msw_status read_document(const msw_json *root, msw_diag *diag, msw_manifest *manifest) {
  size_t n_before = diag->n_errors;
  msw_json_reader reader;
  int64_t format = 0;
  if (!msw_json_begin(&reader, root, diag)) return MSW_BAD_INPUT;
  msw_json_want_int(&reader, "manifest", true, 1, INT64_MAX, &format);
  if (format <= MSW_MANIFEST_FORMAT) read_members(&reader, diag, manifest);
  else
    msw_json_error(diag, root, "go on with that version", "a manifest of format %lld, of a newer version of mfusweep",
                   (long long)format);
  msw_json_end(&reader, false);
  return diag->n_errors == n_before ? MSW_OK : MSW_BAD_INPUT;
}

msw_status msw_manifest_read(const char *folder, msw_arena *arena, msw_diag *diag, bool *exists,
                             msw_manifest *manifest) {
  *manifest = (msw_manifest){.file = msw_join_path(arena, folder, MSW_MANIFEST_FILE)};
  *exists = msw_is_file(manifest->file);
  if (!*exists) return MSW_OK;
  msw_json *root = NULL;
  msw_status status = msw_json_load(manifest->file, arena, diag, &root);
  if (status != MSW_OK) return status;
  manifest->document = root;
  return read_document(root, diag, manifest);
}

uint64_t msw_manifest_shard_cells(const msw_manifest *manifest, uint64_t i_shard) {
  const msw_json *runs = msw_json_get(manifest->document, "shard_cells");
  double left = (double)i_shard;
  for (const msw_json *run = runs ? runs->first : NULL; run; run = run->next) {
    if (run->n_children != 2) return 0;
    if (left < run->first->number) return (uint64_t)run->last->number;
    left -= run->first->number;
  }
  return 0;
}
