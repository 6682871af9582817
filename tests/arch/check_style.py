#!/usr/bin/env python3
"""Sizes of files and functions, words that are not used here, numbers that need a name.

    check_style.py ROOT

Prints what exceeds the aims (300 lines a file, 40 a function); fails beyond the hard stops (400, 60) and for words. Tests,
whose tables may be long, are printed only.
"""

import re
import sys
from pathlib import Path

from source import functions, load

FILE_AIM, FILE_STOP = 300, 400
FUNCTION_AIM, FUNCTION_STOP = 40, 60
BANNED_CALLS = re.compile(r"\b(strtok|strtok_r|sprintf|vsprintf|atoi|atol|atof|alloca|gets|strcpy|strcat)\s*\(")
BANNED_WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
BANNED_FILES = {"util.c", "utils.c", "misc.c", "helpers.c", "common.c"}
RAW_NUMBER = re.compile(r"(?<![\w.])(?:1e9|1024(?:\.0?)?)(?![\w.])")
CONSTANT = re.compile(r"(?:static\s+)?(?:typedef\s+)?enum\b|[\w\s*]*\bconst\b[\w\s*\[\]]*=")
INITIALISER = re.compile(r"(?:[={,(]|\benum\s*\w*)\s*$")


def statement_before(code, offset):
    """The part before `offset` of the declaration or statement that it stands in, initialisers in braces included."""
    at, depth = offset, 0
    while at > 0:
        at -= 1
        if code[at] == "}":
            depth += 1
        elif code[at] == "{" and depth > 0:
            depth -= 1
        elif code[at] == "{" and not INITIALISER.search(code, max(0, at - 200), at):
            return code[at + 1:offset]
        elif code[at] == ";" and depth == 0:
            return code[at + 1:offset]
    return code[:offset]


def is_named(source, offset):
    """True where a number stands in the definition of a constant: const, enum or #define."""
    line = source.code[source.code.rfind("\n", 0, offset) + 1:offset]
    statement = re.sub(r"(?m)^[ \t]*#.*$", "", statement_before(source.code, offset))
    return line.lstrip().startswith("#") or bool(CONSTANT.match(statement.strip()))


def check_sizes(source, problems, notes, is_product):
    """Lines of the file and its functions."""
    n_lines = source.text.count("\n")
    if source.name.endswith(".c") and n_lines > FILE_AIM:
        (problems if is_product and n_lines > FILE_STOP else notes).append(f"{source.name}: {n_lines} lines")
    for name, first, length in functions(source):
        if length > FUNCTION_AIM:
            beyond = is_product and length > FUNCTION_STOP
            (problems if beyond else notes).append(f"{source.name}:{first}: {name} has {length} lines")


def check_words(source, problems, is_product):
    """Banned calls and words; in the product also numbers without a name."""
    for pattern, text in ((BANNED_CALLS, source.code), (BANNED_WORDS, source.text)):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            if is_product or match.group(1) not in ("strcpy", "strcat"):
                problems.append(f"{source.name}:{line}: {match.group(1)}")
    for match in RAW_NUMBER.finditer(source.code) if is_product else ():
        if not is_named(source, match.start()):
            problems.append(f"{source.name}:{source.line_of(match.start())}: {match.group(0)} without a name")
    if source.path.name in BANNED_FILES:
        problems.append(f"{source.name}: a file is named after one idea")


def main():
    root = Path(sys.argv[1]).resolve()
    product = load(root, "src/**/*.[ch]", "include/**/*.h")
    tests = load(root, "tests/**/*.[ch]")
    problems, notes = [], []
    for source in product + tests:
        check_sizes(source, problems, notes, source in product)
        check_words(source, problems, source in product)
    for source in product:
        if not source.text.startswith("/*"):
            problems.append(f"{source.name}: does not begin by saying what it is for")
    print("\n".join(f"longer than we aim for: {note}" for note in notes))
    print("\n".join(problems) or f"{len(product)} sources and {len(tests)} of tests are in order")
    return 1 if problems or not product else 0


if __name__ == "__main__":
    sys.exit(main())
