#!/usr/bin/env python3
"""The method `measured` against an oracle written from its document alone (tests/oracle/measured_step.py), on public tables
(../shared/data/kernels), operation by operation within 1e-9.

    check_measured.py --mfusweep PATH [--seed N] [--steps N]

Random decode, prefill and mixed steps of dense models, some with sliding windows, with every engine's constants. Exit status 0: all agree; 1: not; 77: no
data.
"""

import argparse
import csv
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "oracle"))

import measured_step as oracle  # noqa: E402

SHARED = ROOT.parent / "shared" / "data" / "kernels" / "aiconfigurator"
SKIPPED = 77
TOLERANCE = 1e-9
GPUS = ["h100_sxm", "b300_sxm"]
MODELS = ["llama-2-7b-hf", "llama-3.1-70b-instruct", "qwen3-32b", "codellama-34b-instruct-hf", "mistral-7b-v0.1",
          "qwen2.5-7b-instruct"]
# Sliding windows that tables measure, and one that the config switches on: {name: (model, changes of its config.json)}
MADE_UP_MODELS = {"narrow-window": ("llama-3.1-70b-instruct", {"sliding_window": 128}),
                  "wide-window": ("mistral-7b-v0.1", {"sliding_window": 8192}),
                  "window-switched-on": ("qwen3-32b", {"sliding_window": 3000, "use_sliding_window": True})}
PHASES = ["decode", "prefill", "fused", "step"]
SUMS = ["", "compute", "memory"]
# A kernel with chains on a GPU whose engines have none, and settings that no engine has yet.
MADE_UP = [{"chain_gb_per_s": 95, "chain_queue_share": 1.5, "fuse_all_reduce_norm": True, "cached_scan_ns_per_tok": 30},
           {"graph_max_tok": 100, "sustained_gemm_fraction": 0.2, "bw_efficiency": 0.4, "step_overhead_us": 77,
            "host_piece_us": 300}]


def whole(rng, low, high):
    """A whole number, evenly in the logarithm."""
    return round(math.exp(rng.uniform(math.log(low), math.log(high))))


def random_step(rng):
    """Decode, prefill or mixed; one group or several of a kind."""
    which = rng.choice(["decode", "decode", "prefill", "mixed"])
    n_groups = 1 if rng.random() < 0.5 else rng.randint(2, 5)
    decode = [(whole(rng, 1, 400), rng.choice([0, whole(rng, 1, 150000)])) for _ in range(n_groups)]
    if rng.random() < 0.2:  # one length
        decode = [(count, decode[0][1]) for count, _ in decode]
    prefill = [(whole(rng, 1, 6), rng.choice([0, whole(rng, 1, 50000)]), whole(rng, 1, 20000)) for _ in range(n_groups)]
    return oracle.Step([] if which == "prefill" else decode, [] if which == "decode" else prefill)


def as_row(model, tp, step):
    """A row of a steps CSV."""
    return {"model": model, "tp": tp, "decode": "+".join(f"{n}*{kv_len}" for n, kv_len in step.decode),
            "prefill": "+".join(f"{n}*{cached}:{new}" for n, cached, new in step.prefill)}


def data_root(args, folder):
    """A data root with links to what --data-dir has, and the made-up models."""
    root, models = Path(args.data_dir).resolve(), Path(folder) / "model_configs"
    models.mkdir()
    (Path(folder) / "bench_data").symlink_to(root / "bench_data")
    for name in MODELS:
        (models / name).symlink_to(root / "model_configs" / name)
    for name, (base, changes) in MADE_UP_MODELS.items():
        config = json.loads((root / "model_configs" / base / "config.json").read_text(encoding="utf-8"))
        (models / name).mkdir()
        (models / name / "config.json").write_text(json.dumps({**config, **changes}), encoding="utf-8")
    return Path(folder)


