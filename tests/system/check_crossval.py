#!/usr/bin/env python3
"""mfusweep crossval against the oracle (tests/oracle/surfaces.py) on public tables (../shared/data/kernels), which it reads itself.

    check_crossval.py TOOL ROOT

Held out are an m, a shape (n, k), the largest m, a length and a point of prefill attention; the counts, medians and percentiles
of the rule "measured" have to be the oracle's. Exit status 0: they are; 1: not; 77: no data.
"""
import csv
import json
import math
import sys

from tool import ROOT, SKIPPED, call, expect, expect_status

sys.path.insert(0, str(ROOT / "tests" / "oracle"))

import surfaces as oracle  # noqa: E402

SHARED = ROOT.parent / "shared" / "data" / "kernels" / "aiconfigurator"
GPU = "a100_sxm"  # the smallest tables
US_PER_MS = 1e3
MOST_SHAPES = 1 + 40000 // 280
FEWEST_M = 5


def read(name, place):
    """[(*place, us)] of the bf16 rows of a table, the fastest of each place."""
    best = {}
    for path in (SHARED / GPU).glob(f"vllm-*/{name}"):
        with open(path, newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if "bfloat16" in (row.get("gemm_dtype"), row.get("kv_cache_dtype")):
                    at, us = place(row), US_PER_MS * float(row["latency"])
                    best[at] = min(us, best.get(at, us))
    return [(*at, us) for at, us in best.items()]


def figures(errors):
    """n, median and p90 of the absolute value, and the median, in percent."""

    def percentile(values, share):
        values = sorted(values)
        place = (len(values) - 1) * share
        low = int(place)
        return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])

    absolute = [abs(error) for error in errors]
    return len(errors), percentile(absolute, 0.5), percentile(absolute, 0.9), percentile(errors, 0.5)


def error(predicted, measured):
    return 100 * (predicted / measured - 1)


# ---- What the oracle finds


def of_m(sites):
    """Errors of every m between others, and of the largest m."""
    inner, last = [], []
    for ms, us in (sites[site] for site in sorted(sites)):
        for i in range(1, len(ms)):
            rest = ms[:i] + ms[i + 1:], us[:i] + us[i + 1:]
            found = error(oracle.linear_at(*rest, ms[i], hold=True)[0], us[i])
            if i + 1 < len(ms):
                inner.append(found)
            elif len(ms) >= FEWEST_M:
                last.append(found)
    return inner, last


def of_shapes(rows, sites):
    """Errors at all m of every so many-th shape that is no end of n or k."""
    ns, ks = sorted({n for n, _ in sites}), sorted({k for _, k in sites})
    inner = [site for site in sorted(sites) if ns[0] < site[0] < ns[-1] and ks[0] < site[1] < ks[-1]]
    errors = []
    for n, k in inner[:: math.ceil(len(inner) / MOST_SHAPES)]:
        gemm = oracle.Gemm(row for row in rows if row[1:3] != (n, k))
        curve = oracle.gemm_curve(gemm, n, k)
        errors += [error(oracle.gemm_at(gemm, curve, n, k, m)[0], us) for m, us in zip(*sites[n, k])]
    return errors


def of_lengths(rows):
    """Errors of lengths of a configuration that lie between others along the sequence and along batch."""
    table = oracle.Attention(rows, False, 2, None).table
    errors = []
    for key, batches in table.items():
        tests = {}
        for below, batch, above in zip(sorted(batches), sorted(batches)[1:], sorted(batches)[2:]):
            for x in sorted(batches[batch])[1:-1]:
                if x in batches[below] and x in batches[above]:
                    tests.setdefault(x, []).append(batch)
        group = [row for row in rows if row[:3] == key[:3]]
        for x, of_x in tests.items():
            rest = oracle.Attention((row for row in group if row[:4] != key or row[5] != x), False, 2, None)
            errors += [error(oracle.attention_at(rest, *key, batch, x)[0], batches[batch][x]) for batch in of_x]
    return errors


def of_points(rows):
    """Errors of the cells that have others on both sides along both axes."""
    attention, errors = oracle.Attention(rows, False, 2, None), []
    for key, batches in attention.table.items():
        for below, batch, above in zip(sorted(batches), sorted(batches)[1:], sorted(batches)[2:]):
            for x in sorted(batches[batch])[1:-1]:
                if x in batches[below] and x in batches[above]:
                    us = batches[batch].pop(x)
                    errors.append(error(oracle.hole_at(attention, key, batch, x), us))
                    batches[batch][x] = us
    return errors


# ---- Comparing


def compare(report, kernel, held_out, errors):
    found = [result for result in report["results"] if (result["kernel"], result["held_out"], result["window"])
             == (kernel, held_out, False)]
    expect(len(found) == 1, f"{len(found)} results of {kernel}, {held_out}")
    got = found[0]["methods"][0]
    n, *expected = figures(errors)
    print(f"{kernel}, {held_out}: n {n}, median {expected[0]:.3f}, p90 {expected[1]:.3f}, bias {expected[2]:+.3f}")
    expect(got["n"] == n, f"{kernel}, {held_out}: n {got['n']}, the oracle has {n}")
    for name, want in zip(("median", "p90", "bias"), expected):
        expect(abs(got[name] - want) < 1e-8, f"{kernel}, {held_out}: {name} {got[name]}, the oracle has {want}")


def main():
    if not (SHARED / GPU).is_dir():
        print(f"no tables in {SHARED / GPU}")
        return SKIPPED
    result = expect_status(call("crossval", "--gpu", GPU, "--bench-data", SHARED, "--dtype", "bf16", "--method", "measured",
                                "--kernel", "gemm,prefill", "--json"))
    report = json.loads(result.stdout)
    rows = read("gemm_perf.csv", lambda row: tuple(int(row[name]) for name in "mnk"))
    sites = oracle.Gemm(rows).sites
    inner, last = of_m(sites)
    compare(report, "gemm", "m", inner)
    compare(report, "gemm", "last_m", last)
    compare(report, "gemm", "shape", of_shapes(rows, sites))
    names = ("head_dim", "num_key_value_heads", "num_heads", "batch_size", "isl")
    prefill = read("context_attention_perf.csv", lambda row: (int(row["head_dim"]), int(row.get("window_size") or 0),
                                                              *(int(row[name]) for name in names[1:])))
    compare(report, "prefill", "length", of_lengths(prefill))
    compare(report, "prefill", "point", of_points(prefill))
    return 0


if __name__ == "__main__":
    sys.exit(main())
