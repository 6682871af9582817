"""Rows of measured kernel tables for fit_kernels.py: arguments of a model, the time, and which are left out of the fit."""
import csv
import pathlib

import numpy as np

HELD_OUT_OF = 3             # every third shape ...
HELD_OUT = 1                # ... beginning with the second
HEAD_DIMS = (64, 128, 256)
MAIN_HEAD_DIM = 128
MAIN_WEIGHT = 2.0
FP8_MIN_M = 2               # the fp8 tables' m = 1 rows are another kernel on Blackwell: 3 to 4 times the rows of m = 2

DTYPES = {"bfloat16": "bf16", "fp8": "fp8"}
KERNELS = ("gemm", "prefill_attention", "decode_attention", "moe")


def read_columns(path, names):
    """Columns of a CSV file as arrays; a column that the file lacks is None."""
    with open(path, newline="") as file:
        reader = csv.reader(file)
        head = next(reader)
        rows = list(zip(*reader))
    return [np.array(rows[head.index(name)]) if name in head else None for name in names]


def numbers(column):
    return column.astype(float)


def find(folder, gpu, name):
    found = sorted(pathlib.Path(folder).glob(f"**/{gpu}/*/{name}_perf.csv"))
    return found[-1] if found else None


def held_out(*columns):
    """True for the rows of every third shape, shapes in ascending order."""
    shapes = np.stack(columns, axis=1)
    index = np.unique(shapes, axis=0, return_inverse=True)[1].reshape(-1)
    return index % HELD_OUT_OF == HELD_OUT


class Rows:
    """Rows of one kernel and dtype: arguments of the model, measured time, which are left out, weight in the fit."""

    def __init__(self, args, us, held, weight=None, noted=None):
        self.args, self.us, self.held = args, us, held
        self.weight = np.ones_like(us) if weight is None else weight
        self.noted = np.zeros(len(us), bool) if noted is None else noted

    def take(self, chosen):
        return Rows([arg[chosen] for arg in self.args], self.us[chosen], self.held[chosen], self.weight[chosen],
                    self.noted[chosen])


def gemm_rows(path):
    dtype, m, n, k, ms = read_columns(path, ("gemm_dtype", "m", "n", "k", "latency"))
    m, n, k, us = numbers(m), numbers(n), numbers(k), numbers(ms) * 1e3
    tables = {}
    for theirs, ours in DTYPES.items():
        chosen = dtype == theirs
        if chosen.any():
            noted = (m < FP8_MIN_M) if ours == "fp8" else np.zeros(len(m), bool)
            tables[ours] = Rows([m[chosen], n[chosen], k[chosen]], us[chosen], held_out(n[chosen], k[chosen]),
                                noted=noted[chosen])
    return tables


def attention_rows(path, decode):
    names = ("batch_size", "isl", "step", "num_heads", "num_key_value_heads", "head_dim", "window_size", "kv_cache_dtype",
             "latency")
    columns = read_columns(path, names)
    window, kv_dtype = columns[6], columns[7]
    batch, isl, step, heads, kv_heads, head_dim, ms = (numbers(columns[i]) for i in (0, 1, 2, 3, 4, 5, 8))
    tables = {}
    for theirs, ours in DTYPES.items():
        chosen = (kv_dtype == theirs) & np.isin(head_dim, HEAD_DIMS) & (True if window is None else numbers(window) == 0)
        chosen &= (isl > 1) | decode
        if not chosen.any():
            continue
        first = [batch, step + isl] if decode else [batch, isl, step]
        shape = [heads[chosen], kv_heads[chosen], head_dim[chosen]]
        weight = np.where(shape[2] == MAIN_HEAD_DIM, MAIN_WEIGHT, 1.0)
        tables[ours] = Rows([column[chosen] for column in first] + shape, ms[chosen] * 1e3, held_out(*shape), weight)
    return tables


def moe_rows(path):
    """Rows of routed experts whose popularity follows a power law, as in use; not those of equal load."""
    names = ("moe_dtype", "distribution", "num_tokens", "hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size",
             "moe_ep_size", "latency")
    dtype, distribution, *columns = read_columns(path, names)
    tokens, hidden, inter, topk, experts, tp, ep, ms = map(numbers, columns)
    tables = {}
    for theirs, ours in DTYPES.items():
        chosen = (dtype == theirs) & np.char.startswith(distribution, "power_law")
        if chosen.any():
            args = [column[chosen] for column in (tokens, hidden, inter / tp, topk, experts, ep)]
            held = held_out(*(column[chosen] for column in (hidden, inter, topk, experts)))
            tables[ours] = Rows(args, ms[chosen] * 1e3, held)
    return tables


def load(folder, gpu):
    """{kernel: {dtype: Rows}} and the version of the tables."""
    paths = {kernel: find(folder, gpu, name) for kernel, name in
             zip(KERNELS, ("gemm", "context_attention", "generation_attention", "moe"))}
    tables = {}
    if paths["gemm"]:
        tables["gemm"] = gemm_rows(paths["gemm"])
    if paths["moe"]:
        tables["moe"] = moe_rows(paths["moe"])
    for kernel in ("prefill_attention", "decode_attention"):
        if paths[kernel]:
            tables[kernel] = attention_rows(paths[kernel], kernel == "decode_attention")
    versions = sorted({path.parent.name for path in paths.values() if path})
    return tables, ", ".join(versions)


def all_reduce_rows(folder, gpu):
    """Rows of the engine's own kernels within CUDA graphs, and of NCCL; sizes become bytes."""
    path = find(folder, gpu, "custom_allreduce")
    if not path:
        return None
    source, tp, size, ms = read_columns(path, ("kernel_source", "num_gpus", "message_size", "latency"))
    graph = np.char.endswith(source, "_graph")
    tp, size, us = numbers(tp)[graph], numbers(size)[graph] * 2.0, numbers(ms)[graph] * 1e3
    return Rows([size, tp], us, np.zeros(len(us), bool))
