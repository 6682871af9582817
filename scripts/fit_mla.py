#!/usr/bin/env python3
"""Fits the closed forms of multi-head latent attention (kernel_models.py) to measured kernel tables.

    scripts/fit_mla.py --bench-data DIR                            prints coefficients and residuals
    scripts/fit_mla.py --bench-data DIR --write [--gpus FOLDER]    puts them into the GPU entries (key "analytic_mla")
    scripts/fit_mla.py --bench-data DIR --check [--gpus FOLDER]    residuals of what the entries say, without a fit

DIR holds <gpu>/<engine-version>/: mla_{generation,context}_module_perf.csv, the whole attention block of DeepSeek-V3, whose
projections are taken off by gemm_perf.csv (shapes that it lacks: by the entry's closed form); or {generation,context}_mla_perf.csv,
attention with the absorbed products (prefill: with kv_b_proj), which are taken off. Every third number of heads is left out of
the fit; the residuals are those of the rows left out. Needs NumPy.
"""
import argparse
import datetime
import json
import pathlib
import re
import sys

import numpy as np

import fit_kernels as kernels
import kernel_models as models
from kernel_rows import Rows, find, held_out, numbers, read_columns

HIDDEN, Q_RANK, KV_RANK, NOPE, ROPE, V_DIM = 7168.0, 1536.0, 512.0, 128.0, 64.0, 128.0      # DeepSeek-V3
PREFILL_KERNEL = "FLASH_ATTN"   # of a block's rows: shorter prefills run the kernel of decodes
LEAST_LEFT = .25                # of a block: with less left the rows say more of its projections
HOST_US = 500.0                 # rows of the cores below it are the host's launches
MUCH_SLOWER = 1.05              # than a larger call: the host stumbled
BLOCK_GPUS = ("h100_sxm", "h200_sxm", "b200_sxm")
CORE_GPU, CORE_LAUNCH_OF = "a100_sxm", "h100_sxm"
NEAREST = {**kernels.NEAREST, "b300_sxm": "b200_sxm", "gb300": "b200_sxm"}

QUERY = (("query_passes", 5, .01, 50),)
DECODE = tuple({"launch_us": ("launch_us", 30, 1, 100), "cta_us": ("cta_us", 1.5, .01, 40),
                "block_us": ("block_us", .3, .001, 40)}.get(term[0], term) for term in kernels.DECODE) + QUERY
PREFILL = tuple(("launch_us", 30, 1, 200) if term[0] == "launch_us" else term for term in kernels.PREFILL) + kernels.QUERY
# One CTA reads the latents for all heads; Triton's for 16 of them, always in four parts. FlashMLA's authors reach 660 of 989
# TFLOP/s where FLOP bound it; the tables hardly show that.
DECODE_FACTS = {"ctas_per_sm": 1, "max_splits": 16, "mha_splits": 1, "wide_head_slowdown": 1.0, "regroup_us": 0.0,
                "heads_per_cta": 128, "mfu": .67}
TRITON_FACTS = {**DECODE_FACTS, "ctas_per_sm": 2, "max_splits": 4, "heads_per_cta": 16}
PREFILL_FACTS = {"gqa_packed": 0, "wide_head_slowdown": 1.0, "softmax_us": 0.0}   # one head_dim: not to be told from the MMA
KERNELS = ("decode", "prefill")
TARGETS = {"median": 10.0, "p90": 25.0}     # percent of the block, on heads left out of the fit


class Gemm:
    """Measured GEMM in bf16, no slower than a larger call; the closed form for shapes that were not measured."""

    def __init__(self, folder, gpu, entry):
        dtype, m, n, k, ms = read_columns(find(folder, gpu, "gemm"), ("gemm_dtype", "m", "n", "k", "latency"))
        m, n, k, us = numbers(m), numbers(n), numbers(k), numbers(ms) * 1e3
        self.curves, self.hw, self.c = {}, models.Hardware.of(entry), entry["analytic"]["gemm"]["bf16"]
        for i_row in np.flatnonzero(dtype == "bfloat16"):
            self.curves.setdefault((n[i_row], k[i_row]), []).append((m[i_row], us[i_row]))

    def us(self, m, n, k):
        if (n, k) not in self.curves:
            return models.gemm_us(self.c, self.hw, "bf16", m, n, k)
        at, us = np.array(sorted(self.curves[n, k])).T
        us = np.minimum.accumulate(us[::-1])[::-1]
        return np.where(m <= at[-1], np.interp(m, at, us), us[-1] * m / at[-1])

    def sum(self, m, heads, shapes):
        us = np.zeros_like(m)
        for h in np.unique(heads):
            for n, k in shapes(h):
                us[heads == h] += self.us(m[heads == h], n, k)
        return us


