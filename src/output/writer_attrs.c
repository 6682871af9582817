/* Attributes by the table. */
#include <ctype.h>
#include <string.h>

#include "writer_parts.h"

#include "msw/base/str.h"

msw_status msw_write_text_attrs(msw_h5 object, const msw_text_attr *attrs, size_t n, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < n && status == MSW_OK; i_attr++) {
    const msw_text_attr *attr = &attrs[i_attr];
    if (attr->value && attr->value[0]) status = msw_h5_attr_text(object, attr->name, attr->value, diag);
  }
  return status;
}

size_t msw_flags_in_use(const msw_spec_block *spec) {
  _Static_assert(MSW_FLAG_CONSTRAINT(0) == (msw_flags)1u << MSW_N_FLAGS, "bits of constraints follow the known ones");
  return MSW_N_FLAGS + spec->n_constraints;
}

/* A constraint's name as one word: what is not a letter, digit or one of ._- becomes an underscore. */
static const char *constraint_word(const char *name, msw_arena *arena) {
  char *word = msw_format(arena, "%s", name);
  for (char *c = word; *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr("._-", *c)) *c = '_';
  return word;
}

const char *msw_flag_meanings(const msw_spec_block *spec, msw_arena *arena) {
  const char *meanings = "";
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    meanings = msw_format(arena, "%s%s%s", meanings, i_flag ? " " : "", msw_flag_table[i_flag].name);
  for (size_t i = 0; i < spec->n_constraints; i++)
    meanings = msw_format(arena, "%s not:%s", meanings, constraint_word(spec->constraints[i].name, arena));
  return meanings;
}
