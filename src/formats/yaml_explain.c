/* Says in our words what libyaml refused. */
#include <string.h>

#include "msw/base/str.h"
#include "source_text.h"
#include "yaml_reading.h"

/* Which of libyaml's two marks shows the mistake, and what of the text is worth showing there. */
typedef enum { AT_PROBLEM, AT_CONTEXT } place_kind;
typedef enum { ALONE, WITH_FOUND } shown_kind;

typedef struct {
  const char *context, *problem;   /* how libyaml's words begin; "": any */
  place_kind where;
  shown_kind shown;
  const char *message, *hint;      /* of our own */
} explanation;

#define QUOTES "a text that begins with such a character needs quotes"
#define IN_FLOW "a text with , [ ] { } or a colon and a blank needs quotes in it"
#define TAB "a tab cannot indent"
#define INDENT "YAML is indented with blanks"
#define CANNOT_START "found character that cannot start any token"

/* The first that fits counts. */
static const explanation EXPLANATIONS[] = {
  {"while scanning an alias", "", AT_CONTEXT, ALONE, "'*' begins an alias, a name of letters, digits, _ and -",
   "a text that begins with * needs quotes"},
  {"while scanning an anchor", "", AT_CONTEXT, ALONE, "'&' begins an anchor, a name of letters, digits, _ and -",
   "a text that begins with & needs quotes"},
  {"while scanning a tag", "", AT_CONTEXT, ALONE, "'!' begins a tag", "a text that begins with ! needs quotes"},
  {"while parsing a tag", "", AT_CONTEXT, ALONE, "'!' begins a tag", "a text that begins with ! needs quotes"},
  {"while scanning a directive", "", AT_CONTEXT, ALONE, "'%' begins a directive, and this is none",
   "a text that begins with % needs quotes"},
  {"while scanning a block scalar", "found a tab", AT_PROBLEM, ALONE, TAB, INDENT},
  {"while scanning a block scalar", "", AT_CONTEXT, ALONE, "'|' or '>' begins a text of several lines, and this is none",
   QUOTES},
  {"", "found undefined tag handle", AT_PROBLEM, ALONE, "'!' begins a tag", "a text that begins with ! needs quotes"},
  {"", "found a tab", AT_PROBLEM, ALONE, TAB, INDENT},
  {"", CANNOT_START, AT_PROBLEM, WITH_FOUND, "expected a value", QUOTES},
  {"", "mapping values are not allowed", AT_PROBLEM, ALONE, "a colon is out of place here",
   "keys begin in one column and end with a colon and a blank; a text with a colon and a blank in it needs quotes"},
  {"", "mapping keys are not allowed", AT_PROBLEM, ALONE, "'?' is out of place here", QUOTES},
  {"", "block sequence entries are not allowed", AT_PROBLEM, ALONE, "'-' is out of place here",
   "the items of a list have lines of their own; a text that begins with a dash and a blank needs quotes"},
  {"while scanning a simple key", "", AT_CONTEXT, ALONE, "expected a key with a colon and a blank behind it", NULL},
  {"while parsing a block mapping", "did not find expected key", AT_PROBLEM, WITH_FOUND, "expected the object's next key",
   "keys of one object begin in one column, and nothing follows a closing quote or bracket"},
  {"while parsing a block collection", "", AT_PROBLEM, WITH_FOUND, "expected '-', the list's next item",
   "items of one list begin in one column, and nothing follows a closing quote or bracket"},
  {"while parsing a flow sequence", "", AT_PROBLEM, WITH_FOUND, "expected ',' or ']'", IN_FLOW},
  {"while parsing a flow mapping", "", AT_PROBLEM, WITH_FOUND, "expected ',' or '}'", IN_FLOW},
  {"while parsing a", "did not find expected node content", AT_PROBLEM, WITH_FOUND, "expected a value", QUOTES},
  {"while scanning a quoted scalar", "found unexpected end of stream", AT_CONTEXT, ALONE, "this text in quotes does not end",
   "close it with the quote that it began with"},
  {"while scanning a quoted scalar", "found unexpected document indicator", AT_PROBLEM, ALONE,
   "a text in quotes holds a line of --- or ...", "is its closing quote missing?"},
  {"while parsing a quoted scalar", "found unknown escape", AT_PROBLEM, ALONE, "unknown escape in a text in double quotes",
   "a backslash is written \\\\, and in single quotes \\"},
  {"while parsing a quoted scalar", "did not find expected hexdecimal", AT_PROBLEM, ALONE,
   "\\x, \\u and \\U need two, four and eight hexadecimal digits", NULL},
  {"while parsing a quoted scalar", "found invalid Unicode", AT_PROBLEM, ALONE, "this escape is no character of Unicode",
   "a character beyond U+FFFF is written \\U and eight digits"},
  {"while scanning a plain scalar", "found unexpected ':'", AT_PROBLEM, ALONE, "a colon is out of place here",
   "a text with a colon before , [ ] { or } needs quotes"},
  {"", "did not find expected <document start>", AT_PROBLEM, WITH_FOUND, "expected the end of the document", NULL},
  {"", "found incompatible YAML document", AT_PROBLEM, ALONE, "expected YAML 1.1 or 1.2", NULL},
};

