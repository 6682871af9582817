/* Formulas of an option, separated by commas. */
#ifndef MSW_CLI_FORMULA_LIST_H
#define MSW_CLI_FORMULA_LIST_H

#include "opt.h"

/* Commas inside parentheses, brackets and quotes do not separate. Without blanks around them, empty ones included. */
const char *const *msw_split_formulas(const msw_opt_list *list, msw_arena *arena, size_t *n);
/* The same; a text that is given twice, without regard to case, is an error (false). */
bool msw_split_fields(const msw_opt_list *list, msw_arena *arena, msw_diag *diag, const char *const **texts, size_t *n);

#endif
