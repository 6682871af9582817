/* Where libyaml's marks are in the text. */
#include "yaml_reading.h"

enum { CONTINUATION_MASK = 0xC0, CONTINUATION = 0x80 };

/* Behind the character at `at`; the text is well-formed UTF-8. */
static size_t behind(const msw_json_source *source, size_t at) {
  for (at++; at < source->len && ((unsigned char)source->text[at] & CONTINUATION_MASK) == CONTINUATION;) at++;
  return at;
}

void msw_yaml_go(msw_yaml_place *place, const msw_json_source *source, size_t index) {
  if (index < place->index) *place = (msw_yaml_place){.line = 1};
  for (; place->index < index && place->offset < source->len; place->index++) {
    bool ends_line = source->text[place->offset] == '\n';
    place->offset = behind(source, place->offset);
    if (!ends_line) continue;
    place->line++;
    place->line_start = place->offset;
  }
}

msw_loc msw_yaml_loc(msw_yaml_place *place, const msw_json_source *source, yaml_mark_t mark) {
  msw_yaml_go(place, source, mark.index);
  return (msw_loc){source->file, place->line, (int)(place->offset - place->line_start) + 1};
}
