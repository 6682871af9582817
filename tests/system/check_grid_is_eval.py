#!/usr/bin/env python3
"""A grid of more than 10^7 cells over the published H100 tables equals `mfusweep eval`, rounded to float32, at 10^4 random
cells: exactly (the method `measured` within one unit in the last place), with flags and bound; and it holds as many excluded and
void cells as the plan says.

    check_grid_is_eval.py TOOL ROOT [--seed N] [--cells N]; exit 0 passed, 1 failed, 77 skipped (no h5py, no ../shared).
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import h5py
    import numpy
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SWEEP = """{ "sweep": 1, "name": "big", "fixed": {"gpu": "h100"},
  "axes": {"model": ["llama-2-7b-hf", "llama-3.1-8b", "qwen2.5-7b-instruct", "mistral-nemo-instruct-2407", "mixtral-8x7b-v0.1",
            "deepseek-v3"],
           "tp": [1, 2, 4, 8],
           "method": ["v2-floor", "v2-interp", "v1-calibrated",
                      {"base": "v2-interp", "name": "measured", "mfu_source": "latency", "lookup_domain": "latency",
                       "ragged_corner": "clamp", "mixed_rule": "fused", "prefill_lookup": "sqrt", "prefill_bucket": "exact",
                       "head_dim_rule": "config", "tp_fallback": "nearest", "causal_factor": 2},
                      {"base": "measured", "name": "kernels", "engine": "vllm-0.15.1", "kv_spread": "exponential",
                       "chain_gb_per_s": 20, "chain_queue_share": 0.5, "fuse_all_reduce_norm": true}]},
  "fields": ["step_us", "prefill_us", "decode_us", "comm_us", "overhead_us", "bound", "flags"],
  "exclude": ["batch * kv_len > 16Mi"],
  "blocks": [
    {"name": "decode", "phase": "decode", "axes": {"batch": "1:256", "kv_len": {"log": [1, 131072, 700], "round": "int"}}},
    {"name": "prefill", "phase": "prefill", "axes": {"batch": [1, 2, 3, 7], "cached_len": [0, 100, 4096], "seq_len": "1:16384:37"}},
    {"name": "mixed", "phase": "mixed", "axes": {"batch": [1, 8, 50, 200], "kv_len": [1, 700, 4096, 33000], "prefill_batch": [1, 3],
     "cached_len": [0, 512], "seq_len": "1:8192:61"}}]}
"""
METHODS = {   # as eval's command line has them
    "v2-floor": ["v2-floor"], "v2-interp": ["v2-interp"], "v1-calibrated": ["v1-calibrated"],
    "measured": ["v2-interp", "mfu_source=latency", "lookup_domain=latency", "ragged_corner=clamp", "mixed_rule=fused",
                 "prefill_lookup=sqrt", "prefill_bucket=exact", "head_dim_rule=config", "tp_fallback=nearest", "causal_factor=2"],
    "kernels": ["measured", "engine=vllm-0.15.1", "kv_spread=exponential", "chain_gb_per_s=20", "chain_queue_share=0.5",
                "fuse_all_reduce_norm=true"],
}
NUMBERS = ["step_us", "prefill_us", "decode_us", "comm_us", "overhead_us"]
DIMENSIONS = ["gpu", "model", "tp", "ep", "dtype", "method", "batch", "kv_len", "prefill_batch", "cached_len", "seq_len"]


def mfusweep(args, *command):
    """Runs the tool; its stdout."""
    done = subprocess.run([args.mfusweep, *map(str, command)], capture_output=True, text=True, check=False,
                          env={**os.environ, "MFUSWEEP_DATA": str(args.source)})
    if done.returncode != 0:
        raise SystemExit(f"{command}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def text(value):
    """A label of an axis."""
    return value.decode() if isinstance(value, bytes) else value


def step_columns(at):
    """decode and prefill of a steps CSV for the axis values of a cell."""
    if "seq_len" not in at:
        return f"{at['batch']:.0f}*{at['kv_len']:.0f}", ""
    count = at.get("prefill_batch", at["batch"])
    decode = f"{at['batch']:.0f}*{at['kv_len']:.0f}" if "kv_len" in at else ""
    return decode, f"{count:.0f}*{at['cached_len']:.0f}:{at['seq_len']:.0f}"


class Sample:
    """Random cells of a block: where they are, what the file holds there, and the steps that they stand for."""

    def __init__(self, group, n_cells, rng):
        shape = group["step_us"].shape
        names = [name for name in DIMENSIONS if name in group]
        assert tuple(group[name].shape[0] for name in names) == shape, "dimensions are not in the documented order"
        axes = {name: [text(value) for value in group[name][()]] for name in names}
        flat = rng.choice(group["step_us"].size, n_cells, replace=False)
        self.cells = {field: group[field][()].reshape(-1)[flat] for field in [*NUMBERS, "bound", "flags"]}
        self.masks = dict(zip(text(group["flags"].attrs["flag_meanings"]).split(), group["flags"].attrs["flag_masks"].tolist()))
        self.bounds = text(group["bound"].attrs["flag_meanings"]).split()
        positions = numpy.unravel_index(flat, shape)
        self.at = [{name: axes[name][int(place[i])] for name, place in zip(names, positions)} for i in range(n_cells)]


def evaluate(args, folder, method, places):
    """eval's rows for cells of one method."""
    steps = folder / "steps.csv"
    with open(steps, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["model", "tp", "decode", "prefill"])
        writer.writerows([at["model"], f"{at['tp']:.0f}", *step_columns(at)] for at in places)
    preset, *settings = METHODS[method]
    sets = [part for setting in settings for part in ("--set", setting)]
    out = mfusweep(args, "eval", "--gpu", "h100", "--method", preset, *sets, "--steps", steps, *args.tables)
    return list(csv.DictReader(out.splitlines()))


