#!/usr/bin/env python3
"""The closed forms in C against those in Python (scripts/kernel_models.py), with the coefficients of every shipped GPU.

    check_analytic.py --analytic-at PATH [--seed N] [--per-kernel N]

Exit status 0: all agree within 1e-12; 1: not; 77: no NumPy.
"""

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
TOLERANCE = 1e-12
try:
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(SKIPPED)

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
import kernel_models as models  # noqa: E402

HEADS = ((1, 1), (8, 8), (32, 32), (4, 1), (8, 1), (64, 8), (16, 2), (28, 4), (7, 1))


def whole(dice, most):
    """A whole number, as likely in one octave as in another; often a power of two, one more or one less."""
    value = int(2 ** dice.uniform(0, np.log2(most)))
    if dice.random() < .5:
        value = 2 ** (value.bit_length() - 1) + dice.choice((-1, 0, 1))
    return max(value, 1)


def arguments(dice, kernel):
    heads, kv_heads = dice.choice(HEADS)
    head_dim = dice.choice((64, 96, 128, 256))
    if kernel == "gemm":
        return whole(dice, 1e5), whole(dice, 1e5), whole(dice, 5e4)
    if kernel == "prefill_attention":
        return whole(dice, 64), whole(dice, 1e5) + 1, dice.choice((0, whole(dice, 1e5))), heads, kv_heads, head_dim
    if kernel == "decode_attention":
        return whole(dice, 1024), whole(dice, 2e5), heads, kv_heads, head_dim
    if kernel == "moe":
        experts = dice.choice((8, 32, 64, 128, 256))
        return (whole(dice, 65536), whole(dice, 8192), whole(dice, 8192), dice.choice((1, 2, 4, 8)), experts,
                dice.choice((1, 2, 8)))
    if kernel == "mla_decode":
        return whole(dice, 1024), whole(dice, 2e5), whole(dice, 200), dice.choice((80, 256, 512)), dice.choice((20, 64))
    if kernel == "mla_prefill":
        return whole(dice, 64), whole(dice, 1e5) + 1, whole(dice, 200), dice.choice((30, 128, 192)), 64, dice.choice((128, 256))
    return (whole(dice, 1e9), dice.choice((2, 4, 8, 16, 72))) if kernel == "all_reduce" else (whole(dice, 1e10),)


def expected(kernel, dtype, fit, hardware, args):
    args = [np.float64(arg) for arg in args]
    if kernel == "gemm":
        return models.gemm_us(fit, hardware, dtype, *args)
    if kernel == "prefill_attention":
        return models.prefill_us(fit, hardware, dtype, *args)
    if kernel == "decode_attention":
        return models.decode_us(fit, hardware, dtype, *args)
    if kernel == "moe":
        return models.moe_us(fit, hardware, dtype, *args)
    if kernel == "mla_decode":
        return models.mla_decode_us(fit, hardware, *args)
    if kernel == "mla_prefill":
        return models.mla_prefill_us(fit, hardware, *args)
    return models.all_reduce_us(fit, hardware, *args) if kernel == "all_reduce" else models.memory_op_us(fit, hardware, *args)


def questions(dice, per_kernel):
    """(line, time in us) for every kernel of every GPU."""
    for path in sorted((ROOT / "bench_data" / "gpus").glob("*.json")):
        entry = json.loads(path.read_text())
        hardware = models.Hardware.of(entry)
        kernels = {**entry["analytic"], **{f"mla_{kernel}": block for kernel, block in entry["analytic_mla"].items()}}
        for kernel, block in kernels.items():
            if not isinstance(block, dict):     # fitted_on, source
                continue
            of_dtype = block if "bf16" in block else {"bf16": block}
            for dtype, fit in of_dtype.items():
                for _ in range(per_kernel):
                    args = arguments(dice, kernel)
                    line = f"{entry['name']} {kernel} {dtype} {' '.join(str(arg) for arg in args)}"
                    yield line, float(expected(kernel, dtype, fit, hardware, args))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--analytic-at", required=True)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--per-kernel", type=int, default=100)
    options = parser.parse_args()
    asked = list(questions(random.Random(options.seed), options.per_kernel))
    text = "".join(line + "\n" for line, _ in asked)
    done = subprocess.run([options.analytic_at], input=text, text=True, capture_output=True)
    answers = done.stdout.split()
    if done.returncode != 0 or len(answers) != len(asked):
        print(f"analytic_at ended with {done.returncode}: {done.stderr}")
        return 1
    worst, n_wrong = 0.0, 0
    for (line, us), answer in zip(asked, answers):
        off = abs(float(answer) / us - 1) if answer != "none" else float("inf")
        worst = max(worst, off)
        if not off <= TOLERANCE:
            n_wrong += 1
            print(f"{line}: {answer}, expected {us:.17g}")
    print(f"{len(asked)} times, {n_wrong} differ; the worst by {worst:.2g}")
    return 1 if n_wrong or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
