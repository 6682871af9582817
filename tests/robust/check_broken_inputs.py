#!/usr/bin/env python3
"""Truncated, corrupted and mutilated inputs of every kind through the command line: done or refused, never a crash.

    check_broken_inputs.py --mfusweep PATH --source ROOT [--seed N] [--rounds N]

Exit status 0 or 2 for each; with 2 a message that names a place, and no result file. Anything else, a signal or a
sanitizer's exit, is a failure; the broken input is printed.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from broken import MUTATIONS, Trial, read_arguments

SWEEP = """// a sweep with something of everything
{ "sweep": 1, "name": "all", "defs": {"kv": {"log": [128, "8Ki", 7], "round": "int"}},
  "fixed": {"gpu": "h100"},
  "axes": {"model": ["llama-2-7b-hf", "llama-3.1-*"], "tp": [1, 2, 4], "dtype": ["config", "fp8"],
           "method": ["v2-interp", {"base": "v2-floor", "name": "f", "mfu_source": "latency", "prefill_bucket": [512, 4096]}]},
  "exclude": ["batch * kv_len > 64k", {"tp": 4, "batch": [1, 2]}, "model.num_kv_heads % tp != 0"],
  "fields": ["step_us", "bound", "flags"],
  "limits": {"max_cells": "1M", "max_bytes": "64MiB"},
  "blocks": [{"name": "d", "phase": "decode", "axes": {"batch": "1:8:*2", "kv_len": "$kv"}},
             {"name": "m", "phase": "mixed", "axes": {"batch": [1, 64], "kv_len": [512], "seq_len": {"union": [64, "512:2Ki:512"]}},
              "zip": {"z": {"prefill_batch": [1, 2], "cached_len": [0, 512]}}}] }
"""
STEPS = ("model,tp,decode,prefill,note\nllama-2-7b-hf,1,16*4096+4*512,1*0:512,a\n\"llama-2-7b-hf\",2,,2*100:3000+1*0:7,\"b,\nc\"\n"
         "llama-3.1-8b,4,1*1,,\n")
COMMANDS = [
    ["plan", "sweep.json", "--json"],
    ["run", "sweep.json", "-q", "-j", "1", "-o", "out.h5", "--set", "limits.max_cells=200000"],
    ["eval", "--gpu", "h100", "--method", "v2-interp", "--set", "mfu_source=latency", "--steps", "steps.csv"],
    ["eval", "--gpu", "h100", "--method", "v2-floor", "--per-op", "--steps", "steps.csv", "-o", "out.csv"],
    ["tables", "--json"],
    ["explain", "--gpu", "h100", "--method", "v2-interp", "--model", "llama-2-7b-hf", "--tp", "1", "--decode", "4*512", "--prefill", "9"],
]
MODELS = ["llama-2-7b-hf", "llama-3.1-8b"]


def build_root(source, root):
    """A small data root: two models, the shipped tables, one GPU."""
    for model in MODELS:
        shutil.copytree(source / "model_configs" / model, root / "model_configs" / model)
    shutil.copytree(source / "bench_data", root / "bench_data")
    for entry in (root / "bench_data/gpus").glob("*.json"):
        if entry.stem not in ("h100_sxm", "h20"):
            entry.unlink()
    (root / "sweep.json").write_text(SWEEP, encoding="utf-8")
    (root / "steps.csv").write_text(STEPS, encoding="utf-8")


def commands_for(path):
    """Commands that read a file."""
    if path.name == "sweep.json":
        return [command for command in COMMANDS if "sweep.json" in command]
    if path.name == "steps.csv":
        return [command for command in COMMANDS if "steps.csv" in command]
    return COMMANDS


def main():
    args, rng = read_arguments(__doc__, 20260401, 700)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir()
        build_root(args.source, root)
        trial = Trial(args.mfusweep, root, ["out.h5", "out.csv"])
        files = sorted(path for path in root.rglob("*") if path.suffix in (".csv", ".json"))
        kernel_files = [path for path in files if "bench_data" in path.parts and path.parent.name != "gpus"]
        for command in COMMANDS:
            trial.run(command, root / "sweep.json", SWEEP)
        if trial.n_refused:
            raise SystemExit("the inputs are refused unbroken")
        for path in kernel_files:   # every line end, and in the middle of the last line
            data = path.read_bytes()
            for end in [i for i in range(len(data)) if data[i:i + 1] == b"\n"] + [len(data) - 5]:
                trial.break_file(path, data[:end], [COMMANDS[2], COMMANDS[4]])
            trial.break_file(path, b"", COMMANDS)
        for _ in range(args.rounds):
            path = rng.choice([root / "sweep.json", root / "steps.csv", rng.choice(kernel_files), rng.choice(files)])
            data = rng.choice(MUTATIONS)(rng, path.read_bytes())
            trial.break_file(path, data, [rng.choice(commands_for(path))])
    print(f"{trial.n_runs} runs on {len(files)} files, {trial.n_refused} refused, {trial.n_problems} problems")
    return 1 if trial.n_problems or not trial.n_refused else 0


if __name__ == "__main__":
    sys.exit(main())
