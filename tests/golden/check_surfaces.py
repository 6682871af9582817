#!/usr/bin/env python3
"""Lookups in measured latencies against the oracle (tests/oracle/surfaces.py), on public tables (../shared/data/kernels).

    check_surfaces.py --surface-at PATH --gpu NAME [--seed N] [--scale F]

The oracle reads the tables itself. A point of the tool must be a row of the files; rows that the loader does not use (too
fast to be true, outliers), which are few, are taken from the oracle too. Then random lookups have to agree within 1e-9, with
the same provenance. Exit status 0: all agree; 1: not; 77: no data.
"""

import argparse
import csv
import math
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "oracle"))

import surfaces as oracle  # noqa: E402

SHARED = ROOT.parent / "shared" / "data" / "kernels" / "aiconfigurator"
SKIPPED = 77
TOLERANCE = 1e-9
MOST_UNUSED = 0.01  # share of the rows that the loader may leave out
US_PER_MS = 1e3
FORMATS = {"bfloat16": ("bf16", 0), "fp8": ("fp8", 0), "fp8_block": ("fp8", 1), "nvfp4": ("fp4", 0)}
KINDS = ("gemm", "prefill", "decode", "all_reduce", "nccl", "moe")
LINES = KINDS[3:]
USUAL_SPREAD = "power_law_1.2"
KV_BYTES = {"bf16": 2, "fp8": 1}
# Of include/msw/perf/flags.h.
SHAPE_BORROWED, INTERPOLATED, EXTRAPOLATED = 1 << 9, 1 << 16, 1 << 17


def provenance(flags):
    """The worst that the flags say."""
    if flags & EXTRAPOLATED:
        return oracle.EXTRAPOLATED
    if flags & SHAPE_BORROWED:
        return oracle.TRANSFERRED
    return oracle.INTERPOLATED if flags & INTERPOLATED else oracle.EXACT


def read_rows(path):
    """{place: latencies in us}; a place is what was run, as the tool prints it."""
    rows = {}
    with open(path, newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if "gemm_dtype" in row:
                dtype, block = FORMATS[row["gemm_dtype"]]
                place = ("gemm", dtype, block, int(row["n"]), int(row["k"]), int(row["m"]))
            else:
                is_decode = "generation" in path.name
                x = int(row["isl"]) + (int(row["step"]) if is_decode else 0)
                kind = "decode" if is_decode else "prefill"
                place = (kind, FORMATS[row["kv_cache_dtype"]][0], int(row["head_dim"]), int(row.get("window_size") or 0),
                         int(row["num_key_value_heads"]), int(row["num_heads"]), int(row["batch_size"]), x)
            rows.setdefault(place, []).append(US_PER_MS * float(row["latency"]))
    return rows


def read_points(text):
    """L2 bytes, spikes per kind, {place: us} and {slice: [(x, us)]} of kernels with one axis, as the tool sees them."""
    head, *lines = text.splitlines()
    points, slices = {}, {}
    for line in lines:
        kind, dtype, kv_dtype, block, *numbers, name = line.split()
        n, k, heads, n_kv, head_dim, window, *rest = (int(number) for number in numbers[:-3])
        x, y, latency = (float(number) for number in numbers[-3:])
        if kind == "gemm":
            points[kind, dtype, int(block), n, k, int(x)] = latency
        elif kind in ("prefill", "decode"):
            points[kind, kv_dtype, head_dim, window, n_kv, heads, int(y), int(x)] = latency
        elif kind in LINES:
            slices.setdefault((kind, dtype, int(block), *rest, name), []).append((x, latency))
    l2_bytes, *spikes = head.split()
    return float(l2_bytes), dict(zip(KINDS, map(int, spikes))), points, slices


def same(a, b):
    """Equal but for rounding."""
    return abs(a - b) <= TOLERANCE * abs(b)


def check_points(points, rows):
    """Problems of the points: each is the fastest of the rows of its place, and nearly all places have one."""
    wrong = [place for place, us in points.items() if place not in rows or not same(us, min(rows[place]))]
    unused = len(rows) - len(points)
    print(f"{len(points)} points, {unused} places of the files not used, {len(wrong)} points that are no rows")
    return wrong[:5] + (["too many rows are not used"] if unused > MOST_UNUSED * len(rows) else [])


def whole(rng, low, high):
    """A whole number, evenly in the logarithm."""
    return round(math.exp(rng.uniform(math.log(low), math.log(high))))


# ---- Queries: (line for the tool, what the oracle says)


def gemm_queries(rng, dtype, block, gemm, n_shapes):
    """Known and unknown shapes within and beyond the table, each at some m."""
    ns, ks = sorted(gemm.ks_of_n), sorted(gemm.ns_of_k)
    for _ in range(n_shapes):
        n = rng.choice(ns) if rng.random() < 0.4 else whole(rng, ns[0] / 6, ns[-1] * 6)
        k = rng.choice(ks) if rng.random() < 0.4 else whole(rng, ks[0] / 6, ks[-1] * 6)
        if rng.random() < 0.2:
            n, k = rng.choice(sorted(gemm.sites))
        curve = oracle.gemm_curve(gemm, n, k)
        knots = curve[0][0] if curve else [1.0, 4096.0]
        for _ in range(12):
            m = int(rng.choice(knots)) if rng.random() < 0.3 else whole(rng, 1, 2 * knots[-1])
            yield f"gemm {dtype} {block} {n} {k} 0 0 0 {m}", oracle.gemm_at(gemm, curve, n, k, m)


def attention_queries(rng, kind, kv_dtype, attention, n_kernels):
    """Known and unknown heads, batches and lengths."""
    keys = sorted(attention.table)
    for _ in range(n_kernels):
        head_dim, window, n_kv, heads = rng.choice(keys)
        if rng.random() < 0.5:
            n_kv = rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 40, 64])
            heads = n_kv * rng.choice([1, 2, 3, 4, 5, 6, 8, 12, 16, 32])
        if rng.random() < 0.1:
            window = rng.choice([100, 1000, 4096])
        rows = attention.table.get((head_dim, window, n_kv, heads), {1.0: {1000.0: 1.0}})
        batch = int(rng.choice(sorted(rows))) if rng.random() < 0.4 else whole(rng, 1, 2000)
        lengths = sorted({x for row in rows.values() for x in row})
        for _ in range(10):
            x = int(rng.choice(lengths)) if rng.random() < 0.4 else whole(rng, 1, 300000)
            line = f"{kind} {kv_dtype} 0 {heads} {n_kv} {head_dim} {window} {batch} {x}"
            yield line, oracle.attention_at(attention, head_dim, window, n_kv, heads, batch, x)


