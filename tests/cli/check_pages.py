#!/usr/bin/env python3
"""What the tool prints of itself: the documents made of it, and the manual page.

    check_pages.py MFUSWEEP SOURCE documents|manual
    check_pages.py MFUSWEEP SOURCE --update           writes the documents
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

DOCUMENTS = {"docs/commands.md": ["help", "--markdown"], "docs/sweep.schema.json": ["schema"]}


def printed(tool, *words):
    return subprocess.run([tool, *words], check=True, capture_output=True, text=True, encoding="utf-8").stdout


def check_documents(tool, source):
    for name, words in DOCUMENTS.items():
        path = source / name
        if not path.is_file() or path.read_text(encoding="utf-8") != printed(tool, *words):
            sys.exit(f"{name} is not what `mfusweep {' '.join(words)}` prints: tests/cli/check_pages.py {tool} {source} --update")


def check_manual(tool):
    if not shutil.which("groff"):
        print("groff is not installed")
        sys.exit(77)
    page = printed(tool, "man")
    if re.search(r"[^\x00-\x7f]", page):
        sys.exit("the manual page has more than ASCII, which not every roff reads")
    said = subprocess.run(["groff", "-ww", "-man", "-z"], input=page, text=True, capture_output=True, check=True)
    if said.stdout or said.stderr:
        sys.exit(f"groff says: {said.stdout}{said.stderr}")
    shown = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou"], input=page, text=True, capture_output=True, check=True).stdout
    words = set(re.findall(r"--[\w-]+|[\w./|-]+", shown))
    for command in printed(tool, "completion", "--list", "commands").split():
        options = re.findall(r"^ +(?:-\w, )?(--[\w-]+)", printed(tool, "help", command), re.MULTILINE)
        missing = [word for word in [command, *options] if word not in words and word != "--help"]
        if missing:
            sys.exit(f"the manual page lacks {missing} of {command}")
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"):
        if f"\n{section}\n" not in shown:
            sys.exit(f"the manual page has no section {section}")


def main():
    tool, source, check = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    if check == "--update":
        for name, words in DOCUMENTS.items():
            (source / name).write_text(printed(tool, *words), encoding="utf-8")
    elif check == "documents":
        check_documents(tool, source)
    else:
        check_manual(tool)


if __name__ == "__main__":
    main()