def is_near(got, want, ulps):
    """Equal, or one float32 beside it where `ulps` is 1."""
    beside = [want] + [numpy.nextafter(want, numpy.float32(sign * numpy.inf)) for sign in (-1, 1)] * ulps
    return (numpy.isnan(got) and numpy.isnan(want)) or got in beside


def differences(sample, i, row):
    """Fields of cell i that are not what eval says."""
    flags, excluded = int(sample.cells["flags"][i]), sample.masks["excluded"]
    said = sum(sample.masks[name] for name in row["flags"].split("|") if name)
    if flags & excluded:
        return [field for field in NUMBERS if not numpy.isnan(sample.cells[field][i])] + (["flags"] if flags != excluded else [])
    if flags & sample.masks["void_tp"]:   # eval goes on there and says so
        split = said & sample.masks["tp_splits_heads"] or said & sample.masks["void_architecture"]
        return [] if split and numpy.isnan(sample.cells["step_us"][i]) else ["void_tp"]
    ulps = 1 if sample.at[i]["method"] == "kernels" else 0   # curves are added up in another order there
    wrong = [field for field in NUMBERS if not is_near(sample.cells[field][i], numpy.float32(row[field]), ulps)]
    wrong += ["flags"] if flags != said else []
    bound = sample.bounds[int(sample.cells["bound"][i])]
    return wrong + (["bound"] if bound != row["bound"] else [])


def check_block(args, group, n_cells, rng, folder):
    """Number of cells that differ."""
    sample, n_wrong, n_numbers = Sample(group, n_cells, rng), 0, 0
    for method in METHODS:
        chosen = [i for i, at in enumerate(sample.at) if at["method"] == method]
        for i, row in zip(chosen, evaluate(args, folder, method, [sample.at[i] for i in chosen])):
            wrong = differences(sample, i, row)
            n_numbers += not numpy.isnan(sample.cells["step_us"][i])
            n_wrong += bool(wrong)
            if wrong and n_wrong <= 5:
                print(f"{group.name} {sample.at[i]}: {wrong}")
                for field in NUMBERS:
                    print(f"    {field}: grid {sample.cells[field][i]:.9g}, eval {row[field]}")
                print(f"    flags: grid {int(sample.cells['flags'][i]):#x}, eval {row['flags']}")
    print(f"{group.name}: {group['step_us'].size} cells, {n_cells} compared, {n_numbers} of them numbers, {n_wrong} differ")
    return n_wrong


def check_counts(args, file, spec):
    """What the plan said beforehand is what the file holds, but for tables that plan does not look at."""
    plan = json.loads(mfusweep(args, "plan", spec, "--json", *args.tables))
    n_wrong = 0
    for block in plan["blocks"]:
        group = file[block["name"]]
        flags = group["flags"][()]
        masks = dict(zip(text(group["flags"].attrs["flag_meanings"]).split(), group["flags"].attrs["flag_masks"].tolist()))
        n_excluded = int(numpy.count_nonzero(flags & masks["excluded"]))
        n_nan = int(numpy.count_nonzero(numpy.isnan(group["step_us"][()])))
        n_table = int(numpy.count_nonzero(flags & masks["void_table"]))
        counts = block["cells"]
        if (counts["excluded"], counts["excluded"] + counts["void"]) != (n_excluded, n_nan - n_table):
            print(f"{block['name']}: plan says {counts}, the file has {n_excluded} excluded, {n_nan} without a number")
            n_wrong += 1
    return n_wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mfusweep", metavar="TOOL", type=Path)
    parser.add_argument("source", metavar="ROOT", type=Path)
    parser.add_argument("--seed", type=int, default=20260501)
    parser.add_argument("--cells", type=int, default=10000)
    args = parser.parse_args()
    args.mfusweep, args.source = args.mfusweep.resolve(), args.source.resolve()
    folders = [args.source.parent / "shared/data/kernels" / name for name in ("infersim", "aiconfigurator")]
    if not all(folder.is_dir() for folder in folders):
        print(f"skipped: {folders} are absent")
        return 77
    args.tables = [part for folder in folders for part in ("--bench-data", folder)]
    rng, n_wrong = numpy.random.default_rng(args.seed), 0
    with tempfile.TemporaryDirectory(prefix="mfusweep-system-") as name:
        folder = Path(name)
        (folder / "sweep.json").write_text(SWEEP, encoding="utf-8")
        mfusweep(args, "run", folder / "sweep.json", "-q", "-o", folder / "big.h5", *args.tables)
        with h5py.File(folder / "big.h5") as file:
            groups = [file[block] for block in ("decode", "prefill", "mixed")]
            n_total = sum(group["step_us"].size for group in groups)
            for group in groups:
                n_wrong += check_block(args, group, args.cells // 2 if group is groups[0] else args.cells // 4, rng, folder)
            n_wrong += check_counts(args, file, folder / "sweep.json")
    print(f"{n_total} cells in all")
    return 1 if n_wrong or n_total < 1e7 else 0


if __name__ == "__main__":
    sys.exit(main())
