/* mfusweep schema: the JSON Schema of sweep files. docs/sweep.schema.json is what it prints. */
#include "command.h"
#include "msw/base/str.h"
#include "schema.h"

static const char about[] =
    "Prints the JSON Schema (draft 2020-12) of sweep files, made from the tables of this very build: keys, axes,\n"
    "ranges, methods and their knobs, fields. Editors complete and check sweep files with it (docs/sweep-file.md).";
static const char more[] =
    "Example:\n"
    "  mfusweep schema > sweep.schema.json";

/* A value on one line where it fits there, else its members each on lines of their own. */
static void write_fitting(const msw_json *value, int depth, msw_buf *out) {
  enum { INDENT = 2, WIDTH = 128 };
  msw_buf line = {0};
  msw_json_write(value, 0, &line);
  const bool fits = depth > 0 && line.len + (size_t)(INDENT * depth) <= WIDTH;
  const bool is_object = value->type == MSW_JSON_OBJECT;
  if (fits || !value->first) msw_buf_add(out, line.text);
  else msw_buf_add(out, is_object ? "{" : "[");
  msw_buf_free(&line);
  if (fits || !value->first) return;
  for (const msw_json *child = value->first; child; child = child->next) {
    msw_buf_printf(out, "\n%*s", INDENT * (depth + 1), "");
    if (is_object) msw_buf_printf(out, "\"%s\": ", child->key);   /* ours: nothing in them to escape */
    write_fitting(child, depth + 1, out);
    if (child->next) msw_buf_add(out, ",");
  }
  msw_buf_printf(out, "\n%*s%s", INDENT * depth, "", is_object ? "}" : "]");
}

static msw_status cmd_schema(const void *options, msw_context *ctx) {
  (void)options;
  msw_buf text = {0};
  write_fitting(msw_sweep_schema(&ctx->arena), 0, &text);
  puts(text.text);
  msw_buf_free(&text);
  return MSW_OK;
}

const msw_command msw_command_schema = {
    .name = "schema",
    .summary = "the JSON Schema of sweep files, for editors",
    .table = {.command = "schema", .about = about, .more = more},
    .run = cmd_schema,
};
