#!/usr/bin/env python3
"""Fits the coefficients of the analytic kernel models (kernel_models.py) to measured kernel tables.

    scripts/fit_kernels.py --bench-data DIR [--gpu GPU ...]            prints coefficients and residuals
    scripts/fit_kernels.py --bench-data DIR --across                   the fit of each GPU, tried on every other
    scripts/fit_kernels.py --bench-data DIR --write [--gpus FOLDER]    puts them into the GPU entries
    scripts/fit_kernels.py --bench-data DIR --check [--gpus FOLDER]    residuals of what the entries say, without a fit

DIR holds <gpu>/<engine-version>/{gemm,context_attention,generation_attention,moe,custom_allreduce}_perf.csv.
Every third (n, k) of GEMM, (heads, kv_heads, head_dim) of attention and (hidden, inter, topk, experts) of routed experts, in
ascending order, and every other size of all-reduce is left out of the fit; the residuals are those of the rows left out.
GPUs without tables take the coefficients of the nearest architecture. Needs NumPy.
"""
import argparse
import datetime
import json
import pathlib
import re
import sys
import textwrap

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kernel_models as models  # noqa: E402
from kernel_rows import (DTYPES, FP8_MIN_M, HEAD_DIMS, KERNELS, all_reduce_rows, find, load, numbers,  # noqa: E402
                         read_columns)

SAMPLE_ROWS = 5000          # rows that the fit looks at
SEED = 1
HUBER = 0.15                # log residuals beyond this count linearly: tables have outliers and switches of algorithm
ONE_DIM_SOFTMAX_US = .9    # where one head_dim was measured MMA and softmax cannot be told apart: 16384 exponentials on Hopper
TEXT_WIDTH = 112
TIED = "\x01"                # stands for a space at which no line is broken
CUSTOM_MAX_BYTES = 8 * 2 ** 20


# name, start, lowest, highest
GEMM = (("launch_us", 2.5, .3, 20), ("mfu", .8, .3, 1), ("sm_load_gb_per_s", 100, 10, 1000),
        ("epilogue_us", .5, .001, 20), ("k_us", .3, .001, 20), ("bw_fraction", .8, .2, 1), ("overlap_power", 3, 1, 8),
        ("wave_quantisation", .5, .01, 1), ("split_us", 2, .01, 20), ("split_passes", 1, .1, 20),
        ("throttle_fraction", .1, .001, 1))
QUANTISE = (("quantise_row_us", .5, .001, 5), ("quantise_bw_fraction", .5, .05, 1))
PREFILL = (("launch_us", 8, 1, 40), ("mfu", .7, .2, 1), ("cta_us", 1, .001, 20),
           ("tail_fraction", .8, .2, 4), ("overlap_power", 2, 1, 8), ("bw_fraction", .7, .1, 1), ("kv_passes", 2, .5, 30),
           ("token_us", .1, .001, 10), ("throttle_fraction", .1, .001, 1))
SOFTMAX = (("softmax_us", .7, .001, 10),)
QUERY = (("query_passes", 1.5, 1, 10),)
DECODE = (("launch_us", 6, 1, 40), ("cta_us", 1.5, .01, 20), ("block_us", .3, .001, 20),
          ("sm_load_gb_per_s", 150, 10, 2000), ("group_us", .5, .001, 20), ("bw_fraction", .9, .1, 1),
          ("overlap_power", 2, 1, 8), ("combine_us", 1.5, .01, 20), ("combine_passes", .5, .01, 20))
MOE = (("launch_us", 20, 1, 200), ("mfu", .5, .1, 1), ("sm_load_gb_per_s", 150, 10, 1000), ("bw_fraction", .8, .1, 1),
       ("overlap_power", 2, 1, 8), ("pair_passes", 3, .01, 20), ("spread", .8, .2, 2), ("expert_map_us", 8, .01, 100))
