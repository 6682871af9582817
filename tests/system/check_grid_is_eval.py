#!/usr/bin/env python3
"""A grid of more than 10^7 cells over the published H100 tables equals `mfusweep eval`, rounded to float32, at 10^4 random
cells: exactly.  check_grid_is_eval.py TOOL ROOT; exit 0 passed, 1 failed, 77 skipped.
"""
import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
TOOL, ROOT = (Path(argument).resolve() for argument in sys.argv[1:3])
TABLES = ROOT.parent / "shared/data/kernels/infersim"
FIELDS = ["step_us", "prefill_us", "decode_us", "comm_us", "overhead_us"]
MODELS = ["llama-2-7b-hf", "llama-3.1-8b-instruct", "mistral-nemo-instruct-2407", "llama-2-70b-hf"]
TPS = [1, 2, 4, 8]
KNOBS = {"mixed_rule": "fused", "lookup_domain": "latency", "mfu_source": "latency", "prefill_lookup": "sqrt",
         "decode_aggregation": "mean", "prefill_bucket": "exact"}
METHODS = {"v1-calibrated": {}, "v2-floor": {}, "v2-interp": {}, "own": KNOBS}
CELLS_PER_METHOD_AND_BLOCK = 850   # 4 methods, 3 blocks: 10 200 cells
SEED = 20261121

SWEEP = {
    "sweep": 1, "name": "grid_is_eval", "fixed": {"gpu": "h100"},
    "axes": {"model": MODELS, "tp": TPS,
             "method": [name if not knobs else {"base": "v2-interp", "name": name, **knobs} for name, knobs in METHODS.items()]},
    "fields": FIELDS + ["flags"],
    "blocks": [
        {"name": "decode", "axes": {"batch": "1:512:2", "kv_len": {"log": [1, 200000, 900], "round": "int"}}},
        {"name": "prefill", "axes": {"batch": [1, 2, 3, 7], "cached_len": [0, 100, 5000], "seq_len": "1:40000:97"}},
        {"name": "mixed", "axes": {"batch": [1, 8, 33, 200], "kv_len": [128, 3000, 50000], "prefill_batch": [1, 3],
                                   "cached_len": [0, 777], "seq_len": "1:20000:111"}}],
}


def step_of(values):
    """A cell's step in the notation of a steps CSV."""
    if "seq_len" not in values:
        return f"{values['batch']}*{values['kv_len']}", ""
    if "kv_len" not in values:
        return "", f"{values['batch']}*{values['cached_len']}:{values['seq_len']}"
    return (f"{values['batch']}*{values['kv_len']}",
            f"{values['prefill_batch']}*{values['cached_len']}:{values['seq_len']}")


def sample(file, label, rng):
    """Random cells of one method: [(model, tp, decode, prefill)], [[field values]]."""
    steps, cells = [], []
    for block in ("decode", "prefill", "mixed"):
        group = file[block]
        texts = {name: [text.decode() for text in group[name][:]] for name in ("model", "method")}
        i_method = texts["method"].index(label)
        names = [n for n in ("batch", "kv_len", "prefill_batch", "cached_len", "seq_len") if n in group]
        axes = {name: group[name][:] for name in names}
        data = {field: group[field][:, :, :, :, :, i_method] for field in FIELDS}
        for _ in range(CELLS_PER_METHOD_AND_BLOCK):
            i_model, i_tp = rng.randrange(len(MODELS)), rng.randrange(len(TPS))
            at = [rng.randrange(len(axes[name])) for name in names]
            values = {name: int(axes[name][i]) for name, i in zip(names, at)}
            steps.append((texts["model"][i_model], int(group["tp"][i_tp]), *step_of(values)))
            cells.append([data[field][(0, i_model, i_tp, 0, 0, *at)] for field in FIELDS])
    return steps, cells


def evaluate(folder, label, steps):
    """The same steps through eval: rows of texts by column."""
    with open(folder / "steps.csv", "w", newline="") as out:
        csv.writer(out).writerows([("model", "tp", "decode", "prefill"), *steps])
    base = "v2-interp" if METHODS[label] else label
    sets = [word for knob, value in METHODS[label].items() for word in ("--set", f"{knob}={value}")]
    result = folder / "eval.csv"
    subprocess.run([TOOL, "eval", "--gpu", "h100", "--method", base, "--steps", folder / "steps.csv", "-o", result,
                    "--data-dir", ROOT, "--bench-data", TABLES, *sets], check=True)
    with open(result, newline="") as text:
        return list(csv.DictReader(text))


def main():
    try:
        import h5py
        import numpy
    except ImportError:
        print("skipped: h5py is not installed")
        return SKIPPED
    if not TABLES.is_dir():
        print(f"skipped: {TABLES} is absent")
        return SKIPPED
    rng, n_compared, n_wrong = random.Random(SEED), 0, 0
    with tempfile.TemporaryDirectory(prefix="mfusweep-system-") as name:
        folder = Path(name)
        (folder / "sweep.json").write_text(json.dumps(SWEEP))
        subprocess.run([TOOL, "run", folder / "sweep.json", "-o", folder / "grid.h5", "-q", "--data-dir", ROOT,
                        "--bench-data", TABLES], check=True)
        with h5py.File(folder / "grid.h5") as file:
            n_cells = sum(file[block]["step_us"].size for block in ("decode", "prefill", "mixed"))
            for label in METHODS:
                steps, cells = sample(file, label, rng)
                for step, cell, row in zip(steps, cells, evaluate(folder, label, steps)):
                    for field, value in zip(FIELDS, cell):
                        n_compared += 1
                        if value != numpy.float32(float(row[field])):
                            n_wrong += 1
                            if n_wrong <= 10:
                                print(f"{label} {step} {field}: grid {value!r}, eval {row[field]}")
    print(f"{n_cells} cells in the grid; {n_compared // len(FIELDS)} compared in {len(FIELDS)} fields, {n_wrong} differ "
          f"(seed {SEED})")
    return 1 if n_wrong or n_cells < 10**7 else 0


if __name__ == "__main__":
    sys.exit(main())
