#!/usr/bin/env python3
"""Compare the oracle with every row of the golden vectors of the published code.

Exit 0: all columns within tolerance; 1: not; 77: ../shared/data is absent (ctest skip).
"""

import argparse
import sys
from pathlib import Path

from facts import load_gpus, load_models, make_model, parse_step, read_rows
from presets import knobs_for
from roofline import evaluate
from tables import Tables

STEP_TOLERANCE = 1e-9  # the vectors print 12 digits
LOOKUP_TOLERANCE = 1e-14  # 17 digits
SKIP = 77

METHODS = ("v1-calibrated", "v1-main", "v2-floor", "v2-interp")
LOOKUP_METHODS = ("v2-floor", "v2-interp")
HARDWARE = {"h100": {}, "h100_raw": {"bw_efficiency": 1.0, "per_layer_overhead_us": 0.0}}

# Golden column -> value of the oracle's breakdown.
COLUMNS = {
    "total_us": lambda b: b["step_us"],
    "prefill_compute_us": lambda b: b["prefill_compute_us"],
    "prefill_memory_us": lambda b: b["prefill_memory_us"],
    "decode_compute_us": lambda b: b["decode_compute_us"],
    "decode_memory_us": lambda b: b["decode_memory_us"],
    "combined_us": lambda b: b["step_us"] - b["comm_us"] - b["overhead_us"],
    "overhead_us": lambda b: b["comm_us"] + b["overhead_us"],
}


def relative_error(got, want):
    """|got - want| / |want|; an exact zero must be met exactly."""
    if got == want:
        return 0.0
    return abs(got - want) / abs(want) if want else float("inf")


def check_steps(shared, method, models, gpu, tables):
    """Maximum relative error per column of one file of step times."""
    worst = dict.fromkeys(COLUMNS, 0.0)
    off_by_rounding = n_rows = 0
    for row in read_rows(shared / "data/golden" / f"{method.replace('-', '_')}.csv"):
        knobs = knobs_for(method, gpu.name, **HARDWARE[row["hw"]])
        model = make_model(models[row["model"]], knobs["head_dim_rule"])
        step = parse_step(row["decode"], row["prefill"])
        result = evaluate(model, gpu, tables, int(row["tp"]), step, knobs)
        for column, value in COLUMNS.items():
            worst[column] = max(worst[column], relative_error(value(result), float(row[column])))
        off_by_rounding += int(result["step_us"] + 0.5) != int(row["step_time_us"])
        n_rows += 1
    return n_rows, worst, off_by_rounding


def check_lookups(shared, method, models, tables):
    """Maximum relative error per kernel of one file of raw lookups."""
    knobs = knobs_for(method, "h100_sxm")
    worst, n_rows = {"gemm": 0.0, "prefill": 0.0, "decode": 0.0}, 0
    for row in read_rows(shared / "data/golden" / f"lookups_{method.replace('-', '_')}.csv"):
        model = make_model(models[row["model"]], knobs["head_dim_rule"])
        shape = (model.heads, model.kv_heads, model.head_dim)
        args = [int(row[name]) for name in "abc" if row[name]]
        if row["func"] == "gemm":
            got = tables.gemm_mfu(*args, knobs["gemm_lookup"])
        elif row["func"] == "prefill":
            got = tables.prefill_mfu(shape, *args, knobs["prefill_lookup"])
        else:
            got = tables.decode_mfu(shape, *args, knobs["decode_lookup"], knobs["ragged_corner"], knobs["tp_fallback"])
        worst[row["func"]] = max(worst[row["func"]], relative_error(got, float(row["mfu"])))
        n_rows += 1
    return n_rows, worst


def report(name, n_rows, worst, tolerance):
    """Print one file's figures; True where all columns are within tolerance."""
    passed = all(error <= tolerance for error in worst.values())
    print(f"{name}: {n_rows} rows, tolerance {tolerance:g}: {'ok' if passed else 'FAILED'}")
    for column, error in worst.items():
        print(f"    {column:20s} max relative error {error:.3g}")
    return passed and n_rows > 0


def main():
    default = Path(__file__).resolve().parents[3] / "shared"  # ../shared beside the project root
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=default, help="the folder that holds data/")
    shared = parser.parse_args().shared
    if not (shared / "data" / "golden").is_dir():
        print(f"skipped: no golden vectors in {shared / 'data' / 'golden'}")
        return SKIP

    models, gpu = load_models(shared / "data/facts"), load_gpus(shared / "data/facts")["h100"]
    tables = Tables(shared / "data/kernels/infersim", [gpu.name, *gpu.aliases])
    passed = True
    for method in METHODS:
        n_rows, worst, off = check_steps(shared, method, models, gpu, tables)
        passed &= report(method, n_rows, worst, STEP_TOLERANCE)
        print(f"    {'step_time_us':20s} rows that round otherwise: {off}")
        passed &= off == 0
    for method in LOOKUP_METHODS:
        n_rows, worst = check_lookups(shared, method, models, tables)
        passed &= report("lookups " + method, n_rows, worst, LOOKUP_TOLERANCE)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
