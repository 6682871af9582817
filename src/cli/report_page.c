/* The page that a report is put into: found, filled, written. */
#include <stdlib.h>
#include <string.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/packed.h"
#include "report.h"

#ifndef MSW_DATA_PREFIX
#error "MSW_DATA_PREFIX, the installed data root, comes from src/cli/CMakeLists.txt"
#endif

static const char marker[] = "@REPORT_DATA@";
static const char how_to_make[] = "scripts/report_page makes it, once, with the charting library from the npm registry";
enum { MOST_PAGE_BYTES = 64 << 20 };

static const char *first_that_is_there(const msw_data_root *data, msw_arena *arena) {
  const char *root = data ? data->root : ".";
  const char *const places[] = {msw_join_path(arena, root, "build/report/page.html"), msw_join_path(arena, root, "report.html"),
                                MSW_DATA_PREFIX "/report.html"};
  for (size_t i_place = 0; i_place < sizeof places / sizeof places[0]; i_place++)
    if (msw_is_file(places[i_place])) return places[i_place];
  return NULL;
}

static const char *place_of(const char *named, const msw_data_root *data, msw_arena *arena) {
  const char *from_environment = getenv("MFUSWEEP_REPORT_PAGE");
  if (named) return named;
  if (from_environment && from_environment[0]) return from_environment;
  return first_that_is_there(data, arena);
}

msw_status msw_report_find_page(const char *named, const msw_data_root *data, msw_arena *arena, msw_diag *diag,
                                const char **page, const char **path) {
  char *text = NULL;
  size_t len = 0;
  *path = place_of(named, data, arena);
  if (!*path) {
    msw_error(diag, (msw_loc){0}, NULL, how_to_make,
              "the report's page is missing: there is neither %s/build/report/page.html nor %s/report.html",
              data ? data->root : ".", MSW_DATA_PREFIX);
    return MSW_BAD_INPUT;
  }
  msw_status status = msw_read_file(*path, MOST_PAGE_BYTES, arena, diag, &text, &len);
  if (status != MSW_OK) return status;
  *page = text;
  if (strlen(text) == len && strstr(text, marker)) return MSW_OK;
  msw_error(diag, (msw_loc){.file = *path}, NULL, how_to_make, "is no page for reports: '%s' stands nowhere in it", marker);
  return MSW_BAD_INPUT;
}

msw_status msw_report_write(const char *page, const msw_json *document, const char *path, msw_diag *diag, size_t *n_bytes) {
  msw_buf json = {0}, html = {0};
  const char *at = strstr(page, marker);
  msw_json_write(document, 0, &json);
  msw_buf_add_n(&html, page, (size_t)(at - page));
  msw_json_for_html(json.text, &html);
  msw_buf_add(&html, at + strlen(marker));
  *n_bytes = html.len;
  msw_status status = msw_write_file_atomic(path, html.text, html.len, diag);
  msw_buf_free(&json);
  msw_buf_free(&html);
  return status;
}