def run_mfusweep(args, root, gpu, settings, dtype, rows, has_tables=True):
    """The tool's rows, in order; with the shared kernel tables or without any but those below root."""
    with tempfile.TemporaryDirectory() as folder:
        steps = Path(folder) / "steps.csv"
        with open(steps, "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, ["model", "tp", "decode", "prefill"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        command = [args.mfusweep, "eval", "--gpu", gpu, "--method", "measured", "--steps", steps, "--per-op", "--data-dir",
                   root, "--dtype", dtype]
        command += ["--bench-data", SHARED] if has_tables else []
        for knob, value in settings.items():
            command += ["--set", f"{knob}={value if isinstance(value, str) else json.dumps(value)}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{done.stderr}")
    return list(csv.DictReader(done.stdout.splitlines()))


def op_times(row):
    """{operation: us} of the tool's row; attention's has its phase before it."""
    ops = {}
    for column, text in row.items():
        phase, _, name = column.removesuffix("_us").partition("_")
        if text and column.endswith("_us") and phase in PHASES and name not in SUMS:
            ops[f"{phase}_{name}" if name in ("attention", "overhead") else name] = float(text)
    return ops


class Comparison:
    """Counts what differs, operation by operation."""

    def __init__(self):
        self.n_steps, self.worst, self.wrong, self.kinds = 0, 0.0, Counter(), Counter()

    def add(self, where, row, want):
        """Compares one step."""
        got = op_times(row)
        got["step"], want["step"] = float(row["step_us"]), math.fsum(want.values())
        self.n_steps += 1
        for name in sorted(got.keys() | want.keys()):
            a, b = got.get(name, 0.0), want.get(name, 0.0)
            off = 0.0 if a == b else abs(a - b) / max(abs(a), abs(b))
            self.worst = max(self.worst, off)
            self.kinds[name] += 1
            if not off <= TOLERANCE:
                self.wrong[name] += 1
                if self.wrong[name] <= 5:
                    print(f"{where} {row['decode']!r} {row['prefill']!r}\n    {name}: mfusweep {a:.17g}, oracle {b:.17g} us "
                          f"({off:.2g}), flags {row['flags']}")


def settings_of(gpu):
    """(what to --set, the constants in force, kv_spread): every engine's as they are, and made-up ones."""
    newest = gpu.engines[list(gpu.engines)[-1]]
    cases = [({}, newest)] + [({"engine": name}, constants) for name, constants in gpu.engines.items()]
    for settings, constants in cases + [(changed, {**newest, **changed}) for changed in MADE_UP]:
        yield settings, constants, "equal"
        yield {**settings, "kv_spread": "exponential"}, constants, "exponential"


def compare_all(args, root, comparison):
    """Random steps on each GPU with each setting."""
    rng = random.Random(args.seed)
    models = {name: oracle.load_model(root, name) for name in [*MODELS, *MADE_UP_MODELS]}
    for name in GPUS:
        gpu = oracle.load_gpu(root, name)
        tables = oracle.load_tables(SHARED, gpu)
        for settings, constants, kv_spread in settings_of(gpu):
            drawn = [(rng.choice(list(models)), rng.choice([1, 2, 4, 8]), random_step(rng)) for _ in range(args.steps)]
            dtype = rng.choice(["bf16", "bf16", "fp8"])
            rows = run_mfusweep(args, root, name, settings, dtype, [as_row(*each) for each in drawn])
            for (model, tp, step), row in zip(drawn, rows):
                asked = oracle.Oracle(models[model], gpu, tables, tp, constants, kv_spread, dtype)
                comparison.add(f"{name} {settings} {dtype} {model} tp {tp}", row, asked.step(step))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True, help="the executable")
    parser.add_argument("--data-dir", default=ROOT, help="model_configs and bench_data")
    parser.add_argument("--seed", type=int, default=20260501)
    parser.add_argument("--steps", type=int, default=32, help="steps per GPU and setting")
    args = parser.parse_args()
    if not SHARED.is_dir():
        print(f"no tables in {SHARED}")
        return SKIPPED
    comparison = Comparison()
    with tempfile.TemporaryDirectory() as folder:
        compare_all(args, data_root(args, folder), comparison)
    n_times = sum(comparison.kinds.values())
    print(f"seed {args.seed}: {comparison.n_steps} steps, {n_times} times, worst {comparison.worst:.2g}; "
          f"beyond {TOLERANCE:g}: {dict(comparison.wrong) or 'none'}")
    return 1 if comparison.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
