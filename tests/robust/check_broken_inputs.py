#!/usr/bin/env python3
"""Truncated, corrupted and mutilated inputs of every kind through the command line: done or refused, never a crash.

    check_broken_inputs.py --mfusweep PATH --source ROOT [--seed N] [--rounds N]

Exit status 0 or 2 for each; with 2 a message that names a place, and no result file. Anything else, a signal or a
sanitizer's exit, is a failure; the broken input is printed.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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
JUNK = [b"", b"nan", b"-1", b"0", b"1e999", b"1e-999", b"9223372036854775808", b"\"", b",", b"{", b"]", b"\0", b"\xff\xfe", b"\xe2\x82",
        b"\r", b"\n", b"//", b"/*", b"$kv", b"true", b"null", b"1:999999999", b"1:9:*1", b"0:1:0", b"a" * 5000, b"[" * 200, b"-", b"inf"]


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


def flip(rng, data):
    """Some bytes replaced."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        if data:
            data[rng.randrange(len(data))] = rng.choice([rng.randrange(256), rng.randrange(32, 127)])
    return bytes(data)


def splice(rng, data):
    """A stretch replaced by junk, or by another stretch of the same file."""
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice([0, 1, 1, 3, 10, 100]))
    at = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice([rng.choice(JUNK), data[at:at + rng.randrange(60)]]) + data[end:]


def edit_number(rng, data):
    """One run of digits replaced by another number."""
    places = [i for i in range(len(data)) if data[i:i + 1].isdigit()]
    if not places:
        return data
    start = end = rng.choice(places)
    while end < len(data) and data[end:end + 1].isdigit():
        end += 1
    number = rng.choice([b"0", b"-7", b"1", b"2", b"3", b"1e30", b"99999999999999999999", b"0.5", b"1e308", b"65537", b"", b"1e-320"])
    return data[:start] + number + data[end:]


def shuffle_lines(rng, data):
    """A line dropped, doubled or moved."""
    lines = data.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def truncate(rng, data):
    """The beginning alone."""
    return data[:rng.randrange(len(data) + 1)]


MUTATIONS = [flip, flip, splice, splice, edit_number, edit_number, shuffle_lines, truncate]


class Trial:
    """One broken file in the root, all fitting commands run on it."""

    def __init__(self, args, root):
        self.args, self.root, self.n_runs, self.n_refused, self.n_problems = args, root, 0, 0, 0
        self.env = {**os.environ, "MFUSWEEP_DATA": str(root), "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"}

    def run(self, command, path, data):
        """Runs one command; reports what is wrong with how it ended."""
        before = {item.name for item in self.root.iterdir()}
        done = subprocess.run([self.args.mfusweep, *command], cwd=self.root, env=self.env, capture_output=True, check=False)
        made = {item.name for item in self.root.iterdir()} - before
        said, problem = done.stderr.decode(errors="replace"), None
        if done.returncode not in (0, 2):
            problem = f"exit status {done.returncode}"
        elif done.returncode == 2 and made:
            problem = f"refused, but made {sorted(made)}"
        elif done.returncode == 2 and "error" not in said:
            problem = "refused without a message"
        elif made - {"out.h5", "out.csv"}:
            problem = f"leaves {sorted(made)}"
        for name in made:
            (self.root / name).unlink()
        self.n_runs += 1
        self.n_refused += done.returncode == 2
        if problem:
            self.n_problems += 1
            print(f"{' '.join(command)}: {problem}\n  {path.relative_to(self.root)} was {data!r}\n  {said[-500:]}")

    def break_file(self, path, data, commands):
        """Puts `data` in place of a file, runs the commands, puts the file back."""
        whole = path.read_bytes()
        path.write_bytes(data)
        for command in commands:
            self.run(command, path, data)
        path.write_bytes(whole)


def commands_for(path):
    """Commands that read a file."""
    if path.name == "sweep.json":
        return [command for command in COMMANDS if "sweep.json" in command]
    if path.name == "steps.csv":
        return [command for command in COMMANDS if "steps.csv" in command]
    return COMMANDS


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True)
    parser.add_argument("--source", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=20260401)
    parser.add_argument("--rounds", type=int, default=700, help="random mutations, each with one command")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    print(f"seed {args.seed}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir()
        build_root(args.source, root)
        trial = Trial(args, root)
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
