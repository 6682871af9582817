/* Any text as the decode and the prefill cell of a step: no crash; refused with an error or taken without; what is taken
 * lies within the limits and says the same when written out and read again. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "msw/base/str.h"
#include "msw/inputs/steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const double MAX_COUNT = 1e6, MAX_TOKENS = 1e9;
static const msw_loc AT = {.file = "fuzz.csv", .line = 1};

static bool is_within(double value, double min, double max) { return value >= min && value <= max; }

static void write_decode(const msw_step *step, msw_buf *text) {
  for (size_t i_group = 0; i_group < step->n_decode; i_group++) {
    const msw_decode_group *group = &step->decode[i_group];
    fuzz_require(is_within(group->count, 1.0, MAX_COUNT) && is_within(group->kv_len, 0.0, MAX_TOKENS));
    msw_buf_printf(text, "%s%.0f*%.0f", i_group > 0 ? "+" : "", group->count, group->kv_len);
  }
}

static void write_prefill(const msw_step *step, msw_buf *text) {
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++) {
    const msw_prefill_group *group = &step->prefill[i_group];
    fuzz_require(is_within(group->count, 1.0, MAX_COUNT) && is_within(group->new_len, 1.0, MAX_TOKENS));
    fuzz_require(is_within(group->cached_len, 0.0, MAX_TOKENS));
    msw_buf_printf(text, "%s%.0f*%.0f:%.0f", i_group > 0 ? "+" : "", group->count, group->cached_len, group->new_len);
  }
}

typedef bool parse_fn(const char *text, msw_loc loc, msw_arena *arena, msw_diag *diag, msw_step *step);
typedef void write_fn(const msw_step *step, msw_buf *text);

static void check(const char *text, parse_fn *parse, write_fn *write) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_buf first = {0}, second = {0};
  msw_step step = {0}, again = {0};
  const bool good = parse(text, AT, &arena, &diag, &step);
  fuzz_require(good == (diag.n_errors == 0));
  fuzz_require(good || step.n_decode + step.n_prefill == 0);
  fuzz_require(!good || (step.n_decode + step.n_prefill == 0) == (text[0] == '\0'));
  if (good) {
    msw_buf_add(&first, "");
    msw_buf_add(&second, "");
    write(&step, &first);
    fuzz_require(parse(first.text, AT, &arena, &diag, &again));
    write(&again, &second);
    fuzz_require(strcmp(first.text, second.text) == 0);
  }
  msw_buf_free(&first);
  msw_buf_free(&second);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  msw_arena arena = {0};
  const char *text = msw_strndup(&arena, (const char *)data, size);
  check(text, msw_parse_decode, write_decode);
  check(text, msw_parse_prefill, write_prefill);
  msw_arena_free(&arena);
  return 0;
}
