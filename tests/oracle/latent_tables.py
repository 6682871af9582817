"""Kernel tables of models with multi-head latent attention, in plain Python: that section of docs/measured.md in code. What
other models have too is in measured_step.py. Times are microseconds.
"""

from collections import namedtuple
from pathlib import Path

import measured_step
import surfaces

LEAST_LEFT = 1 / 20  # of a measured block, whatever its projections are said to take
HICCUP = 2.0  # no row at all: slower by this factor than the next smaller and the next larger size
USUAL_SPREAD = "power_law_1.2"

# q_rank = 0: queries are not compressed
Latent = namedtuple("Latent", "q_rank kv_rank nope rope v")
# gemm = {number format: table}, all_reduce = {GPUs: line}, experts = {(format, hidden, width, per_tok, n, tp): line}
Tables = namedtuple("Tables", "gemm prefill decode all_reduce experts")
# What a block takes besides its projections; table is None where none was measured
Block = namedtuple("Block", "is_decode table")
NO_TABLES = Tables({}, Block(False, None), Block(True, None), {}, {})

MEASURED = Latent(1536, 512, 128, 64, 128)  # DeepSeek-V3
MEASURED_HIDDEN = 7168
MEASURED_DIM = (MEASURED.kv_rank + MEASURED.rope) // 2  # one KV head: as many bytes of keys and values as a latent has


def projections(latent, hidden, heads):
    """{name: (n, k)} of one layer, `heads` on one GPU."""
    q_width = heads * (latent.nope + latent.rope)
    if latent.q_rank:
        down = {"qkv_a_proj": (latent.q_rank + latent.kv_rank + latent.rope, hidden), "q_b_proj": (q_width, latent.q_rank)}
    else:
        down = {"q_proj": (q_width, hidden), "kv_a_proj": (latent.kv_rank + latent.rope, hidden)}
    return {**down, "kv_b_proj": (heads * (latent.nope + latent.v), latent.kv_rank), "o_proj": (hidden, heads * latent.v)}


def without_hiccups(slices):
    """{place: {x: time}} without the rows that no table has: far slower than both neighbours."""
    for line in slices.values():
        points = sorted(line.items())
        for (_, before), (x, time), (_, after) in zip(points, points[1:], points[2:]):
            if time > HICCUP * before and time > HICCUP * after:
                del line[x]
    return slices


def sliced(rows):
    """{place: {x: the least time}} of (place, x, time)."""
    slices = {}
    for place, x, time in rows:
        line = slices.setdefault(place, {})
        line[x] = min(time, line.get(x, time))
    return without_hiccups(slices)


def time_of(row):
    return measured_step.US_PER_MS * float(row["latency"])


def read_gemm(folder, dtype):
    """GEMM of weights in one number format, or None."""
    slices = sliced(((int(row["n"]), int(row["k"])), int(row["m"]), time_of(row))
                    for row in measured_step.read_table(folder, "gemm")
                    if row["gemm_dtype"] == measured_step.TABLE_NAMES[dtype])
    rows = [(m, n, k, time) for (n, k), line in slices.items() for m, time in line.items()]
    return surfaces.Gemm(rows) if rows else None


def read_experts(folder):
    """Routed experts that no other GPU shares, over tokens."""
    columns = ["hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size"]
    slices = sliced(((row["moe_dtype"], *(int(row[column]) for column in columns)), int(row["num_tokens"]), time_of(row))
                    for row in measured_step.read_table(folder, "moe")
                    if row["distribution"] == USUAL_SPREAD and row["moe_ep_size"] == "1")
    return {place: surfaces.sound_line((float(m), time) for m, time in line.items())[:2] for place, line in slices.items()}


def never_slower(curve, m):
    """The least time of that many tokens or more, straight between measured ones; beyond them the curve as it is."""
    x, y = curve[0], list(curve[1])
    if m < x[-1]:
        for i_m in reversed(range(len(y) - 1)):
            y[i_m] = min(y[i_m], y[i_m + 1])
    return surfaces.linear_at(x, y, float(m), hold=True)[0]


class Curves:
    """GEMM as measured: T' of any shape that a table reaches."""

    def __init__(self, tables):
        self.tables, self.curves = tables, {}

    def at(self, dtype, m, n, k):
        """None where no table reaches."""
        if (dtype, n, k) not in self.curves:
            found = surfaces.gemm_curve(self.tables[dtype], n, k) if dtype in self.tables else None
            self.curves[dtype, n, k] = found[0] if found else None
        curve = self.curves[dtype, n, k]
        return never_slower(curve, m) if curve else None


def read_block(folder, name, is_decode, gemm, l2_bytes):
    """What a measured block takes besides its projections, all in bf16."""
    if not list(folder.glob(f"vllm-*/{name}_perf.csv")):
        return Block(is_decode, None)
    blocks = sliced(((int(row["num_heads"]), int(row["batch_size"])), int(row["isl"]) + int(row["step"]), time_of(row))
                    for row in measured_step.read_table(folder, name)
                    if row["mla_dtype"] == row["kv_cache_dtype"] == row["gemm_type"] == "bfloat16")
    rows = []
    for (heads, batch), line in blocks.items():
        for x, block in line.items():
            m = batch if is_decode else batch * x
            left = block - sum(gemm.at("bf16", m, *shape) for shape in projections(MEASURED, MEASURED_HIDDEN, heads).values())
            rows.append((MEASURED_DIM, 0, 1, heads, batch, x, max(left, block * LEAST_LEFT)))
    return Block(is_decode, surfaces.Attention(rows, is_decode, measured_step.BYTES_PER_VALUE, l2_bytes))


def load_tables(folder, gpu):
    """All tables of a GPU that these models need."""
    folder = Path(folder) / gpu.name
    gemm = {dtype: table for dtype in measured_step.TABLE_NAMES if (table := read_gemm(folder, dtype))}
    blocks = [read_block(folder, f"mla_{name}_module", name == "generation", Curves(gemm), gpu.l2_bytes)
              for name in ("context", "generation")]
    return Tables(gemm, *blocks, measured_step.read_all_reduce(folder), read_experts(folder))
