#!/usr/bin/env python3
"""`mfusweep eval --method infersim --per-op` against InferSim itself (../shared/data/golden/infersim.csv), operation by operation.

    check_infersim.py --mfusweep PATH

The published seconds are per layer, ours are microseconds of all layers. Rows run in groups of equal settings: tp is a column
of the steps, the number format an option, the rest knobs. Exit status 0: every comparable number within 1e-9; 1: not; 77: no data.
"""

import argparse
import collections
import csv
import math
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
GOLDEN = SHARED / "golden" / "infersim.csv"
KERNELS = SHARED / "kernels" / "infersim"
SKIPPED = 77
TOLERANCE = 1e-9
LAYERS = 36
SMALLEST_M = 16   # of the GEMM tables
US_PER_S = 1e6

# What InferSim calls a term of a layer -> our operations of the pass. Prefill attention is summed over the requests of a pass.
PER_LAYER = {
    "qkv_proj_s": ("qkv_proj",),
    "o_proj_s": ("o_proj",),
    "attn_other_s": ("qkv_proj", "o_proj"),
    "routed_s": ("ffn",),
    "expert_load_s": ("ffn_load",),
    "comm1_s": ("comm_before_ffn",),
    "comm2_s": ("comm_after_ffn",),
    "tp_comm_s": ("tp_all_reduce",),
}
PER_REQUEST = {"attn_core_s": ("attention",), "kv_load_s": ("kv_load",)}
LONGER_OF = {"attn_core_total_s": ("attention", "kv_load"), "moe_s": ("ffn", "ffn_load")}
# Settings of InferSim that all rows share, or that a row's other settings follow from.
FIXED = {"num_nodes": "1", "enable_deepep": "0", "enable_tbo": "0"}
# Where InferSim ends with an exception: our flag for a row whose MFU is rounded to 0, and for a KV format without rows.
STOPS = {"ZeroDivisionError": "table_hole", "ValueError": "analytic"}


def settings_of(row):
    """What has to be equal for rows to go through one run."""
    return (row["device"], row["use_fp8_gemm"], row["use_fp8_kv"], row["world_size"], row["max_prefill_tokens"])


def step_of(row):
    """The row as a line of a steps CSV. max_prefill_tokens repeats the one prompt as often as needed."""
    if row["phase"] == "decode":
        return f"qwen3-8b,{row['tp_size']},{row['bs']}*{row['kv_len']},"
    return f"qwen3-8b,{row['tp_size']},,1*0:{row['isl']}"


def write_fp8_kv_rows(folder):
    """A bench-data folder with the fp8-KV rows of the files that have both formats: a table holds one format."""
    for device in ("h20", "h800"):
        for table in sorted((KERNELS / "mha" / "decode" / device).glob("*.csv")):
            lines = table.read_text(encoding="utf-8").splitlines()
            rows = [line for line in lines if line.split(",")[1] == "fp8"]
            if not rows:
                continue
            target = folder / "mha" / "decode" / device
            target.mkdir(parents=True, exist_ok=True)
            (target / table.name).write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
            (target / "SOURCE.json").write_text((table.parent / "SOURCE.json").read_text(encoding="utf-8"), encoding="utf-8")


