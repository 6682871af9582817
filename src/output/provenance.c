/* Who built the tool, and which files a result rests on. */
#include "msw/output/provenance.h"

#include <string.h>
#include <unistd.h>

#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "msw/inputs/latency_table.h"
#include "msw_git_commit.h"

const char *msw_version(void) { return MSW_VERSION; }
const char *msw_git_commit(void) { return MSW_GIT_COMMIT; }
const char *msw_build_flags(void) { return MSW_BUILD_FLAGS; }

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *msw_build_compiler(void) {
#if defined(__clang__)
  return "clang " VERSION_TEXT(__clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
  return "gcc " VERSION_TEXT(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
  return "unknown";
#endif
}

/* Input files on their way into a provenance: each name once. */
typedef struct { msw_input *items; size_t n, cap; msw_arena *arena; } input_list;

static void add_input(input_list *list, const char *file, const char *sha256) {
  if (!file) return;
  for (size_t i_input = 0; i_input < list->n; i_input++)
    if (strcmp(list->items[i_input].file, file) == 0) return;
  if (list->n == list->cap) {
    size_t cap = list->cap ? 2 * list->cap : 16;
    msw_input *grown = msw_arena_array(list->arena, cap, sizeof *grown);
    if (list->n) memcpy(grown, list->items, list->n * sizeof *grown);
    list->items = grown;
    list->cap = cap;
  }
  const char *name = msw_strdup(list->arena, file), *sum = msw_strdup(list->arena, sha256);
  list->items[list->n++] = (msw_input){.file = name, .sha256 = sum};
}

static void add_tables(input_list *list, const msw_kernel_set *set) {
  for (size_t i_table = 0; i_table < set->n_tables; i_table++) {
    const msw_kernel_table *table = &set->tables[i_table];
    add_input(list, table->file, table->sha256);
    add_input(list, table->source_file, table->source_sha256);
  }
  for (size_t i_file = 0; set->latencies && i_file < set->latencies->n_files; i_file++) {
    const msw_latency_file *file = set->latencies->files[i_file];
    if (file->n_used > 0) add_input(list, file->path, file->sha256);
  }
}

static void add_spec_inputs(input_list *list, const msw_spec *spec, size_t first, size_t end) {
  for (size_t i_input = first; i_input < end; i_input++)
    add_input(list, spec->input_files[i_input], spec->input_sha256[i_input]);
}

/* Everything but the sweep's own documents. */
static void add_data(input_list *list, const msw_plan *plan, const msw_run_tables *tables) {
  add_spec_inputs(list, plan->spec, plan->spec->n_documents, plan->spec->n_inputs);
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_spec_block *block = plan->blocks[i_block].spec;
    for (size_t i_gpu = 0; i_gpu < block->axes[MSW_AXIS_GPU].n; i_gpu++)
      add_input(list, block->gpus[i_gpu]->file, block->gpus[i_gpu]->sha256);
  }
  for (size_t i_set = 0; tables && i_set < tables->n_sets; i_set++) add_tables(list, tables->sets[i_set]);
}

static void add_line(msw_sha256 *hash, const char *line) {
  msw_sha256_add(hash, line, strlen(line));
  msw_sha256_add(hash, "\n", 1);
}

/* File names are left out: a moved folder holds the same data. So are the sweep's documents: all of them that counts is in
 * the expanded one, and a comment is no other sweep. */
static void hash_identity(const char *expanded, const input_list *list, size_t first_data, char hex[65]) {
  msw_sha256 hash;
  msw_sha256_init(&hash);
  add_line(&hash, "mfusweep " MSW_VERSION);
  add_line(&hash, expanded);
  for (size_t i_input = first_data; i_input < list->n; i_input++) add_line(&hash, list->items[i_input].sha256);
  msw_sha256_hex(&hash, hex);
}

static const char *host_name(msw_arena *arena) {
  enum { HOST_BYTES = 65 };   /* Linux: at most 64 */
  char host[HOST_BYTES] = "";
  if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') return "unknown";
  return msw_strdup(arena, host);
}

msw_provenance msw_provenance_collect(const msw_plan *plan, const msw_run_tables *tables, msw_arena *arena) {
  input_list list = {.arena = arena};
  add_spec_inputs(&list, plan->spec, 0, plan->spec->n_documents);
  size_t first_data = list.n;
  add_data(&list, plan, tables);
  msw_provenance provenance = {.inputs = list.items, .n_inputs = list.n, .host = host_name(arena)};
  hash_identity(plan->spec->expanded, &list, first_data, provenance.hash);
  return provenance;
}
