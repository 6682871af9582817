#!/usr/bin/env python3
"""`mfusweep eval` against the oracle (tests/oracle), column by column within 1e-12.

    check_oracle.py --mfusweep PATH [--seed N] [--worlds N]

Random steps on the shipped data and on random tables, models and a GPU made up here; the presets as they are, every value
of every knob, and random settings of many knobs at once. Exit status 0: all agree; 1: not.
"""

import argparse
import csv
import itertools
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "oracle"))

from eval_oracle import evaluate_row  # noqa: E402
from facts import load_gpus, load_models  # noqa: E402
from made_world import make_world, shipped_world  # noqa: E402
from presets import knobs_for  # noqa: E402
from roofline import FIELDS  # noqa: E402
from tables import Tables  # noqa: E402

TOLERANCE = 1e-12
STEPS_PER_RUN = 25

TABLE_KNOBS = {
    "mfu_source": ["latency", "file"],
    "lookup_domain": ["mfu", "latency"],
    "gemm_lookup": ["floor", "linear"],
    "prefill_lookup": ["floor", "linear", "sqrt"],
    "decode_lookup": ["floor_nearest", "nearest_l1", "bilinear"],
    "ragged_corner": ["clamp", "zero"],
    "prefill_bucket": ["pow2", "exact", [700], [100, 512, 3000, 20000]],
    "prefill_flop": ["bucket", "request"],
    "decode_aggregation": ["max", "mean", "request", "buckets"],
    "causal_factor": [1, 1.8, 2],
    "gemm_weight_floor": [True, False],
    "tp_fallback": ["tp1", "nearest"],
    "shape_fallback": ["nearest_l2", "none"],
}
COMMON_KNOBS = {
    "mixed_rule": ["fused", "max", "sum", "weighted"],
    "head_dim_rule": ["config", "hidden_over_heads"],
    "bw_efficiency": [0.37, 1],
    "per_layer_overhead_us": [0, 33.25],
    "per_request_overhead_us": [0, 2.5],
    "usable_memory_fraction": [0.5],
}
CONSTANT_KNOBS = {
    "mfu_prefill": [0.3],
    "mfu_prefill_multiplier": [0.7],
    "mfu_decode": [0.2],
    "mfu_decode_multiplier": [3],
    "vector_peak_fraction": [0.2],
    "tp_scaling_exponent": [0, 1, 0.7],
    "decode_tp_scaling_exponent": [0, 1.5],
    "prefill_bw_factor": [0.6],
    "decode_bw_factor": [1.1],
    "step_overhead_us": [0, 123],
    "all_reduce_latency_us": [0, 7],
    "prefill_overhead_us": [0, 50],
    "mixed_prefill_overhead_us": [0, 60],
}
KNOBS = {
    "v1-calibrated": {**COMMON_KNOBS, **CONSTANT_KNOBS},
    "v2-floor": {**COMMON_KNOBS, **TABLE_KNOBS},
    "v2-interp": {**COMMON_KNOBS, **TABLE_KNOBS},
}


def whole(rng, low, high):
    """A whole number, evenly in the logarithm."""
    return round(math.exp(rng.uniform(math.log(low), math.log(high))))


def random_rows(rng, models):
    """Random steps as rows of a steps CSV."""
    rows = []
    for _ in range(STEPS_PER_RUN):
        which = rng.randrange(3)
        decode = [f"{whole(rng, 1, 300)}*{rng.choice([0, whole(rng, 1, 200000)])}" for _ in range(rng.randint(1, 4))]
        prefill = [
            f"{whole(rng, 1, 6)}*{rng.choice([0, 0, whole(rng, 1, 40000)])}:{whole(rng, 1, 40000)}"
            for _ in range(rng.randint(1, 4))
        ]
        rows.append({
            "model": rng.choice(models),
            "tp": str(rng.choice([1, 2, 3, 4, 8])),
            "decode": "" if which == 0 else "+".join(decode),
            "prefill": "" if which == 1 else "+".join(prefill),
        })
    return rows


def as_set(knob, value):
    """KNOB=V as the command line takes it."""
    return f"{knob}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'))}"


