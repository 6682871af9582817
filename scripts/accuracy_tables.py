"""Markdown of docs/accuracy.md: tables from figures, and the prose of accuracy_template.md with the figures put in."""
import re
import textwrap

NONE = "–"
WIDTH = 128


def table(header, rows, left=1):
    """A table whose first `left` columns are text and the others numbers."""
    lines = ["| " + " | ".join(header) + " |",
             "|" + "---|" * left + "---:|" * (len(header) - left)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def number(value, digits=2, sign=False):
    if value is None:
        return NONE
    return f"{value:{'+' if sign else ''},.{digits}f}".replace("-", "−")


def pair(figures, first="mape", second="p95", digits=2):
    return f"{number(figures[first], digits)} / {number(figures[second], digits)}" if figures and figures["n"] else NONE


def plain(cell):
    """The numbers of a cell, as written by number()."""
    text = cell.replace("−", "-").replace(",", "").replace("**", "")
    return [float(word) for word in re.findall(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w.])", text)]


def table_lines(text, title):
    """Cells of the rows of the first table after a heading."""
    rows, seen = [], False
    for line in text[text.index(title):].split("\n")[1:]:
        if line.startswith("|"):
            seen = True
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif seen or line.startswith("#"):
            break
    return rows[2:]


def wrapped(text, indent=""):
    """A paragraph in lines of WIDTH; a number and its percent sign stay together."""
    text = " ".join(text.split()).replace(" %", "\u00a0%")
    lines = textwrap.fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    return lines.replace("\u00a0%", " %")


def wrapped_block(block):
    """A block of Markdown between empty lines, prose and lists wrapped."""
    if block.startswith(("#", "|", "!")):
        return block
    items = re.split(r"\n(?=- )", block)
    return "\n".join(wrapped(item, "  " if item.startswith("- ") else "") for item in items)


def fill(template, values):
    """Every {{name}} replaced; a name without a value or a value without a place is an error."""
    names = set(re.findall(r"\{\{(\w+)\}\}", template))
    if names != set(values):
        raise KeyError(f"no figure for {sorted(names - set(values))}, no place for {sorted(set(values) - names)}")
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: str(values[match.group(1)]), template)
    return "\n\n".join(wrapped_block(block) for block in text.rstrip().split("\n\n")) + "\n"
