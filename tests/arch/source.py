"""C sources as the architecture checks see them: comments and texts blanked out, lines kept."""

import re
from pathlib import Path

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)


def blank(match):
    """The match with everything but newlines and quotes replaced by blanks."""
    text = match.group(0)
    if text[0] in "\"'":
        return text[0] + " " * (len(text) - 2) + text[-1]
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One file: its text, its code without comments and texts, its includes."""

    def __init__(self, root, path):
        self.path, self.name = path, str(path.relative_to(root))
        self.text = path.read_text(encoding="utf-8")
        self.code = TOKEN.sub(blank, self.text)
        self.lines = self.code.split("\n")
        self.includes = [target for _, target in INCLUDE.findall(self.text)]

    def line_of(self, offset):
        """Line number of a place in the code."""
        return self.code.count("\n", 0, offset) + 1


def load(root, *patterns):
    """All sources below the root that match, sorted."""
    paths = sorted({path for pattern in patterns for path in Path(root).glob(pattern)})
    return [Source(root, path) for path in paths]


FUNCTION = re.compile(r"\b([A-Za-z_]\w*)\s*\([^;{}]*\)\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?\{", re.DOTALL)


def functions(source):
    """(name, first line, number of lines) of every function definition: from its first line to its last brace."""
    code, at, found = re.sub(r"(?m)^[ \t]*#(?:.*\\\n)*.*$", lambda m: re.sub(r"[^\n]", " ", m.group(0)), source.code), 0, []
    while True:
        brace = code.find("{", at)
        if brace < 0:
            return found
        end, depth = brace, 0
        for end in range(brace, len(code)):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            if depth == 0:
                break
        start = max(code.rfind(";", 0, brace), code.rfind("}", 0, brace)) + 1
        match = FUNCTION.search(code, start, brace + 1)
        if match and match.end() == brace + 1:
            first = source.line_of(start + len(code[start:brace]) - len(code[start:brace].lstrip()))
            found.append((match.group(1), first, source.line_of(end) - first + 1))
        at = end + 1