def run_mfusweep(args, world, gpu, method, settings, dtype, rows):
    """The tool's rows, in order."""
    steps = world.folder / "steps.csv"
    with open(steps, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, ["model", "tp", "decode", "prefill"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    command = [args.mfusweep, "eval", "--gpu", gpu, "--method", method, "--steps", steps, "--data-dir", world.data_dir]
    for folder in world.bench_dirs:
        command += ["--bench-data", folder]
    command += ["--dtype", dtype] if dtype != "config" else []
    command += itertools.chain.from_iterable(("--set", as_set(*setting)) for setting in settings.items())
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{done.stderr}")
    return list(csv.DictReader(done.stdout.splitlines()))


def run_oracle(world, gpu_name, method, settings, dtype, rows):
    """The oracle's breakdowns, in order."""
    gpu = load_gpus(world.facts_dir)[gpu_name]
    knobs = knobs_for(method, gpu.name, **settings)
    tables = Tables(world.oracle_bench, [gpu_name, gpu.name, *gpu.aliases], knobs.get("mfu_source", "file"))
    models = load_models(world.facts_dir)
    return [evaluate_row(row, models, gpu, tables, knobs, dtype, quiet=True) for row in rows]


def relative_error(got, want):
    """0 for equal numbers and for two nans, inf where only one is a number."""
    if got == want or (math.isnan(got) and math.isnan(want)):
        return 0.0
    error = abs(got - want) / abs(want) if want else math.inf
    return math.inf if math.isnan(error) else error


class Comparison:
    """Counts and the worst difference of all runs so far."""

    def __init__(self, args):
        self.args, self.worst, self.n_rows, self.n_numbers, self.n_failed = args, 0.0, 0, 0, 0

    def run(self, world, gpu, method, settings, dtype, rows):
        """Compares one run of both."""
        ours = run_mfusweep(self.args, world, gpu, method, settings, dtype, rows)
        theirs = run_oracle(world, gpu, method, settings, dtype, rows)
        assert len(ours) == len(theirs) == len(rows)
        for row, got, want in zip(rows, ours, theirs):
            errors = {field: relative_error(float(got[field]), want[field]) for field in FIELDS}
            self.n_rows += 1
            self.n_numbers += not math.isnan(want["step_us"])
            self.worst = max(self.worst, *errors.values())
            if max(errors.values()) <= TOLERANCE:
                continue
            self.n_failed += 1
            if self.n_failed <= 10:
                print(f"{gpu} {method} {settings} {dtype} {row}")
                for field, error in errors.items():
                    if error > TOLERANCE:
                        print(f"    {field}: mfusweep {got[field]}, oracle {want[field]:.17g}, off by {error:.2g}")


def knob_by_knob(comparison, world, gpu, rng):
    """Each preset as it is and with every value of every knob."""
    for method, knobs in KNOBS.items():
        comparison.run(world, gpu, method, {}, "config", random_rows(rng, world.models))
        for knob, values in knobs.items():
            for value in values:
                comparison.run(world, gpu, method, {knob: value}, "config", random_rows(rng, world.models))


def all_at_once(comparison, world, gpu, rng, n_runs):
    """Random settings of random knobs, and random number formats."""
    for _ in range(n_runs):
        method = rng.choice(sorted(KNOBS))
        settings = {knob: rng.choice(values) for knob, values in KNOBS[method].items() if rng.random() < 0.5}
        dtype = rng.choice(["config", "config", "fp8", "fp16"])
        comparison.run(world, gpu, method, settings, dtype, random_rows(rng, world.models))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True, help="the executable")
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--worlds", type=int, default=4, help="random worlds")
    args = parser.parse_args()
    print(f"seed {args.seed}")
    comparison = Comparison(args)
    with tempfile.TemporaryDirectory() as folder:
        world = shipped_world(ROOT, Path(folder))
        rng = random.Random(args.seed)
        knob_by_knob(comparison, world, "h100", rng)
        all_at_once(comparison, world, "a100_sxm", rng, 5)
    for i_world in range(args.worlds):
        with tempfile.TemporaryDirectory() as folder:
            rng = random.Random(args.seed + 1 + i_world)
            world = make_world(rng, Path(folder))
            if i_world == 0:
                knob_by_knob(comparison, world, "toy", rng)
            all_at_once(comparison, world, "toy", rng, 40)
    print(f"{comparison.n_rows} steps, {comparison.n_numbers} with a number, {comparison.n_failed} beyond {TOLERANCE:g}, "
          f"worst {comparison.worst:.2g}")
    return 0 if comparison.n_failed == 0 and comparison.n_numbers > comparison.n_rows / 2 else 1


if __name__ == "__main__":
    sys.exit(main())
