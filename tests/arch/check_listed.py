#!/usr/bin/env python3
"""Every .c file stands in the CMakeLists.txt of its folder: nothing is left out of a build unnoticed.

    check_listed.py ROOT
"""

import re
import sys
from pathlib import Path


def is_listed(path, text):
    """By file name, or for tests and fuzz drivers by the module that follows test_ or fuzz_."""
    words = set(re.findall(r"[\w./-]+", text))
    return path.name in words or path.stem.removeprefix("test_").removeprefix("fuzz_") in words


def main():
    root = Path(sys.argv[1]).resolve()
    paths = sorted([*root.glob("src/**/*.c"), *root.glob("tests/**/*.c")])
    problems = []
    for path in paths:
        lists = path.parent / "CMakeLists.txt"
        text = re.sub(r"#.*", "", lists.read_text(encoding="utf-8")) if lists.is_file() else ""
        if not is_listed(path, text):
            problems.append(f"{path.relative_to(root)} is in no CMakeLists.txt of its folder")
    print("\n".join(problems) or f"{len(paths)} files are listed")
    return 1 if problems or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
