"""Runs of mfusweep whose figures docs/accuracy.md shows, and the measured files as rows."""
import csv
import json
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "build" / "release" / "src" / "cli" / "mfusweep"
DATA = ROOT.parent / "shared" / "data"
COUNTS = ("tp", "decode_requests", "decode_kv_tokens", "prefill_requests", "prefill_tokens", "prefill_cached_tokens", "n_obs")


class Failed(Exception):
    """The tool did not do what it was asked to do."""


def phase_of(row):
    return "mixed" if row["decode_requests"] and row["prefill_requests"] else "decode" if row["decode_requests"] else "prefill"


def read_steps(path):
    """Rows of a measured file in its order, counts as integers."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update({name: int(row[name]) for name in COUNTS})
        row["latency_us"] = float(row["latency_us"])
        row["phase"] = phase_of(row)
    return rows


def write_steps(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name != "phase"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


class Runner:
    """The executable with the data root and the folders of kernel tables that its commands get."""

    def __init__(self, tool=TOOL, bench_data=(), root=ROOT):
        self.tool, self.tables, self.root = Path(tool), [str(path) for path in bench_data], Path(root)

    def __call__(self, *words, tables=None):
        command = [str(self.tool), *(str(word) for word in words), "--data-dir", str(self.root)]
        for folder in self.tables if tables is None else tables:
            command += ["--bench-data", str(folder)]
        run = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if run.returncode != 0:
            raise Failed(f"{' '.join(command)}\n{run.stderr}")
        return run.stdout

    def validate(self, measured, methods, by=(), where=None, knobs=None, tables=None):
        """The report of `validate --json`: a dict by method name. Groups get a key, their columns' values."""
        words = ["validate", "--json", "--method", ",".join(methods)]
        for path in measured:
            words += ["--measured", path]
        words += ["--by", ",".join(by)] if by else []
        words += ["--where", where] if where else []
        for name, value in (knobs or {}).items():
            words += ["--set", f"{name}={value}"]
        report = json.loads(self(*words, tables=tables))
        for method in report["methods"]:
            method["by"] = {tuple(str(group[column]) for column in by): group for group in method["groups"]}
        return {method["method"]: method for method in report["methods"]}

    def eval_steps(self, gpu, engine, steps, knobs=None):
        """Rows of `eval --per-op` as dicts for (model, tp, decode, prefill) of each step."""
        words = ["eval", "--gpu", gpu, "--method", "measured", "--per-op", "--set", f"engine={engine}"]
        for name, value in (knobs or {}).items():
            words += ["--set", f"{name}={value}"]
        with tempfile.TemporaryDirectory(prefix="msw_accuracy_") as folder:
            path = Path(folder) / "steps.csv"
            lines = ["model,tp,decode,prefill"] + [",".join(str(word) for word in step) for step in steps]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            return list(csv.DictReader(self(*words, "--steps", path).splitlines()))


def slim_tables(bench_data, gpu, folder, dtypes=("bf16", "bfloat16", "half", "float16")):
    """Copies of a GPU's kernel tables with only the rows of 16-bit kernels, which are read several times faster. What is
    predicted of a 16-bit model does not change by it."""
    for path in sorted((Path(bench_data) / gpu).glob("*/*_perf.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            header, *lines = file.read().splitlines()
        columns = header.split(",")
        at = [columns.index(name) for name in columns if name.endswith("dtype")]
        kept = [line for line in lines if all(line.split(",")[i] in dtypes for i in at)]
        if "moe" in path.name or "mla" in path.name or not kept:
            continue
        copy = Path(folder) / gpu / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    return folder
