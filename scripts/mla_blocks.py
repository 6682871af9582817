#!/usr/bin/env python3
"""How far the method measured is off for whole attention blocks of DeepSeek-V3, projections included, on each GPU with tables.

    scripts/mla_blocks.py --mfusweep TOOL --bench-data DIR

DIR holds <gpu>/<engine-version>/mla_{generation,context}_module_perf.csv and the other tables. Of those only the blocks in bf16
are looked up or fitted: those in fp8_block are new to the tool. Heads of tp 1 to 8; prefills from 1024 tokens on (shorter ones run
another kernel). Prints a Markdown table of the median and 90th percentile of the error. Needs NumPy.
"""
import argparse
import csv
import io
import os
import pathlib
import subprocess
import tempfile

import numpy as np

from kernel_rows import find

GPUS = ("h100_sxm", "h200_sxm", "b200_sxm")
MODEL, HEADS, LAYERS = "deepseek-v3", 128, 61
MOST_TP, LEAST_PREFILL = 8, 1024
OPERATIONS = ("qkv_a_proj", "q_b_proj", "kv_b_proj", "o_proj", "attention")
FORMATS = (("bf16", "bfloat16"), ("fp8", "fp8_block"))     # --dtype, gemm_type
PHASES = {"decode": "generation", "prefill": "context"}


def step_of(row, phase):
    """The row's step: tp, decode, prefill."""
    tp = HEADS // int(row["num_heads"])
    if phase == "decode":
        return tp, f"{row['batch_size']}*{row['step']}", ""
    return tp, "", f"{row['batch_size']}*0:{row['isl']}"


def blocks(folder, gpu, phase, gemm_type):
    """Steps and what their blocks take, in us."""
    with open(find(folder, gpu, f"mla_{PHASES[phase]}_module"), newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["gemm_type"] == gemm_type and row["kv_cache_dtype"] == "bfloat16"
                and int(row["num_heads"]) * MOST_TP >= HEADS and (phase == "decode" or int(row["isl"]) >= LEAST_PREFILL)]
    return [step_of(row, phase) for row in rows], np.array([float(row["latency"]) * 1e3 for row in rows])


def predicted(tool, gpu, phase, dtype, steps, tables):
    """What the tool says that the blocks take."""
    root = pathlib.Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work) / "steps.csv"
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows([("model", "tp", "decode", "prefill"), *((MODEL, *step) for step in steps)])
        done = subprocess.run([tool, "eval", "--gpu", gpu, "--method", "measured", "--dtype", dtype, "--steps", path, "--per-op", *tables],
                              capture_output=True, text=True, check=True, env={**os.environ, "MFUSWEEP_DATA": str(root)})
    rows = csv.DictReader(io.StringIO(done.stdout))
    return np.array([sum(float(row[f"{phase}_{name}_us"]) for name in OPERATIONS) / LAYERS for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mfusweep", required=True, help="the tool")
    parser.add_argument("--bench-data", required=True, help="folder with <gpu>/<version>/*_perf.csv")
    options = parser.parse_args()
    print("| GPU | step | weights | with tables: median / p90 / bias, % | closed forms alone | blocks |\n|---|---|---|---|---|---|")
    for gpu in GPUS:
        for phase in PHASES:
            for dtype, gemm_type in FORMATS:
                steps, us = blocks(options.bench_data, gpu, phase, gemm_type)
                cells = []
                for tables in (("--bench-data", options.bench_data), ()):
                    error = (predicted(options.mfusweep, gpu, phase, dtype, steps, tables) / us - 1) * 100
                    cells.append(f"{np.median(abs(error)):.1f} / {np.percentile(abs(error), 90):.1f} / {np.median(error):+.1f}")
                print(f"| {gpu} | {phase} | {gemm_type} | {cells[0]} | {cells[1]} | {len(us)} |")


if __name__ == "__main__":
    main()