WIDE_HEAD = (("wide_head_slowdown", 1.2, .3, 10),)
REGROUP = (("regroup_us", 5, .01, 20),)

# What the libraries do, by the GPU's major architecture: cuBLAS chooses among tiles and splits; CUTLASS' fp8 kernels take
# theirs by m; FlashAttention 2 packs no groups and splits no MHA, FlashAttention 3 does both, TensorRT-LLM packs for decode.
ANY_M = 1e9
CUBLAS_TILES = [[0, ANY_M, m, n] for m, n in ((16, 64), (32, 64), (64, 32), (64, 64), (64, 128), (64, 256), (128, 64),
                                              (128, 128), (128, 256), (256, 128))]
MOE_TILES = [[16, 64], [16, 128], [32, 128], [64, 128], [128, 128], [128, 256]]
FP8_TILES = {9: [[0, 64, 64, 32], [65, 128, 64, 128], [129, ANY_M, 128, 128]]}
LIBRARY = {
    8: {"prefill": {"q_tile": 128, "kv_tile": 64, "gqa_packed": 0},
        "decode": {"ctas_per_sm": 2, "max_splits": 128, "mha_splits": 0}},
    9: {"prefill": {"q_tile": 128, "kv_tile": 128, "gqa_packed": 1},
        "decode": {"ctas_per_sm": 1, "max_splits": 32, "mha_splits": 1}},
    10: {"prefill": {"q_tile": 256, "kv_tile": 128, "gqa_packed": 0},
         "decode": {"ctas_per_sm": 1, "max_splits": 128, "mha_splits": 1}},
}
# Without tables of their own: the same chip, or the one whose kernels run on it (no wgmma or tcgen05 on sm 89 and 120).
NEAREST = {"a100_pcie": "a100_sxm", "h100_pcie": "h100_sxm", "h20": "h100_sxm", "h800": "h100_sxm", "l40s": "a100_sxm",
           "rtx_pro_6000": "a100_sxm", "gb200": "b200_sxm", "gb300": "b300_sxm"}
NEAREST_FP8 = "h100_sxm"
NUM_SM = {"a100_sxm": 108, "a100_pcie": 108, "h100_sxm": 132, "h100_pcie": 114, "h200_sxm": 132, "h20": 78, "h800": 132,
          "b200_sxm": 148, "b300_sxm": 148, "gb200": 152, "gb300": 152, "l40s": 142, "rtx_pro_6000": 188}


# ---- the solver

def minimise(model, start, low, high, us, weight, rounds=60):
    """Levenberg-Marquardt on log(model / us) in the logarithms of the coefficients, Huber's loss; returns coefficients."""
    low, high, log_us = np.log(low), np.log(high), np.log(us)
    x = np.clip(np.log(start), low, high)

    def residuals(at):
        return np.log(model(np.exp(at))) - log_us

    def loss(r):
        size = np.abs(r)
        return np.sum(weight * np.where(size < HUBER, .5 * size * size, HUBER * (size - .5 * HUBER)))

    r = residuals(x)
    best, damping, step = loss(r), 1e-2, 1e-4
    for _ in range(rounds):
        jacobian = np.empty((len(us), len(x)))
        for i_x in range(len(x)):
            moved = x.copy()
            moved[i_x] += step if x[i_x] + step <= high[i_x] else -step
            jacobian[:, i_x] = (residuals(moved) - r) / (moved[i_x] - x[i_x])
        row_weight = weight * np.where(np.abs(r) < HUBER, 1.0, HUBER / np.maximum(np.abs(r), 1e-12))
        normal = jacobian.T @ (jacobian * row_weight[:, None])
        gradient = jacobian.T @ (r * row_weight)
        scale = np.diag(normal) + 1e-9 * np.trace(normal) / len(x)
        for _ in range(10):
            change = np.clip(np.linalg.solve(normal + damping * np.diag(scale), -gradient), -.7, .7)
            tried = np.clip(x + change, low, high)
            r_tried = residuals(tried)
            if loss(r_tried) < best:
                break
            damping *= 4
        else:
            break
        gain = 1 - loss(r_tried) / best
        x, r, best, damping = tried, r_tried, loss(r_tried), max(damping / 3, 1e-6)
        if gain < 1e-5:
            break
    return np.exp(x)


