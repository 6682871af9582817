#!/usr/bin/env python3
"""Constraints of a sweep against numpy: flags and masks, worked out from a run of the same sweep without them.

usage: check_constraints.py MFUSWEEP SOURCE
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

TOOL, SOURCE = sys.argv[1], sys.argv[2]
SWEEP = {
    "sweep": 1, "name": "constraints",
    "fixed": {"gpu": "h100", "model": "llama-2-7b-hf"},
    "axes": {"tp": [1, 2], "method": ["v2-floor", "v2-interp"], "batch": [1, 7, 64, 300], "kv_len": "1:200k:997"},
    "exclude": ["batch * kv_len > 8Mi"],
}
CONSTRAINTS = [
    {"name": "slow", "expr": "step_us <= 20000", "else": "flag"},
    {"name": "fits", "expr": "kv_gib + weight_gib < 60"},
    "attn_us < gemm_us || batch < 64",
]


def run(folder, name, sweep):
    (folder / f"{name}.json").write_text(json.dumps(sweep))
    out = folder / f"{name}.h5"
    subprocess.run([TOOL, "run", folder / f"{name}.json", "-q", "-o", out], check=True,
                   env=dict(os.environ, MFUSWEEP_DATA=SOURCE))
    with h5py.File(out) as file:
        return {key: file[key][()] for key in file if isinstance(file[key], h5py.Dataset)}


def main():
    with tempfile.TemporaryDirectory(prefix="mfusweep-constraints-") as top:
        folder = Path(top)
        free = run(folder, "free", SWEEP)
        bound = run(folder, "bound", dict(SWEEP, constraints=CONSTRAINTS))
        # Only the fields that a constraint names are computed beside the one that is stored.
        narrow = run(folder, "narrow", dict(SWEEP, constraints=CONSTRAINTS, fields=["step_us", "flags"]))
    batch = free["batch"].reshape(1, 1, 1, 1, 1, 1, -1, 1)
    number = ~np.isnan(free["step_us"])
    f = {key: free[key].astype(np.float64) for key in ("step_us", "kv_gib", "weight_gib", "attn_us", "gemm_us")}
    holds = [f["step_us"] <= 20000, f["kv_gib"] + f["weight_gib"] < 60, (f["attn_us"] < f["gemm_us"]) | (batch < 64)]
    flags = free["flags"].copy()
    for i, hold in enumerate(holds):
        flags |= np.where(number & ~hold, np.uint32(1 << (20 + i)), np.uint32(0))
    masked = number & (~holds[1] | ~holds[2])
    assert all((number & ~hold).any() and (number & hold).any() for hold in holds), "a constraint that decides nothing"
    assert np.array_equal(bound["flags"], flags), "flags differ"
    assert np.array_equal(narrow["flags"], flags), "flags differ when few fields are stored"
    for key in ("step_us", "attn_us", "kv_gib", "tok_per_s_per_gpu"):
        want = np.where(masked, np.float32(np.nan), free[key])
        assert np.array_equal(bound[key], want, equal_nan=True), f"{key} differs"
    assert np.array_equal(np.isnan(narrow["step_us"]), np.isnan(bound["step_us"]))
    print(f"{int(number.sum())} cells with numbers; false: {[int((number & ~h).sum()) for h in holds]}; masked {int(masked.sum())}")


if __name__ == "__main__":
    main()
