/* The summary of a run: how much, how fast, how large, and what must be known about the cells. */
#include "run_summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mfu_column.h"
#include "msw/base/num.h"
#include "stand_ins.h"

enum { TEXT_BYTES = 48 };
static const double percent = 100.0;

static msw_block_counts sum_blocks(const msw_run_summary *summary) {
  msw_block_counts sum = {0};
  for (size_t i_block = 0; i_block < summary->plan->n_blocks; i_block++) {
    sum.n_evaluated += summary->counts[i_block].n_evaluated;
    for (size_t i_flag = 0; i_flag < MSW_N_FLAG_BITS; i_flag++) sum.flags[i_flag] += summary->counts[i_block].flags[i_flag];
  }
  return sum;
}

static uint64_t cells_with(const msw_block_counts *counts, msw_flags bit) {
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (msw_flag_table[i_flag].bit == bit) return counts->flags[i_flag];
  return 0;
}

/* 12.3 %; a share that is not nothing does not print as 0. */
static const char *share_text(uint64_t part, uint64_t whole, char text[TEXT_BYTES]) {
  double share = whole > 0 ? percent * (double)part / (double)whole : 0.0;
  const double least_shown = 0.05;
  if (part > 0 && share < least_shown) snprintf(text, TEXT_BYTES, "< 0.1 %%");
  else snprintf(text, TEXT_BYTES, "%.1f %%", share);
  return text;
}

static void print_flags(const msw_block_counts *sum, uint64_t n_cells) {
  bool any = false;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++) {
    uint64_t n = sum->flags[i_flag];
    if (n == 0) continue;
    if (!any) msw_log("flags, in cells and share of all cells:");
    any = true;
    char count[TEXT_BYTES], share[TEXT_BYTES];
    msw_log("  %-17s %15s %8s  %s", msw_flag_table[i_flag].name, msw_human_count(n, count, sizeof count),
            share_text(n, n_cells, share), msw_flag_table[i_flag].description);
  }
  if (!any) msw_log("flags: none");
}

static void print_constraints(const msw_run_summary *summary) {
  for (size_t i_block = 0; i_block < summary->plan->n_blocks; i_block++) {
    const msw_spec_block *spec = summary->plan->blocks[i_block].spec;
    for (size_t i = 0; i < spec->n_constraints; i++) {
      char count[TEXT_BYTES];
      const char *name = spec->constraints[i].name, *text = spec->constraints[i].text;
      msw_log("constraint %s%s%s does not hold in %s cells%s", name, strcmp(name, text) != 0 ? ": " : "",
              strcmp(name, text) != 0 ? text : "", msw_human_count(summary->counts[i_block].flags[MSW_N_FLAGS + i], count, sizeof count),
              spec->constraints[i].mask ? ", masked" : "");
    }
  }
}

static void print_cells(const msw_run_summary *summary, const msw_block_counts *sum) {
  uint64_t n_cells = summary->plan->n_cells, n_excluded = cells_with(sum, MSW_FLAG_EXCLUDED);
  uint64_t n_conditional = cells_with(sum, MSW_FLAG_CONDITIONAL);
  uint64_t n_void = n_cells - sum->n_evaluated - n_excluded - n_conditional;
  char all[TEXT_BYTES], evaluated[TEXT_BYTES], excluded[TEXT_BYTES], none[TEXT_BYTES];
  msw_log("%s cells: %s evaluated, %s excluded by rules, %s void", msw_human_count(n_cells, all, sizeof all),
          msw_human_count(sum->n_evaluated, evaluated, sizeof evaluated),
          msw_human_count(n_excluded, excluded, sizeof excluded), msw_human_count(n_void, none, sizeof none));
}

static void print_time(const msw_run_summary *summary) {
  uint64_t n_cells = summary->n_cells_computed;
  char cells[TEXT_BYTES], time[TEXT_BYTES], rate[TEXT_BYTES];
  double per_s = summary->seconds > 0.0 ? (double)n_cells / summary->seconds : 0.0;
  msw_human_count(n_cells, cells, sizeof cells);
  msw_human_seconds(summary->seconds, time, sizeof time);
  msw_human_count((uint64_t)per_s, rate, sizeof rate);
  const char *plural = summary->n_threads == 1 ? "" : "s";
  if (n_cells == summary->plan->n_cells)
    msw_log("%s, %s cells/s with %d thread%s", time, rate, summary->n_threads, plural);
  else if (n_cells == 0) msw_log("%s; all of them were computed before or by others", time);
  else
    msw_log("%s, %s of them computed here, %s cells/s with %d thread%s", time, cells, rate, summary->n_threads, plural);
}

static void print_stand_ins(const msw_run_summary *summary) {
  msw_arena arena = {0};
  const msw_notes notes = msw_stand_ins_of_plan(summary->plan, summary->tables, &arena);
  for (size_t i_note = 0; i_note < notes.n; i_note++) msw_log("WARNING: %s", notes.items[i_note]);
  msw_arena_free(&arena);
}

void msw_run_summary_print(const msw_run_summary *summary) {
  msw_block_counts sum = sum_blocks(summary);
  char bytes[TEXT_BYTES];
  print_cells(summary, &sum);
  print_time(summary);
  print_flags(&sum, summary->plan->n_cells);
  print_constraints(summary);
  print_stand_ins(summary);
  if (cells_with(&sum, MSW_FLAG_MFU_COLUMN_OFF) > 0)
    msw_warn_mfu_columns(summary->tables->sets, summary->tables->n_sets);
  msw_log("%s: %s", summary->path, msw_human_bytes((double)summary->stored_bytes, bytes, sizeof bytes));
}