def rounded(value):
    """Four digits: more would claim more than the fit knows."""
    return float(f"{value:.4g}")


def fit(terms, fixed, model, rows, seed=SEED):
    """{name: coefficient} for `model(c, *args)`; `fixed` are coefficients that are facts."""
    names = [term[0] for term in terms]
    chosen = np.flatnonzero(~rows.held & ~rows.noted)
    if len(chosen) > SAMPLE_ROWS:
        chosen = np.random.default_rng(seed).choice(chosen, SAMPLE_ROWS, replace=False)
    sample = rows.take(chosen)

    def predicted(values):
        return model({**fixed, **dict(zip(names, values))}, *sample.args)

    low, high = ([term[i] for term in terms] for i in (2, 3))
    values = minimise(predicted, [term[1] for term in terms], low, high, sample.us, sample.weight)
    return {**dict(zip(names, map(rounded, values))), **fixed}


# ---- kernels

def major(entry):
    return int(entry["sm_version"]) // 10


def library_of(entry):
    return LIBRARY[major(entry)]


def model_of(kernel, dtype, hw):
    if kernel == "gemm":
        return lambda c, m, n, k: models.gemm_us(c, hw, dtype, m, n, k)
    if kernel == "moe":
        return lambda c, *args: models.moe_us(c, hw, dtype, *args)
    if kernel == "prefill_attention":
        return lambda c, *args: models.prefill_us(c, hw, dtype, *args)
    return lambda c, *args: models.decode_us(c, hw, dtype, *args)


def terms_of(kernel, dtype, entry, rows):
    """Coefficients to fit, and those that are facts or that the rows do not show."""
    library = library_of(entry)
    if kernel == "gemm":
        if dtype == "bf16":
            return GEMM, {"tiles": CUBLAS_TILES, "splits": [1, 2, 4, 8, 16]}
        tiles = FP8_TILES.get(major(entry), CUBLAS_TILES)
        no_split = {"split_us": 0.0, "split_passes": 0.0}
        return tuple(t for t in GEMM if t[0] not in no_split) + QUANTISE, {**no_split, "tiles": tiles, "splits": [1]}
    if kernel == "moe":
        return MOE, {"tiles": MOE_TILES}
    terms, fixed = (PREFILL, dict(library["prefill"])) if kernel == "prefill_attention" else (DECODE, dict(library["decode"]))
    optional = {"wide_head_slowdown": (WIDE_HEAD, 1.0, dtype != "bf16")}
    if kernel == "prefill_attention":
        optional["query_passes"] = (QUERY, 1.0, dtype != "bf16")
        optional["softmax_us"] = (SOFTMAX, ONE_DIM_SOFTMAX_US, len(np.unique(rows.args[-1])) > 1)
    else:
        optional["regroup_us"] = (REGROUP, 0.0, not library["decode"]["mha_splits"])
    for name, (term, otherwise, there) in optional.items():
        terms, fixed = (terms + term, fixed) if there else (terms, {**fixed, name: otherwise})
    return terms, fixed


def fit_gpu(tables, entry):
    """{kernel: {dtype: coefficients}}"""
    hw = models.Hardware.of(entry)
    fitted = {}
    for kernel, of_dtype in tables.items():
        for dtype, rows in of_dtype.items():
            terms, fixed = terms_of(kernel, dtype, entry, rows)
            fitted.setdefault(kernel, {})[dtype] = fit(terms, fixed, model_of(kernel, dtype, hw), rows)
    return fitted


# ---- all-reduce

