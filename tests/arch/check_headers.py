#!/usr/bin/env python3
"""Every header compiles alone, with all warnings, under each compiler at hand.

    check_headers.py ROOT [compiler flags ...]

77: no compiler was found.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COMPILERS = ("gcc", "clang")
NOT_CLANG = {"-Wdouble-promotion", "-Wduplicated-cond", "-Wlogical-op"}  # unknown there, or wrong about NAN
SKIP = 77


def compile_alone(compiler, root, header, flags, folder):
    """Diagnostics of a file that includes nothing but the header; empty when it compiles."""
    public = header.is_relative_to(root / "include")
    name = header.relative_to(root / "include") if public else header.name
    stub = folder / "alone.c"
    stub.write_text(f'#include "{name}"\n#include "{name}"\ntypedef int not_empty;\n', encoding="utf-8")
    local = [] if public else [f"-I{header.parent}"]
    command = [compiler, "-std=c17", "-D_GNU_SOURCE", "-Werror", "-fsyntax-only", *flags, *local, f"-I{root}/include", stub]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def main():
    root = Path(sys.argv[1]).resolve()
    compilers = [compiler for compiler in COMPILERS if shutil.which(compiler)]
    headers = sorted([*root.glob("include/**/*.h"), *root.glob("src/**/*.h")])
    if not compilers:
        print("skipped: neither gcc nor clang")
        return SKIP
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for compiler in compilers:
            flags = [flag for flag in sys.argv[2:] if compiler != "clang" or flag not in NOT_CLANG]
            for header in headers:
                said = compile_alone(compiler, root, header, flags, Path(folder))
                if said:
                    problems.append(f"{header.relative_to(root)} ({compiler}):\n{said}")
    print("\n".join(problems) or f"{len(headers)} headers compile alone with {' and '.join(compilers)}")
    return 1 if problems or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