/* libyaml says nothing at all (NULL) where it has no context. */
static bool begins(const char *said, const char *beginning) { return msw_starts_with(said ? said : "", beginning); }

static const explanation *find(const yaml_parser_t *parser) {
  for (size_t i = 0; i < sizeof EXPLANATIONS / sizeof *EXPLANATIONS; i++)
    if (begins(parser->context, EXPLANATIONS[i].context) && begins(parser->problem, EXPLANATIONS[i].problem))
      return &EXPLANATIONS[i];
  return NULL;
}

/* What stands at an offset: its character; blanks and line ends mean that the line is over. */
static const char *found(msw_arena *scratch, const msw_json_source *source, size_t at) {
  if (at >= source->len) return "the end of the document";
  if (source->text[at] == '\t') return "a tab";
  if (strchr(" \r\n", source->text[at])) return "the end of the line";
  return msw_text_char(scratch, source->text + at, source->len - at);
}

/* A list or object in brackets that libyaml was reading: where it begins says more. */
static const char *with_beginning(msw_arena *scratch, const msw_json_source *source, msw_yaml_place *place,
                                  const yaml_parser_t *parser, const char *hint) {
  bool is_list = begins(parser->context, "while parsing a flow sequence");
  if (!is_list && !begins(parser->context, "while parsing a flow mapping")) return hint;
  msw_yaml_go(place, source, parser->problem_mark.index);
  bool may_be_text = place->offset < source->len && !strchr("]}", source->text[place->offset]);
  msw_loc loc = msw_yaml_loc(place, source, parser->context_mark);
  return msw_format(scratch, "the %s that begins at %d:%d is not closed%s%s", is_list ? "list" : "object", loc.line, loc.col,
                    may_be_text ? ", or " : "", may_be_text ? hint : "");
}

/* Characters that YAML does not allow; control characters below the blank have been refused before. */
static void explain_reader(msw_json_source *source, const yaml_parser_t *parser) {
  size_t at = parser->problem_offset < source->len ? parser->problem_offset : source->len;
  msw_json_fault(source, msw_text_loc(source->file, source->text, at), NULL, "character U+%04X is not allowed in YAML",
                 (unsigned)parser->problem_value);
}

/* A file of JSON with comments that begins with one, and only its name says YAML. */
static bool explain_comment(msw_json_source *source) {
  size_t at = strspn(source->text, " \r\n");
  if (!msw_starts_with(source->text + at, "//") && !msw_starts_with(source->text + at, "/*")) return false;
  msw_json_fault(source, msw_text_loc(source->file, source->text, at), NULL, "comments of YAML begin with #");
  return true;
}

void msw_yaml_explain(msw_json_source *source, msw_yaml_place *place, const yaml_parser_t *parser) {
  if (parser->error == YAML_READER_ERROR) {
    explain_reader(source, parser);
    return;
  }
  if (explain_comment(source)) return;
  msw_arena scratch = {0};
  const explanation *e = find(parser), other = {"", "", AT_PROBLEM, ALONE, parser->problem, parser->context};
  if (!e) e = &other;
  const char *hint = with_beginning(&scratch, source, place, parser, e->hint), *message = e->message;
  msw_loc loc = msw_yaml_loc(place, source, e->where == AT_CONTEXT ? parser->context_mark : parser->problem_mark);
  if (begins(parser->problem, CANNOT_START) && source->text[place->offset] == '\t') {
    message = TAB;
    hint = INDENT;
  } else if (e->shown == WITH_FOUND) {
    message = msw_format(&scratch, "%s, found %s", message, found(&scratch, source, place->offset));
    if (place->offset == source->len && hint == e->hint) hint = NULL;   /* it speaks of what stands there */
  }
  msw_json_fault(source, loc, hint, "%s", message);
  msw_arena_free(&scratch);
}