ALL_REDUCE = (("one_shot_us", 4, .5, 50), ("one_shot_peer_us", .1, .001, 10), ("one_shot_link_fraction", .5, .02, 1),
              ("two_shot_us", 6, .5, 50), ("two_shot_peer_us", .2, .001, 10), ("two_shot_link_fraction", .7, .02, 1))
RING = (("ring_us", 15, .5, 200), ("ring_peer_us", 1, .001, 50), ("ring_link_fraction", .8, .02, 1),
        ("in_switch_gain", 1.1, 1, 2))


def fit_all_reduce(rows, hw):
    """Few sizes and three GPU counts: every other size is left out."""
    size_rank = np.unique(rows.args[0], return_inverse=True)[1].reshape(-1)
    rows.held = size_rank % 2 == 1
    small = rows.args[0] < CUSTOM_MAX_BYTES
    model = lambda c, size, tp: models.all_reduce_us(c, hw, size, tp)  # noqa: E731
    unused = {name: start for name, start, *_ in RING}
    custom = fit(ALL_REDUCE, {"custom_max_bytes": CUSTOM_MAX_BYTES, **unused}, model, rows.take(small))
    return fit(RING, {name: value for name, value in custom.items() if name not in unused}, model, rows.take(~small))


# ---- figures

def print_single_token(folder, gpu, hw, fitted):
    """Prefill of one token is decode on one: what the tables of prefill say to that."""
    names = ("batch_size", "isl", "num_heads", "num_key_value_heads", "head_dim", "window_size", "kv_cache_dtype", "latency")
    columns = read_columns(find(folder, gpu, "context_attention"), names)
    batch, isl, heads, kv_heads, head_dim, ms = (numbers(columns[i]) for i in (0, 1, 2, 3, 4, 7))
    for theirs, ours in DTYPES.items():
        chosen = (isl == 1) & (columns[6] == theirs) & np.isin(head_dim, HEAD_DIMS)
        chosen &= True if columns[5] is None else numbers(columns[5]) == 0
        if chosen.any() and ours in fitted["decode_attention"]:
            predicted = models.decode_us(fitted["decode_attention"][ours], hw, ours, batch[chosen], isl[chosen], heads[chosen],
                                         kv_heads[chosen], head_dim[chosen])
            print(f"{gpu} prefill of one token by the decode model, {ours}: {shown(figures(predicted, ms[chosen] * 1e3))}")


def figures(predicted, us):
    error = np.abs(predicted / us - 1) * 100
    return {"n": int(len(us)), "median_percent": round(float(np.median(error)), 1),
            "p90_percent": round(float(np.percentile(error, 90)), 1),
            "bias_percent": round(float(np.median(predicted / us - 1) * 100), 1)}


def residuals(c, model, rows, chosen=None):
    chosen = rows.held if chosen is None else chosen
    part = rows.take(chosen)
    return figures(model(c, *part.args), part.us) if len(part.us) else None


def shown(found):
    return "-" if not found else f"{found['median_percent']:5.1f} {found['p90_percent']:6.1f} {found['n']:7d}"


def print_fit(gpu, kernel, dtype, c, model, rows):
    named = {name: value for name, value in c.items() if name not in ("tiles", "splits")}
    print(f"{gpu} {kernel} {dtype}")
    print("  " + "  ".join(f"{name} {value:g}" for name, value in named.items()))
    print(f"  fitted {shown(residuals(c, model, rows, ~rows.held & ~rows.noted))}"
          f"   left out {shown(residuals(c, model, rows, rows.held & ~rows.noted))}"
          + (f"   left out, noted rows too {shown(residuals(c, model, rows))}" if rows.noted.any() else ""))
    if kernel in ("gemm", "moe"):
        edges = (1, 2, 17, 65, 257, 1025, 4097, ANY_M)
        parts = [("m" if kernel == "gemm" else "tokens", f"{low:g}..", (rows.args[0] >= low) & (rows.args[0] < high))
                 for low, high in zip(edges, edges[1:])]
    else:
        parts = [("head_dim", f"{dim}", rows.args[-1] == dim) for dim in HEAD_DIMS]
        edges = (0, 10, 30, 100, 1000, ANY_M)
        parts += [("us", f"{low:g}..", (rows.us >= low) & (rows.us < high)) for low, high in zip(edges, edges[1:])]
    print("  " + "; ".join(f"{what} {part} {shown(residuals(c, model, rows, rows.held & chosen))}"
                           for what, part, chosen in parts if (rows.held & chosen).any()))