def projections(h):
    return ((Q_RANK + KV_RANK + ROPE, HIDDEN), (h * (NOPE + ROPE), Q_RANK), (h * (NOPE + V_DIM), KV_RANK), (HIDDEN, h * V_DIM))


def up_projection(h):
    return ((h * (NOPE + V_DIM), KV_RANK),)


def columns_of(path, decode):
    names = ("batch_size", "isl", "step", "num_heads", "latency", "kernel_source", "kv_cache_dtype", "mla_dtype", "gemm_type")
    columns = read_columns(path, names)
    chosen = columns[6] == "bfloat16"
    for formats in columns[7:]:
        chosen &= True if formats is None else formats == "bfloat16"
    batch, isl, step, heads, ms = (numbers(column)[chosen] for column in columns[:5])
    return batch, step + isl if decode else isl, heads, ms * 1e3, columns[5][chosen]


def block_rows(folder, gpu, gemm, decode):
    """(what the block takes besides its projections, the block)"""
    batch, size, heads, us, source = columns_of(find(folder, gpu, f"mla_{'generation' if decode else 'context'}_module"), decode)
    left = us - gemm.sum(batch if decode else batch * size, heads, projections)
    use = (left > LEAST_LEFT * us) & ((size > 1) & (source == PREFILL_KERNEL) | decode)
    return rows_of(batch[use], size[use], heads[use], left[use], us[use])


def core_rows(folder, gpu, gemm, decode):
    batch, size, heads, us, _ = columns_of(find(folder, gpu, f"{'generation' if decode else 'context'}_mla"), decode)
    left = us - gemm.sum(batch if decode else batch * size, heads, up_projection)
    least = np.array([us[(heads == h) & (batch >= b) & (size >= s)].min() for b, s, h in zip(batch, size, heads)])
    use = (us > HOST_US) & (us <= MUCH_SLOWER * least) & (size > 1) & (heads > 1)    # one head: another kernel
    return rows_of(batch[use], size[use], heads[use], left[use], us[use])


def rows_of(batch, size, heads, left, us):
    return Rows([batch, size, heads], left, held_out(heads), np.minimum(1.0, 2.0 * left / us)), us


def model_of(kernel, hw):
    if kernel == "decode":
        return lambda c, batch, kv, heads: models.mla_decode_us(c, hw, batch, kv, heads, KV_RANK, ROPE)
    return lambda c, batch, seq, heads: models.mla_prefill_us(c, hw, batch, seq, heads, NOPE, ROPE, V_DIM)


def load(folder, gpu, entry):
    gemm = Gemm(folder, gpu, entry)
    rows = core_rows if gpu == CORE_GPU else block_rows
    return {kernel: rows(folder, gpu, gemm, kernel == "decode") for kernel in KERNELS}


def fit(kernel, gpu, entry, rows, launch_us):
    facts = dict(TRITON_FACTS if gpu == CORE_GPU else DECODE_FACTS)
    if kernel == "prefill":
        facts = {**{name: kernels.library_of(entry)["prefill"][name] for name in ("q_tile", "kv_tile")}, **PREFILL_FACTS}
    if launch_us:
        facts["launch_us"] = launch_us
    terms = tuple(term for term in (DECODE if kernel == "decode" else PREFILL) if term[0] not in facts)
    return kernels.fit(terms, facts, model_of(kernel, models.Hardware.of(entry)), rows)


