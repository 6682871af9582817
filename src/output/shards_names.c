/* The names in a shard folder. */
#include "shards_parts.h"

#include <inttypes.h>
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

#define SHARD_PREFIX "shard_"
#define SHARD_SUFFIX ".h5"
#define CLAIM_PREFIX ".shard_"
#define CLAIM_SUFFIX ".claim"

char *msw_shards_folder(msw_arena *arena, const char *out) { return msw_format(arena, "%s.shards", out); }

char *msw_shard_file(msw_arena *arena, const char *folder, uint64_t i_shard) {
  return msw_join_path(arena, folder, msw_format(arena, SHARD_PREFIX "%05" PRIu64 SHARD_SUFFIX, i_shard));
}

char *msw_shard_claim_file(msw_arena *arena, const char *folder, uint64_t i_shard) {
  return msw_join_path(arena, folder, msw_format(arena, CLAIM_PREFIX "%05" PRIu64 CLAIM_SUFFIX, i_shard));
}

/* The digits between prefix and suffix, as msw_shard_file writes them: at least five, no more zeros than needed. */
static bool number_between(const char *name, const char *prefix, const char *suffix, uint64_t *number) {
  enum { LEAST_DIGITS = 5, MOST_DIGITS = 18 };
  if (!msw_starts_with(name, prefix)) return false;
  const char *digits = name + strlen(prefix);
  size_t n = strspn(digits, "0123456789");
  if (n < LEAST_DIGITS || n > MOST_DIGITS || (n > LEAST_DIGITS && digits[0] == '0')) return false;
  if (strcmp(digits + n, suffix) != 0) return false;
  uint64_t value = 0;
  const uint64_t base = 10;
  for (size_t i_digit = 0; i_digit < n; i_digit++) value = value * base + (uint64_t)(digits[i_digit] - '0');
  *number = value;
  return true;
}

bool msw_shard_number(const char *name, uint64_t *i_shard) {
  return number_between(name, SHARD_PREFIX, SHARD_SUFFIX, i_shard);
}

/* "NAME.tmp-HOST-PID" and "NAME.tmp-HOST-PID-2"; a host's name may hold '-'. */
static bool split_temp(const char *name, msw_arena *arena, msw_shards_name *found) {
  const char *mark = NULL;
  for (const char *at = strstr(name, MSW_TEMP_MARK); at; at = strstr(at + 1, MSW_TEMP_MARK)) mark = at;
  if (!mark) return false;
  const char *host = mark + strlen(MSW_TEMP_MARK), *dash = strrchr(host, '-');
  if (!dash || dash == host || !msw_parse_int(dash + 1, &found->pid)) return false;
  found->host = msw_strndup(arena, host, (size_t)(dash - host));
  found->base = msw_strndup(arena, name, (size_t)(mark - name));
  return true;
}

msw_shards_name msw_shards_name_of(const char *name, msw_arena *arena) {
  msw_shards_name found = {.kind = MSW_NAME_FOREIGN};
  if (strcmp(name, MSW_MANIFEST_FILE) == 0) found.kind = MSW_NAME_MANIFEST;
  else if (msw_shard_number(name, &found.i_shard)) found.kind = MSW_NAME_SHARD;
  else if (strcmp(name, MSW_MERGE_CLAIM) == 0 || strcmp(name, MSW_MANIFEST_CLAIM) == 0) found.kind = MSW_NAME_LOCK;
  else if (number_between(name, CLAIM_PREFIX, CLAIM_SUFFIX, &found.i_shard)) found.kind = MSW_NAME_CLAIM;
  else if (split_temp(name, arena, &found)) {
    bool of_shard = msw_shard_number(found.base, &found.i_shard);
    if (of_shard) found.kind = MSW_NAME_TEMP_SHARD;
    else if (strcmp(found.base, MSW_MANIFEST_FILE) == 0) found.kind = MSW_NAME_TEMP_MANIFEST;
  }
  return found;
}