def adapted(c, dtype, source, target):
    """Coefficients for another GPU. Where its SMs multiply more slowly, what is lost besides (issue, synchronisation) stays as
    long as it was: mfu comes nearer to 1, and the chip grows less hot."""
    def per_sm(entry):
        return entry["peak_tflops"].get(dtype, 0.0) / entry["num_sm"]
    if "mfu" not in c or not 0 < per_sm(target) < per_sm(source):
        return c
    ratio = per_sm(target) / per_sm(source)
    changed = {**c, "mfu": rounded(1.0 / (1.0 + (1.0 / c["mfu"] - 1.0) * ratio))}
    if "throttle_fraction" in c:
        changed["throttle_fraction"] = rounded(c["throttle_fraction"] * ratio)
    return changed


def print_across(tables, fitted, entries):
    """Every GPU's coefficients on every other GPU's tables."""
    print("coefficients of -> on the tables of: median p90 n, all shapes")
    for kernel in KERNELS:
        for dtype in ("bf16", "fp8"):
            for source in fitted:
                for target in tables:
                    c, rows = fitted[source].get(kernel, {}).get(dtype), tables[target].get(kernel, {}).get(dtype)
                    if c and rows:
                        model = model_of(kernel, dtype, models.Hardware.of(entries[target]))
                        c = adapted(c, dtype, entries[source], entries[target])
                        found = shown(residuals(c, model, rows, ~rows.noted))
                        print(f"  {kernel:18s} {dtype:5s} {source:9s} -> {target:9s} {found}")


# ---- GPU entries

def load_entry(path):
    """An entry, with the number of SMs."""
    entry = json.loads(path.read_text())
    if entry["name"] in NUM_SM:
        entry.setdefault("num_sm", NUM_SM[entry["name"]])
    return entry


def compact(value):
    return json.dumps(value).replace("1000000000.0", "1e9")


