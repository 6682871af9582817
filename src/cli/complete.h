/* Completion: what may stand where the cursor is. The scripts of `mfusweep completion` ask for it at every TAB, through the
 * hidden command __complete, so that they need to know nothing themselves.
 */
#ifndef MSW_CLI_COMPLETE_H
#define MSW_CLI_COMPLETE_H

#include "context.h"

/* `words` are those behind "mfusweep", the last one, perhaps empty, being the one at the cursor. Prints to `out`, first a line
 * of one of these forms, then a line "WORD<TAB>a few words" for each candidate:
 *   words             the candidates that follow; one that ends in = or , is not finished
 *   files [SUFFIX…]   files, those with these suffixes first; behind the = of a word --option=…
 *   folders           likewise
 */
void msw_complete(size_t n_words, char *const *words, msw_context *ctx, FILE *out);

#endif