def line_queries(rng, slices, spikes, n_slices):
    """At, between and beyond the points of the engine's all-reduce and of experts in the usual spread."""
    lines = {key: oracle.sound_line(points) for key, points in sorted(slices.items())}
    for key, (_, _, n_spikes) in lines.items():
        spikes[key[0]] += n_spikes
    asked = [key for key in lines if key[0] == "all_reduce" or (key[0] == "moe" and key[-1] == USUAL_SPREAD)]
    for kind, dtype, block, n_gpus, hidden, inter, topk, experts, tp, ep, name in rng.choices(asked, k=n_slices):
        x, time, _ = lines[kind, dtype, block, n_gpus, hidden, inter, topk, experts, tp, ep, name]
        for _ in range(10):
            q = int(rng.choice(x)) if rng.random() < 0.3 else whole(rng, x[0] / 2, 2 * x[-1])
            numbers = f"{n_gpus} 0 0 0 0 {q}" if kind == "all_reduce" else f"{hidden} {inter} {topk} {experts} {tp} {q} {ep}"
            yield f"{kind} {dtype} {block} {numbers}", oracle.linear_at(x, time, float(q), hold=True)


def queries(rng, points, l2_bytes, spikes, scale):
    """All of a GPU's, number format by number format; counts spikes on the way."""
    groups = {}
    for place, us in points.items():
        groups.setdefault(place[:3] if place[0] == "gemm" else place[:2], []).append((place, us))
    for group, found in sorted(groups.items()):
        if group[0] == "gemm":
            gemm = oracle.Gemm((m, n, k, us) for (_, _, _, n, k, m), us in found)
            spikes["gemm"] += gemm.n_spikes
            yield from gemm_queries(rng, group[1], group[2], gemm, round(100 * scale))
        else:
            rows = [(*place[2:], us) for place, us in found]
            attention = oracle.Attention(rows, group[0] == "decode", KV_BYTES[group[1]], l2_bytes)
            spikes[group[0]] += attention.n_spikes
            yield from attention_queries(rng, *group, attention, round(300 * scale))


def compare(lines, expected, answers):
    """Prints what differs; returns how much does."""
    n_wrong, worst, seen = 0, 0.0, Counter()
    for line, want, answer in zip(lines, expected, answers):
        got = None if answer == "none" else (float(answer.split()[0]), provenance(int(answer.split()[1])))
        seen["none" if want is None else oracle.NAMES[want[1]]] += 1
        if want is not None and got is not None:
            worst = max(worst, abs(got[0] / want[0] - 1))
        agree = got == want or (None not in (got, want) and same(got[0], want[0]) and got[1] == want[1])
        n_wrong += not agree
        if not agree and n_wrong <= 10:
            print(f"{line}: surface {got}, oracle {want}")
    print(f"{len(lines)} lookups, {n_wrong} differ, worst {worst:.2g}; {dict(seen)}")
    return n_wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--surface-at", required=True, help="the executable")
    parser.add_argument("--gpu", required=True, help="folder of the tables")
    parser.add_argument("--seed", type=int, default=20260401)
    parser.add_argument("--scale", type=float, default=0.5, help="more or fewer lookups")
    args = parser.parse_args()
    if not (SHARED / args.gpu).is_dir():
        print(f"no tables in {SHARED / args.gpu}")
        return SKIPPED
    command = [args.surface_at, str(SHARED), args.gpu]
    seen = subprocess.run([*command, "points"], stdout=subprocess.PIPE, text=True, check=True).stdout
    l2_bytes, tool_spikes, points, slices = read_points(seen)
    rows = {}
    for name in ("gemm_perf.csv", "context_attention_perf.csv", "generation_attention_perf.csv"):
        for path in (SHARED / args.gpu).glob(f"vllm-*/{name}"):
            rows.update(read_rows(path))
    problems = check_points(points, rows)
    spikes, rng = Counter(), random.Random(args.seed)
    asked = list(queries(rng, points, l2_bytes, spikes, args.scale))
    asked += line_queries(rng, slices, spikes, round(200 * args.scale))
    lines, expected = [line for line, _ in asked], [want for _, want in asked]
    answers = subprocess.run(command, input="".join(f"{line}\n" for line in lines), stdout=subprocess.PIPE, text=True,
                             check=True).stdout.splitlines()
    if len(answers) != len(lines):
        problems.append(f"{len(answers)} answers to {len(lines)} questions")
    if any(spikes[kind] != tool_spikes[kind] for kind in KINDS):
        problems.append(f"spikes: surface {tool_spikes}, oracle {dict(spikes)}")
    print(f"spikes: {dict(spikes)}")
    print("\n".join(map(str, problems)))
    return 1 if compare(lines, expected, answers) or problems else 0


if __name__ == "__main__":
    sys.exit(main())
