/* The state of a run as text and as JSON. */
#include "status_show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"

enum { TEXT_BYTES = 48 };

/* ---- Text ---- */

static void show_result(const msw_run_status *status) {
  printf("%s: complete; sweep %s, mfusweep %s, hash %.12s\n", status->result,
         status->identity.spec_name ? status->identity.spec_name : "?",
         status->identity.version ? status->identity.version : "?", status->identity.hash);
}

static void show_building(const msw_shards_state *shards) {
  for (size_t i_builder = 0; i_builder < shards->n_building; i_builder++) {
    const msw_shard_builder *builder = &shards->building[i_builder];
    char bytes[TEXT_BYTES];
    printf("  building shard %05" PRIu64, builder->i_shard);
    if (builder->host)
      printf(": process %" PRId64 " on %s, %s so far", builder->pid, builder->host,
             msw_human_bytes((double)builder->n_bytes, bytes, sizeof bytes));
    printf("\n");
  }
  if (shards->merging) printf("  merging\n");
}

static void show_pace(const msw_shards_state *shards) {
  char rate[TEXT_BYTES], left[TEXT_BYTES];
  if (shards->n_done == shards->n_shards) {
    if (!shards->merging)
      printf("  all shards are there: the same `mfusweep run` or `mfusweep merge` makes one file of them\n");
    return;
  }
  if (shards->n_building == 0) printf("  nobody is at work: the same `mfusweep run` goes on\n");
  if (!(shards->cells_per_s > 0.0)) return;
  printf("  %s cells/s of late%s%s\n", msw_human_count((uint64_t)shards->cells_per_s, rate, sizeof rate),
         shards->left_s >= 0.0 ? ", left: " : "",
         shards->left_s >= 0.0 ? msw_human_seconds(shards->left_s, left, sizeof left) : "");
}

static void show_shards(const msw_run_status *status) {
  const msw_shards_state *shards = &status->shards;
  char done[TEXT_BYTES], all[TEXT_BYTES], stored[TEXT_BYTES], bytes[TEXT_BYTES];
  printf("%s: sweep %s, mfusweep %s, hash %.12s\n", status->folder, shards->name, shards->version, shards->hash);
  printf("  shards: %" PRIu64 " of %" PRIu64 " done, %zu being built, %" PRIu64 " left\n", shards->n_done,
         shards->n_shards, shards->n_building, shards->n_shards - shards->n_done - shards->n_building);
  printf("  cells:  %s of %s\n", msw_human_count(shards->n_cells_done, done, sizeof done),
         msw_human_count(shards->n_cells, all, sizeof all));
  msw_human_bytes((double)shards->n_bytes_stored, stored, sizeof stored);
  msw_human_bytes((double)shards->n_bytes, bytes, sizeof bytes);
  printf("  stored: %s; %s uncompressed in all\n", stored, bytes);
  show_building(shards);
  show_pace(shards);
}

void msw_status_show(const msw_run_status *status, msw_arena *arena) {
  (void)arena;
  if (status->has_result) show_result(status);
  if (status->has_shards) show_shards(status);
}

/* ---- JSON ---- */

static void add_shards(msw_arena *arena, msw_json *root, const msw_run_status *status) {
  const msw_shards_state *shards = &status->shards;
  msw_json *object = msw_json_add_object(arena, root, "shards");
  msw_json_add_string(arena, object, "folder", status->folder);
  msw_json_add_string(arena, object, "name", shards->name);
  msw_json_add_string(arena, object, "version", shards->version);
  msw_json_add_string(arena, object, "hash", shards->hash);
  msw_json_add_number(arena, object, "total", (double)shards->n_shards);
  msw_json_add_number(arena, object, "done", (double)shards->n_done);
  msw_json_add_number(arena, object, "left", (double)(shards->n_shards - shards->n_done - shards->n_building));
  msw_json_add_number(arena, object, "cells", (double)shards->n_cells);
  msw_json_add_number(arena, object, "cells_done", (double)shards->n_cells_done);
  msw_json_add_number(arena, object, "bytes", (double)shards->n_bytes);
  msw_json_add_number(arena, object, "bytes_stored", (double)shards->n_bytes_stored);
  msw_json *building = msw_json_add_array(arena, object, "building");
  for (size_t i_builder = 0; i_builder < shards->n_building; i_builder++) {
    const msw_shard_builder *builder = &shards->building[i_builder];
    msw_json *entry = msw_json_add_object(arena, building, NULL);
    msw_json_add_number(arena, entry, "shard", (double)builder->i_shard);
    msw_json_add_string(arena, entry, "host", builder->host);
    msw_json_add_number(arena, entry, "pid", builder->host ? (double)builder->pid : (double)NAN);
    msw_json_add_number(arena, entry, "bytes", (double)builder->n_bytes);
  }
  msw_json_add_bool(arena, object, "merging", shards->merging);
  msw_json_add_number(arena, object, "cells_per_s", shards->cells_per_s);
  msw_json_add_number(arena, object, "left_s", shards->left_s);
}

void msw_status_show_json(const msw_run_status *status, msw_arena *arena) {
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "result", status->result);
  msw_json_add_bool(arena, root, "complete", status->has_result);
  if (status->has_result) {
    msw_json_add_string(arena, root, "name", status->identity.spec_name);
    msw_json_add_string(arena, root, "version", status->identity.version);
    msw_json_add_string(arena, root, "hash", status->identity.hash);
  }
  if (status->has_shards) add_shards(arena, root, status);
  msw_buf text = {0};
  msw_json_write(root, 2, &text);
  puts(text.text);
  msw_buf_free(&text);
}
