/* One measured step: its cells, whether they fit each other, and the step that stands for it. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "measured_parts.h"
#include "msw/base/str.h"
#include "time_cell.h"

static const int64_t MAX_TP = 65536, MAX_REQUESTS = 1000000;
static const double MAX_TOKENS = 1e12;   /* of all requests together */
static const double MAX_OBS = 1e12;
enum { MAX_NAME_BYTES = 255 };           /* of a GPU, a model, an engine: all are file names, too */

typedef struct {
  const msw_csv *csv;
  size_t i_row;
  const int *columns;
  msw_diag *diag;
  bool is_good;
} row_reader;

static const char *text_of(const row_reader *reader, msw_measured_given column) {
  return msw_csv_cell(reader->csv, reader->i_row, reader->columns[column]);
}

/* Messages repeat names: one that is a file by mistake would bury them. */
static const char *name_of(row_reader *reader, msw_measured_given column, bool is_required) {
  const char *name = text_of(reader, column);
  const msw_loc loc = msw_csv_loc(reader->csv, reader->i_row);
  size_t n_bytes = strlen(name);
  if (n_bytes == 0 && is_required)
    msw_error(reader->diag, loc, msw_measured_names[column], NULL, "is empty, expected a name");
  if (n_bytes <= MAX_NAME_BYTES) return name;
  msw_error(reader->diag, loc, msw_measured_names[column], NULL, "has %zu bytes, expected a name of %d at most", n_bytes,
            MAX_NAME_BYTES);
  return "";
}

static msw_dtype dtype_of(row_reader *reader, msw_measured_given column) {
  const char *text = text_of(reader, column);
  msw_dtype dtype = MSW_DTYPE_NONE;
  if (text[0] == '\0' || msw_dtype_parse(text, &dtype)) return dtype;
  msw_arena scratch = {0};
  msw_error(reader->diag, msw_csv_loc(reader->csv, reader->i_row), msw_measured_names[column],
            "bf16, fp16, fp32, fp8, int8, fp4, or empty", "unknown number format %s",
            msw_csv_shown(&scratch, reader->csv, reader->i_row, reader->columns[column]));
  msw_arena_free(&scratch);
  return MSW_DTYPE_NONE;
}

static double number_of(row_reader *reader, msw_measured_given column, double min, double max) {
  double number = 0.0;
  if (!msw_csv_number(reader->csv, reader->i_row, reader->columns[column], min, max, reader->diag, &number))
    reader->is_good = false;
  return number;
}

static double count_of(row_reader *reader, msw_measured_given column) {
  int64_t count = 0;
  if (!msw_csv_int(reader->csv, reader->i_row, reader->columns[column], 0, MAX_REQUESTS, reader->diag, &count))
    reader->is_good = false;
  return (double)count;
}

/* Tokens need requests that have them. */
static void check_tokens(row_reader *reader, msw_measured_given tokens, double n_tok, const char *of, double requests) {
  if (!reader->is_good || requests > 0.0 || !(n_tok > 0.0)) return;
  msw_error(reader->diag, msw_csv_loc(reader->csv, reader->i_row), msw_measured_names[tokens], NULL,
            "is %.15g, but %s is 0", n_tok, of);
}

static void read_decode(row_reader *reader, msw_arena *arena, msw_step *step) {
  const double requests = count_of(reader, MSW_MEASURED_DECODE_REQUESTS);
  const double kv_tok = number_of(reader, MSW_MEASURED_DECODE_KV_TOKENS, 0.0, MAX_TOKENS);
  check_tokens(reader, MSW_MEASURED_DECODE_KV_TOKENS, kv_tok, "decode_requests", requests);
  if (!reader->is_good || !(requests > 0.0)) return;
  msw_decode_group *group = msw_arena_alloc(arena, sizeof *group);
  *group = (msw_decode_group){requests, kv_tok / requests};
  step->decode = group;
  step->n_decode = 1;
}

static void read_prefill(row_reader *reader, msw_arena *arena, msw_step *step) {
  const double requests = count_of(reader, MSW_MEASURED_PREFILL_REQUESTS);
  const double new_tok = number_of(reader, MSW_MEASURED_PREFILL_TOKENS, 0.0, MAX_TOKENS);
  const double cached_tok = number_of(reader, MSW_MEASURED_PREFILL_CACHED_TOKENS, 0.0, MAX_TOKENS);
  check_tokens(reader, MSW_MEASURED_PREFILL_TOKENS, new_tok, "prefill_requests", requests);
  check_tokens(reader, MSW_MEASURED_PREFILL_CACHED_TOKENS, cached_tok, "prefill_requests", requests);
  if (!reader->is_good || !(requests > 0.0)) return;
  if (new_tok < requests)
    msw_error(reader->diag, msw_csv_loc(reader->csv, reader->i_row), "prefill_tokens", NULL,
              "is %.15g, expected one for each of the %.15g prefill_requests at least", new_tok, requests);
  msw_prefill_group *group = msw_arena_alloc(arena, sizeof *group);
  *group = (msw_prefill_group){requests, cached_tok / requests, new_tok / requests};
  step->prefill = group;
  step->n_prefill = 1;
}

void msw_measured_read_row(const msw_csv *csv, size_t i_row, const int columns[MSW_N_MEASURED_COLUMNS], msw_arena *arena,
                           msw_diag *diag, msw_measured_row *row) {
  row_reader reader = {csv, i_row, columns, diag, true};
  row->loc = msw_csv_loc(csv, i_row);
  row->source = text_of(&reader, MSW_MEASURED_SOURCE);
  row->engine = name_of(&reader, MSW_MEASURED_ENGINE, false);
  row->gpu = name_of(&reader, MSW_MEASURED_GPU, true);
  row->model = name_of(&reader, MSW_MEASURED_MODEL, true);
  msw_csv_int(csv, i_row, columns[MSW_MEASURED_TP], 1, MAX_TP, diag, &row->tp);
  row->weight_dtype = dtype_of(&reader, MSW_MEASURED_WEIGHT_DTYPE);
  row->kv_dtype = dtype_of(&reader, MSW_MEASURED_KV_DTYPE);
  msw_read_time_us(csv, i_row, columns[MSW_MEASURED_LATENCY_US], 1.0, diag, &row->latency_us);
  row->n_obs = number_of(&reader, MSW_MEASURED_N_OBS, 1.0, MAX_OBS);
  reader.is_good = true;   /* a bad latency says nothing of the requests */
  read_decode(&reader, arena, &row->step);
  read_prefill(&reader, arena, &row->step);
  if (reader.is_good && row->step.n_decode + row->step.n_prefill == 0)
    msw_error(diag, row->loc, NULL, NULL, "decode_requests and prefill_requests are both 0, expected one request at least");
  row->phase = row->step.n_decode == 0 ? MSW_PREFILL : row->step.n_prefill == 0 ? MSW_DECODE : MSW_MIXED;
}

const char *msw_measured_step_text(const msw_step *step, msw_arena *arena) {
  const char *text = "";
  if (step->n_decode > 0) text = msw_format(arena, "%.15g*%.6g", step->decode[0].count, step->decode[0].kv_len);
  if (step->n_prefill == 0) return text;
  const msw_prefill_group *group = &step->prefill[0];
  return msw_format(arena, "%s%s%.15g*%.6g:%.6g", text, text[0] ? " + " : "", group->count, group->cached_len,
                    group->new_len);
}
