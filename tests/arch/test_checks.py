#!/usr/bin/env python3
"""The architecture checks find what they look for: a small tree that is in order, and one fault at a time."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOOD = {
    "include/msw/base/a.h": "/* a */\n#ifndef A\n#define A\nint msw_a(void);\n#endif\n",
    "include/msw/formats/f.h": "/* f */\n#ifndef F\n#define F\n#include \"msw/base/a.h\"\n#endif\n",
    "include/msw/inputs/i.h": "/* i */\n#ifndef I\n#define I\n#include \"msw/base/a.h\"\n#endif\n",
    "include/msw/perf/p.h": "/* p */\n#ifndef P\n#define P\n#include \"msw/inputs/i.h\"\n#endif\n",
    "src/perf/p.c": "/* p */\n#include \"msw/perf/p.h\"\nstatic const double bytes_per_kib = 1024.0;\n"
                    "static const double limits[] = {\n  1, 1e9};\nenum { N = 1024 };\n"
                    "int msw_p(void) {\n  /* sprintf( TODOs 1024 */\n  const char *s = \"gets(1e9)\";\n  return N + (s && bytes_per_kib > limits[0]);\n}\n",
    "src/perf/CMakeLists.txt": "msw_layer(perf SOURCES p.c)\n",
    "src/formats/f.c": "/* f */\n#include <cjson/cJSON.h>\n#include \"msw/formats/f.h\"\n",
    "src/formats/CMakeLists.txt": "msw_layer(formats SOURCES f.c)\n",
}
LONG_FUNCTION = "/* p */\nint msw_p(\n    void)\n{\n" + "  ;\n" * 60 + "}\n"
FAULTS = {
    "layers": [
        ("src/perf/p.c", "/* p */\n#include \"msw/grid/g.h\"\n"),
        ("src/perf/p.c", "/* p */\n#include \"msw/perf/missing.h\"\n"),
        ("src/perf/p.c", "/* p */\n#include <hdf5.h>\n"),
        ("src/perf/p.c", "/* p */\n#include \"msw/formats/f.h\"\n"),
        ("include/msw/inputs/i.h", "/* i */\n#include \"msw/formats/f.h\"\n"),
        ("include/msw/base/a.h", "/* a */\n#include \"msw/formats/f.h\"\n"),
        ("src/util/u.c", "/* u */\n"),
    ],
    "style": [
        ("src/perf/p.c", "/* p */\nint f(char *s) { return sprintf(s, \"\"); }\n"),
        ("src/perf/p.c", "/* p */\nint f(char *s) { return atoi (s); }\n"),
        ("src/perf/p.c", "/* p */\n/* TODO: more */\n"),
        ("src/perf/p.c", "/* p */\nint f(int n) { return n * 1024; }\n"),
        ("src/perf/p.c", "/* p */\ndouble f(double s) { const double t = s; return t / 1e9; }\n"),
        ("src/perf/p.c", "/* p */\ndouble f(const double *s) {\n  return *s * 1024.0;\n}\n"),
        ("src/perf/p.c", "int no_comment;\n"),
        ("src/perf/p.c", "/* p */\n" + "int x;\n" * 400),
        ("src/perf/p.c", LONG_FUNCTION),
        ("src/perf/util.c", "/* u */\n"),
    ],
    "listed": [("src/perf/forgotten.c", "/* f */\n"), ("src/perf/CMakeLists.txt", "# p.c\n"), ("src/new/n.c", "/* n */\n")],
    "headers": [
        ("include/msw/base/a.h", "/* a */\n#ifndef A\n#define A\nsize_t msw_a(void);\n#endif\n"),
        ("include/msw/base/a.h", "/* a */\nstruct twice { int a; };\n"),
        ("include/msw/base/a.h", "/* a */\n#ifndef A\n#define A\nstatic inline int f(double d) { return d; }\n#endif\n"),
    ],
}


def run(check, files):
    """Exit status of a check on a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        command = [sys.executable, HERE / f"check_{check}.py", root]
        command += ["-Wall", "-Wconversion"] if check == "headers" else []
        return subprocess.run(command, capture_output=True, check=False).returncode


class Checks(unittest.TestCase):
    """Each check on the good tree, and on it with one file replaced."""

    def test_the_good_tree(self):
        for check in FAULTS:
            self.assertIn(run(check, GOOD), (0, 77), check)

    def test_each_fault(self):
        for check, faults in FAULTS.items():
            for name, text in faults:
                with self.subTest(check=check, name=name, text=text[:60]):
                    self.assertIn(run(check, {**GOOD, name: text}), (1, 77))


if __name__ == "__main__":
    unittest.main()
