/* Conditional axes take the values of both lists; which of them has a value is kept beside it. Numbers ascend, texts
 * stay in order. */
#include "spec_parts.h"

#include <stdlib.h>

#include "msw/base/str.h"

/* One value, whose it is, and which of the two lists have it. */
typedef struct { double value; msw_pick pick; uint8_t counts_if, counts_else; } member;

static int compare_members(const void *a, const void *b) {
  const member *x = a, *y = b;
  return (x->value > y->value) - (x->value < y->value);
}

static size_t unite_numbers(member *members, size_t n) {
  size_t n_kept = 0;
  qsort(members, n, sizeof *members, compare_members);
  for (size_t i = 0; i < n; i++) {
    member *last = n_kept ? &members[n_kept - 1] : NULL;
    if (!last || last->value < members[i].value) members[n_kept++] = members[i];
    else {
      last->counts_if |= members[i].counts_if;
      last->counts_else |= members[i].counts_else;
    }
  }
  return n_kept;
}

/* In their order. Two methods of one name and different settings are refused. */
static size_t unite_texts(msw_spec_reader *reader, const msw_given_when *when, member *members, size_t n) {
  size_t n_kept = 0;
  for (size_t i = 0; i < n; i++) {
    const msw_pick pick = members[i].pick;
    size_t i_same = 0;
    while (i_same < n_kept && (members[i_same].value < members[i].value || members[i_same].value > members[i].value))
      i_same++;
    if (i_same == n_kept) members[n_kept++] = members[i];
    const msw_pick same = members[i_same].pick;
    members[i_same].counts_if |= members[i].counts_if;
    members[i_same].counts_else |= members[i].counts_else;
    if (pick.from->methods && !msw_spec_same_method(reader->arena, &pick.from->methods[pick.at],
                                                    &same.from->methods[same.at]))
      msw_spec_error_once(reader->diag, msw_spec_where(reader, when->at), "give one of them a \"name\"",
                          msw_format(reader->arena, "two methods are called \"%s\"", pick.from->axis.labels[pick.at]));
  }
  return n_kept;
}

static void unite(msw_spec_reader *reader, msw_block_draft *draft, msw_axis_id id, msw_given_when *when) {
  const msw_given_axis *given = draft->given[id];
  const size_t n_if = given->axis.n, n = n_if + when->otherwise.axis.n;
  msw_draft_when *drafted = &draft->whens[id];
  member *members = msw_alloc_zero(n, sizeof *members);
  for (size_t i = 0; i < n; i++) {
    const msw_pick pick = i < n_if ? (msw_pick){given, i} : (msw_pick){&when->otherwise, i - n_if};
    members[i] = (member){pick.from->axis.values[pick.at], pick, i < n_if, i >= n_if};
  }
  const size_t n_kept = msw_axis_is_text(id) ? unite_texts(reader, when, members, n) : unite_numbers(members, n);
  msw_pick *picks = msw_alloc(n_kept * sizeof *picks);
  drafted->given = when;
  drafted->counts_if = msw_arena_array(reader->arena, n_kept, sizeof *drafted->counts_if);
  drafted->counts_else = msw_arena_array(reader->arena, n_kept, sizeof *drafted->counts_else);
  for (size_t i = 0; i < n_kept; i++) {
    picks[i] = members[i].pick;
    drafted->counts_if[i] = members[i].counts_if;
    drafted->counts_else[i] = members[i].counts_else;
  }
  msw_given_axis *united = msw_spec_axis_now(reader, draft, id);
  msw_spec_pick(reader, picks, n_kept, united);
  msw_spec_place_axis(draft, united, -1);
  free(members);
  free(picks);
}

/* The axis's own condition, else the block's entry for it, else the sweep's. */
static msw_given_when *when_of(const msw_block_draft *draft, msw_axis_id id) {
  msw_given_when *inline_one = draft->given[id] ? draft->given[id]->when : NULL;
  msw_given_when *own = draft->own ? &draft->own->whens[id] : NULL;
  if (inline_one) return inline_one;
  if (own && own->at) return own;
  return draft->sweep->whens[id].at ? &draft->sweep->whens[id] : NULL;
}

/* Why an entry of "when" cannot be used in a block; NULL when it can. */
static const char *refusal(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id) {
  const int zip = draft->block.axes[id].zip;
  if (!draft->given[id])
    return msw_format(reader->arena, "%s has no values that could count: give them under \"axes\"", msw_axis_name(id));
  if (zip < 0) return NULL;
  return msw_format(reader->arena, "%s is in the zip \"%s\", whose rows count as a whole", msw_axis_name(id),
                    draft->block.zips[zip].name);
}

static void check_own_entry(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id) {
  const msw_json *at = (draft->own ? draft->own : draft->sweep)->whens[id].at;
  if (!at) return;
  if (!msw_phase_has_axis(draft->block.phase, id))
    msw_json_error(reader->diag, at, NULL, "%s", msw_spec_no_such_axis(reader, draft->block.phase, id));
  else if (draft->own && draft->given[id] == &draft->sweep->axes[id] && draft->given[id]->when)
    msw_json_error(reader->diag, at, "give the block the axis itself",
                   "%s has a \"when\" of its own in the sweep", msw_axis_name(id));
}

void msw_spec_unite_whens(msw_spec_reader *reader, msw_block_draft *draft) {
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    check_own_entry(reader, draft, id);
    msw_given_when *when = when_of(draft, id);
    if (!when || !msw_phase_has_axis(draft->block.phase, id)) continue;
    const char *message = refusal(reader, draft, id);
    draft->whens[id].tried = when;
    if (message) msw_spec_error_once(reader->diag, msw_spec_where(reader, when->at), NULL, message);
    if (message || when->is_bad || draft->given[id]->is_bad) continue;
    const bool is_fixed = draft->given[id]->is_fixed;
    unite(reader, draft, id, when);
    if (is_fixed && draft->block.axes[id].n > 1)
      msw_spec_error_once(reader->diag, draft->block.axes[id].where, "put it under \"axes\"",
                          msw_format(reader->arena, "%zu values where one is fixed, with those of \"when\"",
                                     draft->block.axes[id].n));
  }
}
