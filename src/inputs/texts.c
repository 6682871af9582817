/* Texts as numbers, for expressions that compare names. */
#include <stdlib.h>

#include "msw/base/str.h"
#include "msw/inputs/expr.h"

double msw_texts_id(msw_texts *texts, const char *text) {
  size_t id = 0;
  while (id < texts->n && !msw_equal_nocase(texts->texts[id], text)) id++;
  if (id == texts->n) {
    texts->texts = msw_grow(texts->texts, &texts->cap, texts->n + 1, sizeof *texts->texts);
    texts->texts[texts->n++] = msw_strdup(&texts->arena, text);
  }
  return (double)id;
}

void msw_texts_free(msw_texts *texts) {
  free((void *)texts->texts);
  msw_arena_free(&texts->arena);
  *texts = (msw_texts){0};
}
