/* Reads "exclude": texts are expressions (compiled later, for each block), objects ask for values of axes. */
#include "spec_parts.h"
#include "msw/base/num.h"

#include <stdlib.h>

static bool read_numbers(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, msw_wanted *wanted) {
  double *numbers;
  if (!msw_range_expand(value, msw_spec_axis_limits(id), reader->arena, reader->diag, &numbers, &wanted->n))
    return false;
  qsort(numbers, wanted->n, sizeof *numbers, msw_compare_numbers);
  wanted->numbers = numbers;
  return true;
}

static bool read_texts(msw_spec_reader *reader, const msw_json *value, msw_wanted *wanted) {
  return msw_spec_list_texts(reader, value, "a text", &wanted->texts, &wanted->n);
}

static void read_match(msw_spec_reader *reader, const msw_json *value, msw_given_rule *rule) {
  msw_json_reader object;
  const size_t n_errors = reader->diag->n_errors;
  msw_json_begin(&object, value, reader->diag);
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    msw_wanted *wanted = &rule->wanted[id];
    wanted->at = msw_spec_want_axis(&object, id);
    if (!wanted->at) continue;
    if (msw_spec_is_lost(wanted->at)) rule->is_bad = true;
    else if (msw_axis_is_text(id)) read_texts(reader, wanted->at, wanted);
    else read_numbers(reader, id, wanted->at, wanted);
    wanted->found = msw_arena_array(reader->arena, wanted->n, sizeof *wanted->found);
  }
  msw_json_end(&object, true);
  if (!value->first) msw_json_error(reader->diag, value, NULL, "an object without axes would exclude every cell");
  rule->text = msw_spec_one_line(reader, value);
  rule->is_bad |= reader->diag->n_errors > n_errors;
}

static void read_rule(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  if (value->type != MSW_JSON_STRING && value->type != MSW_JSON_OBJECT) {
    msw_json_error(reader->diag, value, NULL, "expected an expression or an object of axes, not %s",
                   msw_json_type_name(value->type));
    return;
  }
  msw_given_rule *rule = &level->rules[level->n_rules++];
  *rule = (msw_given_rule){.at = value, .is_expr = value->type == MSW_JSON_STRING, .text = value->text};
  if (!rule->is_expr) read_match(reader, value, rule);
}

void msw_spec_read_rules(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  size_t n_items;
  const msw_json *const *items = msw_spec_list_items(reader, value, "rules", &n_items);
  level->rules = msw_arena_array(reader->arena, n_items, sizeof *level->rules);
  for (size_t i_item = 0; i_item < n_items; i_item++) read_rule(reader, items[i_item], level);
}