def evaluate(mfusweep, settings, rows, folder):
    """Our results for rows of equal settings."""
    device, fp8_gemm, fp8_kv, world_size, max_prefill_tokens = settings
    steps = folder / "steps.csv"
    steps.write_text("\n".join(["model,tp,decode,prefill", *map(step_of, rows)]) + "\n", encoding="utf-8")
    command = [mfusweep, "eval", "--gpu", device, "--method", "infersim", "--steps", steps, "--per-op", "--data-dir", ROOT,
               "--dtype", "fp8" if fp8_gemm == "1" else "bf16", "--set", f"world_size={world_size}"]
    if fp8_kv == "1":
        command += ["--set", "fp8_kv=true", "--bench-data", folder / "fp8_kv"]
    if max_prefill_tokens:
        command += ["--set", f"max_prefill_tokens={max_prefill_tokens}"]
    command += ["--bench-data", KERNELS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{done.stderr}")
    return list(csv.DictReader(done.stdout.splitlines()))


def expected_flags(row):
    """The flags that say what InferSim warns of (files that it does not find: a default MFU) or is silent about."""
    flags = {"analytic"} if row["warnings"] else set()
    has_gemm_rows = row["device"] in ("H20", "H800") and int(row["bs"] or SMALLEST_M) >= SMALLEST_M
    if row["use_fp8_gemm"] == "0" and has_gemm_rows:
        flags.add("dtype_borrowed")
    return flags


class Comparison:
    """Counts per column, and the worst difference."""

    def __init__(self):
        self.n, self.worst, self.failures = collections.Counter(), collections.Counter(), []

    def number(self, column, row, got):
        """Compares one number of a golden row."""
        want = float(row[column])
        error = 0.0 if got == want else abs(got - want) / abs(want) if want else math.inf
        self.n[column] += 1
        self.worst[column] = max(self.worst[column], error)
        if not error <= TOLERANCE:
            self.failures.append(f"id {row['id']} {column}: {got:.17g} instead of {want:.17g}")

    def row(self, row, ours):
        """Compares everything of a golden row that is a term of a step."""
        def op_s(name):
            return float(ours.get(f"{row['phase']}_{name}_us") or 0.0) / US_PER_S / LAYERS
        prompts = math.ceil(int(row["max_prefill_tokens"]) / int(row["isl"])) if row["phase"] == "prefill" else 1
        for column, names in PER_LAYER.items():
            self.number(column, row, sum(map(op_s, names)))
        for column, names in PER_REQUEST.items():
            self.number(column, row, sum(map(op_s, names)) / prompts)
        for column, names in LONGER_OF.items():
            self.number(column, row, max(map(op_s, names)))
        self.number("attn_core_max_s", row, max(op_s("attention"), op_s("kv_load")) / prompts)
        self.number("latency_ms", row, float(ours["step_us"]) / 1000.0)
        self.number("tgs", row, float(row["num_tokens"]) / int(row["tp_size"]) / float(ours["step_us"]) * US_PER_S)
        missing = expected_flags(row) - set(ours["flags"].split("|"))
        if missing:
            self.failures.append(f"id {row['id']}: flags {ours['flags']}, without {missing}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True, help="the executable")
    args = parser.parse_args()
    if not GOLDEN.exists() or not KERNELS.exists():
        print(f"skipped: {GOLDEN} or {KERNELS} is absent")
        return SKIPPED
    with open(GOLDEN, newline="", encoding="utf-8") as file:
        golden = list(csv.DictReader(file))
    groups, without = collections.defaultdict(list), collections.Counter()
    for row in golden:
        assert all(row[name] == value for name, value in FIXED.items()) and row["model"] == "qwen3-8B", row
        groups[settings_of(row)].append(row)
    comparison, devices = Comparison(), collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_fp8_kv_rows(folder / "fp8_kv")
        for settings, rows in groups.items():
            for row, ours in zip(rows, evaluate(args.mfusweep, settings, rows, folder)):
                if row["status"] == "ok":
                    comparison.row(row, ours)
                    devices[row["device"]] += 1
                    continue
                without[row["status"]] += 1
                if STOPS[row["status"]] not in ours["flags"].split("|") or not float(ours["step_us"]) > 0.0:
                    comparison.failures.append(f"id {row['id']}: {row['status']}, but flags {ours['flags']}")
    print(f"{sum(devices.values())} of {len(golden)} rows compared: {dict(devices)}; {len(groups)} settings")
    print(f"InferSim has no number, ours is flagged {STOPS}: {dict(without)}")
    for column, n in comparison.n.items():
        print(f"  {column:18} {n:5} values, worst relative difference {comparison.worst[column]:.2g}")
    for failure in comparison.failures[:20]:
        print(failure)
    print(f"{len(comparison.failures)} failures beyond {TOLERANCE:g}")
    return 1 if comparison.failures or sum(devices.values()) + sum(without.values()) != len(golden) else 0


if __name__ == "__main__":
    sys.exit(main())