def shown(gpu, kernel, c, hw, rows, block_us):
    """Prints how far off the coefficients are on the rows left out; returns that and whether it is as aimed at."""
    predicted = model_of(kernel, hw)(c, *rows.args)
    found = kernels.figures(predicted[rows.held], rows.us[rows.held])
    of_block = np.abs(predicted - rows.us)[rows.held] / block_us[rows.held] * 100
    median, p90 = np.median(of_block), np.percentile(of_block, 90)
    print(f"| {gpu} | {kernel} | {found['median_percent']} / {found['p90_percent']} | {median:.1f} / {p90:.1f} | "
          f"{found['bias_percent']} | {found['n']} |")
    return found, median <= TARGETS["median"] and p90 <= TARGETS["p90"]


# ---- GPU entries

def block_text(block):
    parts = [f'    "{name}": {json.dumps(block[name])}' for name in ("fitted_on", "source")]
    parts += [f'    "{kernel}": {kernels.coefficients_text(block[kernel], 6)}' for kernel in KERNELS]
    return '  "analytic_mla": {\n' + ",\n".join(parts) + "\n  },\n"


def write_entries(folder, entries, blocks):
    for gpu in entries:
        of = gpu if gpu in blocks else NEAREST.get(gpu)
        of = of if of in blocks else NEAREST.get(of)
        if of not in blocks:
            continue
        block = blocks[of]
        if of != gpu:
            block = {**block, **{kernel: adapted(block[kernel], entries[of], entries[gpu]) for kernel in KERNELS}}
        path = folder / f"{gpu}.json"
        text = re.sub(r'  "analytic_mla": \{\n.*?\n  \},\n', "", path.read_text(), flags=re.S)
        at = text.index('\n  "source":') + 1
        text = text[:at] + block_text(block) + text[at:]
        json.loads(text)
        path.write_text(text)
        print(f"wrote {path}")


def adapted(c, source, target):
    """For another GPU; the residuals are those of the one that it was fitted on."""
    return {name: value for name, value in kernels.adapted(c, "bf16", source, target).items() if name != "residuals"}


def study(options, entries):
    """{gpu: coefficients with residuals}, and whether all are as good as aimed at."""
    blocks, is_good = {}, True
    print("| GPU | kernel | median / p90 of attention, % | of the block, % | bias, % | rows |\n|---|---|---|---|---|---|")
    for gpu in (*BLOCK_GPUS, CORE_GPU):
        tables, hw, blocks[gpu] = load(options.bench_data, gpu, entries[gpu]), models.Hardware.of(entries[gpu]), {}
        for kernel, (rows, block_us) in tables.items():
            launch_us = blocks[CORE_LAUNCH_OF][kernel]["launch_us"] if gpu == CORE_GPU else None
            c = entries[gpu]["analytic_mla"][kernel] if options.check else fit(kernel, gpu, entries[gpu], rows, launch_us)
            note, is_near = shown(gpu, kernel, c, hw, rows, block_us)
            blocks[gpu][kernel], is_good = {**c, "residuals": note}, is_good and is_near
    return blocks, is_good


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bench-data", required=True, help="folder with <gpu>/<version>/*_perf.csv")
    parser.add_argument("--gpus", type=pathlib.Path, default=root / "bench_data" / "gpus", help="folder of GPU entries")
    parser.add_argument("--write", action="store_true", help="put the coefficients into the entries")
    parser.add_argument("--check", action="store_true", help="only say how far off the entries' coefficients are")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="date to note in the entries")
    options = parser.parse_args()

    entries = {path.stem: kernels.load_entry(path) for path in sorted(options.gpus.glob("*.json"))}
    blocks, is_good = study(options, entries)
    for gpu, block in blocks.items():
        version = find(options.bench_data, gpu, "gemm").parent.name
        launch = f"; launch_us: {CORE_LAUNCH_OF}'s" if gpu == CORE_GPU else ""
        block["fitted_on"] = gpu
        block["source"] = (f"scripts/fit_mla.py, {options.date}, tables: {version}{launch}; residuals are of every third number "
                           "of heads, left out of the fit")
    if options.write:
        write_entries(options.gpus, entries, blocks)
    if not is_good:
        sys.exit(f"aimed at {TARGETS['median']:g} / {TARGETS['p90']:g} percent of the block")


if __name__ == "__main__":
    main()
