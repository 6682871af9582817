#!/usr/bin/env python3
"""Measurements and what is fitted to them, broken at random: measured steps, kernel latencies of every layout, and the engines
and kernel models of a GPU entry.

    check_broken_measurements.py --mfusweep PATH --source ROOT [--seed N] [--rounds N]

Exit status 0 or 2 for each; with 2 an error that names the file and its line, and no result file; with 0 JSON without NaN.
A signal, a sanitizer's exit or minutes of computing are failures; the broken input is printed. JSON is also broken in ways that
leave it JSON: of a closed format any other way is refused by its grammar, and nothing behind that is tried.
"""

import copy
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import measurements
from broken import MUTATIONS, Trial, read_arguments

BENCH = ["--bench-data", "bench"]
EVAL = ["eval", "--gpu", "h100", "--steps", "steps.csv", "--per-op", "-o", "out.csv"]
VALIDATE = ["validate", "--measured", "measured.csv"]
STEP_COMMANDS = [
    [*VALIDATE, "--method", "measured,v2-interp", "--by", "phase,engine", "--worst", "2", "--json", *BENCH],
    [*VALIDATE, "--where", "tp < 4", "--csv", "-o", "out.csv", "--hdf5", "out.h5"],
]
TABLE_COMMANDS = [
    ["tables", "--gpu", "h100", *BENCH],
    ["tables", "--json", *BENCH],
    [*EVAL, *BENCH],
    ["crossval", "--gpu", "h100", "--json", *BENCH],
    [*VALIDATE, "--json", *BENCH],
]
GPU_COMMANDS = [
    EVAL,
    [*VALIDATE, "--json"],
    ["explain", "--gpu", "h100", "--model", "llama-2-7b-hf", "--tp", "2", "--decode", "4*512", "--prefill", "9", "--json"],
]
MODELS = ["llama-2-7b-hf", "llama-3.1-8b", "mixtral-8x7b-v0.1"]
EVAL_STEPS = "model,tp,decode,prefill\nllama-2-7b-hf,1,16*4096+4*512,1*0:512\nmixtral-8x7b-v0.1,2,2*100,\nllama-3.1-8b,2,,3*7:100\n"
NUMBERS = ["0", "-7", "1", "0.5", "1e5", "1e9", "1e12", "1e30", "1e308", "1e400", "1e-9", "1e-300", "1e-320", "nan", "-inf", "0x1p4", "",
           "9007199254740993", "99999999999999999999", "1_000", "+1", "5."]
VALUES = [0, -1, 1, 0.5, 1e-300, 1e-9, 1e5, 1e9, 1e308, 10**20, True, False, None, "", "5", "h100", [], [1], {}, {"bf16": 1}]


def edit_cells(rng, data):
    """Some whole numbers replaced."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        found = list(re.finditer(rb"\d[\d.e+-]*", data))
        if found:
            number = rng.choice(found)
            data = data[:number.start()] + rng.choice(NUMBERS).encode() + data[number.end():]
    return data


def move_cells(rng, data):
    """In a row, often the header, a cell takes the place of another or is gone."""
    lines = data.split(b"\n")
    i_line = rng.choice([0, rng.randrange(len(lines))])
    cells = lines[i_line].split(b",")
    cell = cells.pop(rng.randrange(len(cells)))
    if cells and rng.random() < .5:
        cells[rng.randrange(len(cells))] = cell
    if rng.random() < .5:
        cells.insert(rng.randrange(len(cells) + 1), cell)
    lines[i_line] = b",".join(cells)
    return b"\n".join(lines)


def other_line_ends(rng, data):
    return rng.choice([b"", b"\xef\xbb\xbf"]) + data.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n", b" \n"]))


def members(value):
    """All (container, key) of a document."""
    found = []
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        found += [(value, key), *members(value[key])]
    return found


def edit_document(rng, data):
    """Values of a JSON document replaced or gone, keys misspelt."""
    document = copy.deepcopy(json.loads(data))
    parts = [document[key] for key in ("engines", "analytic", "analytic_mla") if key in document]
    for _ in range(rng.choice([1, 1, 2, 4])):
        container, key = rng.choice(members(rng.choice([document, *parts])) or members(document))
        how = rng.random()
        if how < .7:
            container[key] = rng.choice(VALUES)
        elif how < .85 or isinstance(container, list):
            container.pop(key)
        else:
            container[key[1:]] = container.pop(key)
    return json.dumps(document, indent=1).encode()


CSV_MUTATIONS = [edit_cells, edit_cells, edit_cells, move_cells, other_line_ends, *MUTATIONS]
JSON_MUTATIONS = [edit_document, edit_document, edit_document, edit_document, edit_cells, *MUTATIONS]


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def build_root(source, root):
    """A small data root and a bench folder beside it; returns {kind: (files, commands)}."""
    for model in MODELS:
        shutil.copytree(source / "model_configs" / model, root / "model_configs" / model)
    put(root / "steps.csv", EVAL_STEPS)
    entry = source / "bench_data/gpus/h100_sxm.json"
    tables = [put(root / "bench" / name, text) for name, text in measurements.TABLES.items()]
    return {
        "measured steps": ([put(root / "measured.csv", measurements.STEPS)], STEP_COMMANDS),
        "kernel latencies": (tables, TABLE_COMMANDS),
        "GPU entries": ([put(root / "bench_data/gpus" / entry.name, entry.read_text(encoding="utf-8"))], GPU_COMMANDS),
    }


def main():
    args, rng = read_arguments(__doc__, 20261122, 120, "random mutations of each kind of file, each with one command")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir()
        kinds = build_root(args.source, root)
        trial = Trial(args.mfusweep, root, ["out.h5", "out.csv"], must_name_file=True)
        for files, commands in kinds.values():
            for command in commands:
                trial.run(command, files[0], files[0].read_bytes())
        if trial.n_refused:
            raise SystemExit("the inputs are refused unbroken")
        for kind, (files, commands) in kinds.items():
            before = (trial.n_runs, trial.n_refused, trial.n_problems)
            for _ in range(args.rounds):
                path = rng.choice(files)
                mutations = JSON_MUTATIONS if path.suffix == ".json" else CSV_MUTATIONS
                trial.break_file(path, rng.choice(mutations)(rng, path.read_bytes()), [rng.choice(commands)])
            n_runs, n_refused, n_problems = (now - then for now, then in
                                             zip((trial.n_runs, trial.n_refused, trial.n_problems), before))
            print(f"{kind}: {n_runs} runs on {len(files)} files, {n_refused} refused, {n_problems} problems", flush=True)
    return 1 if trial.n_problems or not trial.n_refused else 0


if __name__ == "__main__":
    sys.exit(main())
