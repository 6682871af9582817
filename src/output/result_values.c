/* The values of an axis that a text of --select means: names, globs, numbers, ranges, the nearest. */
#include "result_values.h"

#include <math.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

static const char nearest_mark[] = "nearest:";

typedef struct {
  const msw_result_axis *axis;
  const char *what;
  msw_diag *diag;
  bool *chosen;
} matching;

static bool refuse(const matching *m, const char *hint, const char *why) {
  msw_error(m->diag, (msw_loc){0}, m->what, hint, "%s", why);
  return false;
}

/* "model has: a, b, c"; of numbers also what lies between them. */
static const char *list_values(const matching *m) {
  enum { MOST_LISTED = 12 };
  msw_arena *arena = &m->diag->arena;
  const char *text = msw_format(arena, "%s has", m->axis->name);
  for (size_t i_value = 0; i_value < m->axis->n && i_value < MOST_LISTED; i_value++)
    text = msw_format(arena, "%s%s %s", text, i_value ? "," : "", m->axis->texts[i_value]);
  if (m->axis->n <= MOST_LISTED) return text;
  return msw_format(arena, "%s, … %s", text, m->axis->texts[m->axis->n - 1]);
}

/* ---- Texts ---- */

static bool match_text(const matching *m, const char *item) {
  bool is_found = false;
  for (size_t i_value = 0; i_value < m->axis->n; i_value++) {
    if (!msw_equal_nocase(m->axis->texts[i_value], item)) continue;
    m->chosen[i_value] = is_found = true;   /* a zip may repeat it */
  }
  return is_found;
}

static bool match_glob(const matching *m, const char *item) {
  bool is_found = false;
  for (size_t i_value = 0; msw_has_glob(item) && i_value < m->axis->n; i_value++) {
    if (!msw_glob_match(item, m->axis->texts[i_value])) continue;
    m->chosen[i_value] = is_found = true;
  }
  return is_found;
}

static bool match_label(const matching *m, const char *item) {
  msw_arena *arena = &m->diag->arena;
  if (match_text(m, item) || match_glob(m, item)) return true;
  if (msw_has_glob(item)) return refuse(m, list_values(m), msw_format(arena, "no %s matches '%s'", m->axis->name, item));
  const char *nearest = msw_nearest(item, m->axis->texts, m->axis->n);
  return refuse(m, nearest ? msw_did_you_mean(m->diag, nearest) : list_values(m),
                msw_format(arena, "%s has no '%s'", m->axis->name, item));
}

/* ---- Numbers ---- */

static size_t nearest_position(const msw_result_axis *axis, double wanted) {
  size_t i_nearest = 0;
  for (size_t i_value = 1; i_value < axis->n; i_value++)
    if (fabs(axis->values[i_value] - wanted) < fabs(axis->values[i_nearest] - wanted)) i_nearest = i_value;
  return i_nearest;
}

static size_t match_between(const matching *m, double low, double high) {
  size_t n = 0;
  for (size_t i_value = 0; i_value < m->axis->n; i_value++) {
    if (!(m->axis->values[i_value] >= low && m->axis->values[i_value] <= high)) continue;
    m->chosen[i_value] = true;
    n++;
  }
  return n;
}

static bool not_a_number(const matching *m, const char *item) {
  return refuse(m, "4096, 4Ki, FROM:TO, nearest:VALUE",
                msw_format(&m->diag->arena, "'%s' is no number, range or nearest:VALUE for %s", item, m->axis->name));
}

static bool match_nearest(const matching *m, const char *item) {
  double wanted = 0.0;
  if (!msw_parse_suffixed(item + strlen(nearest_mark), &wanted)) return not_a_number(m, item);
  const double value = m->axis->values[nearest_position(m->axis, wanted)];
  return match_between(m, value, value) > 0;
}

/* "1Ki:64Ki"; an end that is left out is that of the axis. */
static bool match_range(const matching *m, const char *item, const char *colon) {
  double low = -HUGE_VAL, high = HUGE_VAL;
  msw_arena *arena = &m->diag->arena;
  const char *from = msw_strndup(arena, item, (size_t)(colon - item)), *to = colon + 1;
  if ((from[0] && !msw_parse_suffixed(from, &low)) || (to[0] && !msw_parse_suffixed(to, &high))) return not_a_number(m, item);
  if (low > high) return refuse(m, NULL, msw_format(arena, "the range '%s' of %s ends before it begins", item, m->axis->name));
  if (match_between(m, low, high) > 0) return true;
  return refuse(m, list_values(m), msw_format(arena, "%s has no value in '%s'", m->axis->name, item));
}

static bool match_number(const matching *m, const char *item) {
  double wanted = 0.0;
  msw_arena *arena = &m->diag->arena;
  const char *colon = strchr(item, ':');
  if (msw_starts_with(item, nearest_mark)) return match_nearest(m, item);
  if (colon) return match_range(m, item, colon);
  if (!msw_parse_suffixed(item, &wanted)) return not_a_number(m, item);
  if (match_between(m, wanted, wanted) > 0) return true;
  const char *nearest = m->axis->texts[nearest_position(m->axis, wanted)];
  return refuse(m, msw_format(arena, "the nearest is %s", nearest), msw_format(arena, "%s has no %s", m->axis->name, item));
}

/* ---- Lists ---- */

/* The length of the next item: up to the next comma, or further where that is a name with commas in it. */
static size_t item_length(const matching *m, const char *values) {
  size_t shortest = strcspn(values, ","), longest = shortest;
  for (size_t i_value = 0; m->axis->is_text && i_value < m->axis->n; i_value++) {
    const char *text = m->axis->texts[i_value];
    size_t len = strlen(text);
    if (len <= longest || strlen(values) < len || (values[len] != ',' && values[len] != '\0')) continue;
    if (msw_equal_nocase(msw_strndup(&m->diag->arena, values, len), text)) longest = len;
  }
  return longest;
}

bool msw_result_match(const msw_result_axis *axis, const char *values, const char *what, msw_diag *diag, bool *chosen) {
  const matching m = {axis, what, diag, chosen};
  bool is_good = true;
  for (;;) {
    size_t len = item_length(&m, values);
    const char *item = msw_strndup(&diag->arena, values, len);
    if (item[0] == '\0') is_good = refuse(&m, list_values(&m), msw_format(&diag->arena, "a value of %s is empty", axis->name));
    else if (!(axis->is_text ? match_label(&m, item) : match_number(&m, item))) is_good = false;
    if (values[len] == '\0') return is_good;
    values += len + 1;
  }
}
