/* The one number grammar of the tool, shared by num.c and suffix.c. */
#ifndef MSW_BASE_NUMBER_TEXT_H
#define MSW_BASE_NUMBER_TEXT_H

#include <stddef.h>

/* Characters of `s` that match  -? digits ( . digits )? ( [eE] [+-]? digits )?  or 0. No blanks, '+', hex, nan, inf. */
size_t msw_number_len(const char *s);

#endif
