/* libhdf5's error stack, turned into one sentence of the diag. */
#include "h5_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"

void msw_h5_begin(void) {
  /* The exit handler would flush files that we gave up, and crashes after a full disk. The call works only before the
   * library starts and says "no" to all later ones, so its answer tells nothing. */
  (void)H5dont_atexit();
  /* The setting belongs to the calling thread, hence at each call. It cannot fail for the default stack. */
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

typedef struct {
  char text[240];   /* the innermost description */
  int os_error;     /* errno as the file driver quotes it, or 0 */
} cause;

/* Called for each entry of the stack, innermost first. */
static herr_t look_at_entry(unsigned depth, const H5E_error2_t *entry, void *context) {
  (void)depth;
  static const char quote[] = "errno = ";
  cause *found = context;
  if (!entry->desc) return 0;
  const char *quoted = strstr(entry->desc, quote);
  if (quoted && !found->os_error) found->os_error = (int)strtol(quoted + strlen(quote), NULL, 10);
  if (!found->text[0]) snprintf(found->text, sizeof found->text, "%s", entry->desc);
  return 0;
}

static cause find_cause(void) {
  cause found = {0};
  (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_at_entry, &found);   /* a failed walk leaves "no reason" */
  return found;
}

/* The system's reason where there is one (libhdf5's words drown it in pointers and offsets), else libhdf5's own. */
static const char *explain(const cause *found) {
  if (found->os_error == ENOSPC) return "no space left on device";
  if (found->os_error == EDQUOT) return "disk quota exceeded";
  if (found->os_error == EAGAIN) return "another process has the file open";
  if (found->os_error != 0) return strerror(found->os_error);
  return found->text[0] ? found->text : "libhdf5 gives no reason";
}

/* The name of an object's file, in the diag's arena so that it lives as long as the problem. NULL when unknown. */
static const char *file_name(hid_t object, msw_diag *diag) {
  ssize_t len = H5Fget_name(object, NULL, 0);
  if (len <= 0) return NULL;
  char *name = msw_arena_alloc(&diag->arena, (size_t)len + 1);
  return H5Fget_name(object, name, (size_t)len + 1) > 0 ? name : NULL;
}

/* " in /path", or nothing for a file, its root or an object without a name. */
static const char *place(hid_t object, msw_diag *diag) {
  char name[200];
  ssize_t len = H5Iget_type(object) == H5I_FILE ? 0 : H5Iget_name(object, name, sizeof name);
  return len > 1 ? msw_format(&diag->arena, " in %s", name) : "";
}

msw_status msw_h5_fail(hid_t object, msw_diag *diag, const char *what_fmt, ...) {
  cause why = find_cause();   /* first of all: each call below wipes it */
  va_list args;
  va_start(args, what_fmt);
  const char *what = msw_vformat(&diag->arena, what_fmt, args);
  va_end(args);
  msw_loc loc = {.file = file_name(object, diag)};
  msw_fail(diag, loc, "cannot %s%s: %s", what, place(object, diag), explain(&why));
  return MSW_FAILED;
}

msw_status msw_h5_fail_path(const char *path, msw_diag *diag, const char *what) {
  cause why = find_cause();
  msw_loc loc = msw_file_loc(diag, path);
  msw_fail(diag, loc, "cannot %s: %s", what, explain(&why));
  return MSW_FAILED;
}

msw_status msw_h5_refuse(hid_t object, msw_diag *diag, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  const char *text = msw_vformat(&diag->arena, fmt, args);
  va_end(args);
  msw_loc loc = {.file = file_name(object, diag)};
  msw_fail(diag, loc, "%s", text);
  return MSW_FAILED;
}
