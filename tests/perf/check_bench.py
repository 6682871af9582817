#!/usr/bin/env python3
"""The benchmark runs in every part and tells what it cannot measure; its table says what its JSON says. Nothing is timed.

    check_bench.py BENCH TABLE; exit 0 passed, 1 failed.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BENCH, TABLE = sys.argv[1:3]
PARTS = ("fill", "eval", "threads", "bind", "plan", "run", "compress", "merge")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Bench(unittest.TestCase):
    """A run of one round on the smallest buffers."""

    def test_every_part(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.json"
            done = run(BENCH, "--anyway", "--pairs", "1", "--gib", "0.0001", "--threads", "2", "--dir", folder, "--json", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual([entry.name for entry in Path(folder).iterdir()], ["bench.json"])
            report = json.loads(path.read_text(encoding="utf-8"))
            table = run(TABLE, path)
        self.assertEqual(table.returncode, 0, table.stderr)
        measured = {row["part"] for row in report["rows"]}
        self.assertEqual(measured | {gap["part"] for gap in report["missing"]}, set(PARTS))
        for part in ("fill", "eval", "threads", "bind", "plan"):
            self.assertIn(part, measured)
        for row in report["rows"]:
            self.assertIsInstance(row["median"], (int, float), row)
            self.assertIn(f"| {row['subject']} | {row['metric']} |", table.stdout)
        for gap in report["missing"]:
            self.assertNotIn("without a number", gap["why"])
            self.assertIn(gap["why"], table.stdout)

    def test_json_on_standard_output(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run(BENCH, "--anyway", "--pairs", "2", "--gib", "0.0001", "--only", "fill", "--cpu-clock", "--dir", folder)
        report = json.loads(done.stdout)
        self.assertEqual({row["part"] for row in report["rows"]}, {"fill"})
        self.assertEqual(report["options"]["one_thread_clock"], "cpu")

    def test_mistakes(self):
        for arguments, said in ((["--only", "fill,evil"], "there is no part 'evil'"), (["--pairs", "0"], "--pairs needs"),
                                (["--gib", "much"], "'much' is no size"), (["more"], "'more' is no option"), (["--no"], "--no")):
            done = run(BENCH, *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(said, done.stderr)


class Table(unittest.TestCase):
    """Markdown of a made report."""

    def row(self, **changes):
        return {"part": "eval", "series": "s", "subject": "a", "metric": "m", "unit": "1", "median": 0.95, "min": 0.9, "max": 1.0,
                "p90": 1.0, "n": 7, **changes}

    def table(self, rows, missing=()):
        report = {"layout": 1, "build": {"version": "1", "commit": "c", "compiler": "gcc", "type": "Release"},
                  "machine": {"cpu": "x", "cpus": 2, "l3_bytes": 2**20, "kernel": "k"},
                  "options": {"pairs": 7, "bytes": 2**30, "threads": 2, "one_thread_clock": "wall"}, "load_at_start": 0.5, "load_at_end": None,
                  "rows": rows, "missing": list(missing)}
        return subprocess.run([TABLE, "-"], input=json.dumps(report), capture_output=True, text=True, check=True).stdout

    def test_targets(self):
        said = self.table([self.row(at_least=0.9, met=True), self.row(subject="b", median=0.5, at_least=0.9, met=False),
                           self.row(metric="t", unit="ms", n=1, median=12345.0, at_most=10, met=False)])
        self.assertIn("| eval | s | m | ≥ 0.9 | 0.5 (0.9 to 1) | worst of 2: b | met by 1, **missed** by 1 |\n", said)
        self.assertIn("| eval | s | t | ≤ 10 ms | 12.3 k ms | a | **missed** |\n", said)
        self.assertIn("1 GiB; medians (smallest to largest) of 7 interleaved rounds; load 0.5 at the start, ? at the end.", said)

    def test_met_by_all(self):
        said = self.table([self.row(at_most=1, met=True), self.row(subject="b", at_most=1, met=True, median=0.99)])
        self.assertIn("| ≤ 1 | 0.99 (0.9 to 1) | worst of 2: b | met |\n", said)

    def test_figures_and_gaps(self):
        said = self.table([self.row(median=2.5e9, min=2e9, max=3e9, unit="cells/s")],
                          [{"part": "run", "series": "r", "subject": "whole", "why": "no room"}])
        self.assertIn("### eval: s\n\n| who | what | measured | rounds |\n|---|---|---|---|\n"
                      "| a | m | 2.5 G cells/s (2 G to 3 G) | 7 |\n", said)
        self.assertIn("| run | r | whole | no room |\n", said)

    def test_no_report(self):
        for text in ("{}", "[]", "{"):
            done = subprocess.run([TABLE, "-"], input=text, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("bench_table: -: ", done.stderr)
        self.assertEqual(run(TABLE, "/nowhere.json").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