def coefficients_text(c, indent):
    """Name and value after name and value, in lines that can be read."""
    parts = [f'"{name}": {compact(value)}' for name, value in c.items()]
    tied = [part.replace(" ", TIED).replace(f"],{TIED}[", "], [") for part in parts]
    lines = textwrap.wrap(", ".join(tied), TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
    text = "\n".join(" " * indent + line.replace(TIED, " ") for line in lines)
    return "{\n" + text + "\n" + " " * (indent - 2) + "}"


def block_text(block):
    """The block "analytic" as text."""
    lines = ['  "analytic": {', f'    "fitted_on": {compact(block["fitted_on"])},',
             f'    "source": {compact(block["source"])},']
    kernels = []
    for kernel, of_dtype in block["kernels"].items():
        if kernel in KERNELS:
            rows = [f'      "{dtype}": {coefficients_text(value, 8)}' for dtype, value in of_dtype.items()]
            kernels.append(f'    "{kernel}": {{\n' + ",\n".join(rows) + "\n    }")
        else:
            kernels.append(f'    "{kernel}": {coefficients_text(of_dtype, 6)}')
    return "\n".join(lines) + "\n" + ",\n".join(kernels) + "\n  },\n"


def put_block(text, entry, block):
    """The entry's text with the facts and the block in it, instead of those that were there."""
    text = re.sub(r'  "analytic": \{\n.*?\n  \},\n', "", text, flags=re.S)
    if '"num_sm"' not in text:
        facts = f'  "num_sm": {entry["num_sm"]},\n'
        text = re.sub(r'(  "sm_version": [0-9.]+,\n)', lambda found: found.group(1) + facts, text)
    at = text.index('\n  "source":') + 1      # the entry's, not a block's
    return text[:at] + block_text(block) + text[at:]


def blocks_of(fitted, notes, versions, date):
    """The block of each GPU with tables: coefficients with their residuals."""
    blocks = {}
    for gpu, of_kernel in fitted.items():
        kernels = {kernel: {dtype: {**c, "residuals": notes[gpu][kernel][dtype]} for dtype, c in of_kernel[kernel].items()}
                   for kernel in KERNELS if kernel in of_kernel}
        if "all_reduce" in of_kernel:
            kernels["all_reduce"] = {**of_kernel["all_reduce"], "residuals": notes[gpu]["all_reduce"]}
        held = ("residuals are of shapes left out of the fit: every third (n, k), (heads, kv_heads, head_dim), "
                "(hidden, inter, topk, experts), every other size of all-reduce")
        launch = of_kernel.get("gemm", {}).get("bf16")
        if launch:      # no table measures these: the floor and the bandwidth of the GPU's GEMM
            kernels["memory_op"] = {name: launch[name] for name in ("launch_us", "bw_fraction")}
        blocks[gpu] = {"fitted_on": gpu, "source": f"scripts/fit_kernels.py, {date}, tables: {versions[gpu]}; {held}",
                       "kernels": kernels}
    return blocks


def borrowed(blocks, gpu, entries):
    """The block of the nearest architecture, for a GPU without tables; fp8 from where there is fp8."""
    entry, block = entries[gpu], blocks[NEAREST[gpu]]
    kernels = {kernel: dict(of_dtype) for kernel, of_dtype in block["kernels"].items()}
    for kernel in KERNELS:
        for dtype, c in kernels.get(kernel, {}).items():
            kernels[kernel][dtype] = adapted(c, dtype, entries[NEAREST[gpu]], entry)
    fp8 = blocks.get(NEAREST_FP8, {"kernels": {}})["kernels"] if "fp8" in entry["peak_tflops"] else {}
    for kernel in KERNELS:
        if "fp8" in fp8.get(kernel, {}) and "fp8" not in kernels.get(kernel, {"fp8": None}):
            kernels[kernel]["fp8"] = adapted(fp8[kernel]["fp8"], "fp8", entries[NEAREST_FP8], entry)
    return {"fitted_on": block["fitted_on"], "source": block["source"].split("; residuals")[0],
            "kernels": {kernel: without_residuals(value) for kernel, value in kernels.items()}}


def without_residuals(value):
    """They are those of another GPU."""
    return {name: without_residuals(part) if isinstance(part, dict) else part for name, part in value.items()
            if name != "residuals"}


def write_entries(folder, entries, blocks):
    for gpu, entry in entries.items():
        if gpu in blocks or NEAREST.get(gpu) in blocks:
            path = folder / f"{gpu}.json"
            text = put_block(path.read_text(), entry, blocks[gpu] if gpu in blocks else borrowed(blocks, gpu, entries))
            json.loads(text)
            path.write_text(text)
            print(f"wrote {path}")


def study(folder, gpu, of_kernel, entry):
    """Fits a GPU's tables and prints how well; coefficients and residuals of each kernel."""
    hw = models.Hardware.of(entry)
    fitted, notes = fit_gpu(of_kernel, entry), {}
    for kernel, of_dtype in of_kernel.items():
        for dtype, rows in of_dtype.items():
            c, model = fitted[kernel][dtype], model_of(kernel, dtype, hw)
            print_fit(gpu, kernel, dtype, c, model, rows)
            note = residuals(c, model, rows, rows.held & ~rows.noted)
            notes.setdefault(kernel, {})[dtype] = {**note, "m_from": FP8_MIN_M} if rows.noted.any() else note
    if "prefill_attention" in of_kernel and "decode_attention" in of_kernel:
        print_single_token(folder, gpu, hw, fitted)
    rows = all_reduce_rows(folder, gpu)
    if rows:
        c = fitted["all_reduce"] = fit_all_reduce(rows, hw)
        notes["all_reduce"] = residuals(c, lambda c, *args: models.all_reduce_us(c, hw, *args), rows)
        print(f"{gpu} all_reduce\n  " + "  ".join(f"{name} {value:g}" for name, value in c.items()))
        print(f"  left out {shown(notes['all_reduce'])}", flush=True)
    return fitted, notes


# ---- what the entries say

TARGETS = {"median_percent": 8.0, "p90_percent": 20.0}      # bf16, on shapes left out of the fit ...
AIMED_AT = ("gemm", "prefill_attention", "decode_attention")    # ... of these


def check_table(tables, entries, dtype):
    """Lines of a Markdown table of residuals, and what misses the targets."""
    lines = [f"| {dtype}: median / p90 in percent (rows) | " + " | ".join(tables) + " |", "|---" * (len(tables) + 1) + "|"]
    missed = []
    for kernel in KERNELS:
        cells = []
        for gpu in tables:
            rows, c = tables[gpu].get(kernel, {}).get(dtype), entries[gpu].get("analytic", {}).get(kernel, {}).get(dtype)
            if not rows or not c:
                cells.append("–")
                continue
            found = residuals(c, model_of(kernel, dtype, models.Hardware.of(entries[gpu])), rows, rows.held & ~rows.noted)
            cells.append(f"{found['median_percent']} / {found['p90_percent']} ({found['n']})")
            if dtype == "bf16" and kernel in AIMED_AT:
                missed += [f"{gpu} {kernel}: {name} {found[name]}, aimed at {most}" for name, most in TARGETS.items()
                           if not found[name] <= most]
        lines.append(f"| {kernel} | " + " | ".join(cells) + " |")
    return lines, missed


def check(tables, entries):
    """Prints the tables; False where bf16 misses its targets."""
    missed = []
    for dtype in ("bf16", "fp8"):
        lines, off = check_table(tables, entries, dtype)
        print("\n".join(lines) + "\n")
        missed += off
    print("\n".join(missed) or f"bf16 is within {TARGETS['median_percent']:g} / {TARGETS['p90_percent']:g} percent")
    return not missed


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bench-data", required=True, help="folder with <gpu>/<version>/*_perf.csv")
    parser.add_argument("--gpu", action="append", help="only this one (repeatable)")
    parser.add_argument("--gpus", type=pathlib.Path, default=root / "bench_data" / "gpus", help="folder of GPU entries")
    parser.add_argument("--across", action="store_true", help="try each GPU's coefficients on every other")
    parser.add_argument("--write", action="store_true", help="put the coefficients into the entries")
    parser.add_argument("--check", action="store_true", help="only say how far off the entries' coefficients are")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="date to note in the entries")
    options = parser.parse_args()

    entries = {path.stem: load_entry(path) for path in sorted(options.gpus.glob("*.json"))}
    tables, fitted, notes, versions = {}, {}, {}, {}
    for gpu in options.gpu or entries:
        if gpu not in entries:
            parser.error(f"there is no entry {gpu}.json in {options.gpus}")
        of_kernel, version = load(options.bench_data, gpu)
        if of_kernel:
            tables[gpu], versions[gpu] = of_kernel, version
        if of_kernel and not options.check:
            fitted[gpu], notes[gpu] = study(options.bench_data, gpu, of_kernel, entries[gpu])
    if not tables:
        parser.error(f"no tables of {', '.join(options.gpu or entries)} below {options.bench_data}")
    if options.check:
        sys.exit(0 if check(tables, entries) else 1)
    if options.across:
        print_across(tables, fitted, entries)
    if options.write:
        write_entries(options.gpus, entries, blocks_of(fitted, notes, versions, options.date))


if __name__ == "__main__":
    main()
