/* What may stand as an option's value or an operand, as far as that is known: for completion. It follows from what stands for
 * the value in the help ("OUT.h5", "none|deflate", "KNOB=VALUE"), seldom from the option's name, so that option tables need
 * not say it again.
 */
#ifndef MSW_CLI_OPT_HINT_H
#define MSW_CLI_OPT_HINT_H

#include "opt.h"

typedef enum {
  MSW_HINT_NOTHING,
  MSW_HINT_FILE,      /* `what`: suffixes, blanks between them; none: any file */
  MSW_HINT_FOLDER,
  MSW_HINT_WORDS,     /* `what`: "none|deflate" */
  MSW_HINT_NAMES      /* `what`: a list of names.h */
} msw_hint_kind;

typedef struct {
  msw_hint_kind kind;
  const char *what;
  bool repeats;       /* several, with commas between them */
  bool is_assigned;   /* NAME=VALUE */
} msw_opt_hint;

/* `command` is the command's name. */
msw_opt_hint msw_opt_hint_of(const char *command, const msw_opt *opt);

#endif
