/* Keys that an object has twice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "source_text.h"

/* FNV-1a. */
static uint64_t hash_of(const char *key) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *key; key++) hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
  return hash;
}

/* The member of that key in an open-addressing table, else the free place for it. */
static const msw_json **place_of(const msw_json **table, size_t mask, const char *key) {
  size_t at = (size_t)hash_of(key) & mask;
  while (table[at] && strcmp(table[at]->key, key) != 0) at = (at + 1) & mask;
  return &table[at];
}

static void report(msw_diag *diag, const msw_json *member, const msw_json *first) {
  msw_arena scratch = {0};
  msw_error(diag, member->key_loc, msw_json_path(&scratch, member->parent),
            msw_format(&scratch, "first given at %d:%d", first->key_loc.line, first->key_loc.col), "duplicate key %s",
            msw_text_quote(&scratch, member->key, strlen(member->key)));
  msw_arena_free(&scratch);
}

size_t msw_json_check_duplicates(const msw_json *object, msw_diag *diag) {
  if (object->n_children < 2) return 0;
  size_t size = 2, n_found = 0;
  while (size < 2 * object->n_children) size *= 2;
  const msw_json **table = msw_alloc_zero(size, sizeof *table);
  for (const msw_json *member = object->first; member; member = member->next) {
    const msw_json **place = place_of(table, size - 1, member->key);
    if (!*place) {
      *place = member;
      continue;
    }
    report(diag, member, *place);
    n_found++;
  }
  free(table);
  return n_found;
}
