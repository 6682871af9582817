"""The method `measured` kernel by kernel, in plain Python: docs/measured.md in code, with the lookups of surfaces.py.

Dense models with attention over everything or over a sliding window, weights in bf16 or fp8, KV cache in 16 bit. Reads
model_configs, bench_data/gpus and public kernel tables of the aiconfigurator layout itself; knows nothing of the C sources.
Times are microseconds.
"""

import csv
import json
import math
from collections import namedtuple
from pathlib import Path

import surfaces

US_PER_S = 1e6
US_PER_MS = 1e3
NS_PER_US = 1e3
BYTES_PER_VALUE = 2  # activations, messages and KV cache
TABLE_NAMES = {"bf16": "bfloat16", "fp8": "fp8"}
GRAPH_SIZES = (1, 2, 4)  # then steps of 8 up to 256, then of 16
QUEUE_MOST = 1.0  # chains that wait cost at most one more wave
JUMP = 1.5  # an all-reduce table changes its algorithm where the next size takes this much longer
ALL_REDUCE_FAR = 4.0

# window = the KV tokens that a query sees; 0 = all
Model = namedtuple("Model", "layers hidden heads kv_heads head_dim ffn vocab window")
# peaks = {number format: FLOP/us}; engines = {name-version: {constant: value}}
Gpu = namedtuple("Gpu", "name peaks bytes_per_us n_sm l2_bytes engines")
# gemm = {number format: table}, all_reduce = {GPUs: line}
Tables = namedtuple("Tables", "gemm prefill decode all_reduce")
# decode = [(count, kv_len)], prefill = [(count, cached, new)]
Step = namedtuple("Step", "decode prefill")


def load_model(root, name):
    """A dense model from its config.json."""
    config = json.loads((Path(root) / "model_configs" / name / "config.json").read_text(encoding="utf-8"))
    heads = config["num_attention_heads"]
    window = (config.get("sliding_window") or 0) if config.get("use_sliding_window", True) else 0
    return Model(config["num_hidden_layers"], config["hidden_size"], heads, config.get("num_key_value_heads") or heads,
                 config.get("head_dim") or config["hidden_size"] // heads, config["intermediate_size"],
                 config["vocab_size"], window)


def load_gpu(root, name):
    """Peaks, sizes and the engines' constants of a GPU."""
    entry = json.loads((Path(root) / "bench_data" / "gpus" / f"{name}.json").read_text(encoding="utf-8"))
    peaks = {dtype: tflops * 1e12 / US_PER_S for dtype, tflops in entry["peak_tflops"].items()}
    return Gpu(name, peaks, entry["mem_bw_gb_per_s"] * 1e9 / US_PER_S, entry["num_sm"], entry.get("l2_mib", 0) * 2.0**20,
               entry["engines"])


# ---- Tables


def fastest(rows):
    """{place: the least time} of (place, time)."""
    best = {}
    for place, time in rows:
        best[place] = min(time, best.get(place, time))
    return best


def read_table(folder, name):
    """Rows of one table of the newest version of the engine that has it."""
    versions = sorted(folder.glob(f"vllm-*/{name}_perf.csv"),
                      key=lambda path: [int(part) for part in path.parent.name.split("-")[1].split(".")])
    with open(versions[-1], newline="", encoding="utf-8") as handle:
        yield from csv.DictReader(handle)


def read_attention(folder, name, is_decode, l2_bytes):
    """Attention on a 16-bit KV cache; decode reads isl + step tokens."""
    rows = []
    for row in read_table(folder, name):
        if row["kv_cache_dtype"] == "bfloat16" and (is_decode or int(row["step"]) == 0):
            place = (int(row["head_dim"]), int(row.get("window_size") or 0), int(row["num_key_value_heads"]),
                     int(row["num_heads"]), int(row["batch_size"]), int(row["isl"]) + (int(row["step"]) if is_decode else 0))
            rows.append((place, US_PER_MS * float(row["latency"])))
    rows = [(*place, time) for place, time in fastest(rows).items()]
    return surfaces.Attention(rows, is_decode, BYTES_PER_VALUE, l2_bytes)


def read_all_reduce(folder):
    """{GPUs: (bytes[], time[])} of replayed graphs, without spikes."""
    rows = [((int(row["num_gpus"]), BYTES_PER_VALUE * int(row["message_size"])), US_PER_MS * float(row["latency"]))
            for row in read_table(folder, "custom_allreduce") if row["backend"].endswith("_graph")]
    lines = {}
    for (n_gpus, size), time in fastest(rows).items():
        lines.setdefault(n_gpus, []).append((float(size), time))
    return {n_gpus: surfaces.sound_line(points)[:2] for n_gpus, points in lines.items()}


def read_gemm(folder, dtype):
    """GEMM of weights in one number format."""
    rows = [((int(row["m"]), int(row["n"]), int(row["k"])), US_PER_MS * float(row["latency"]))
            for row in read_table(folder, "gemm") if row["gemm_dtype"] == TABLE_NAMES[dtype]]
    return surfaces.Gemm((*place, time) for place, time in fastest(rows).items())


def load_tables(folder, gpu):
    """All tables of a GPU that dense models need."""
    folder = Path(folder) / gpu.name
    return Tables({dtype: read_gemm(folder, dtype) for dtype in TABLE_NAMES},
                  read_attention(folder, "context_attention", False, gpu.l2_bytes),
                  read_attention(folder, "generation_attention", True, gpu.l2_bytes), read_all_reduce(folder))


# ---- The step


def padded(n_tok, graph_max_tok):
    """Tokens that the engine runs: the next size of a CUDA graph."""
    if n_tok > graph_max_tok:
        return n_tok
    for size in GRAPH_SIZES:
        if n_tok <= size:
            return size
    grain = 8 if n_tok <= 256 else 16
    size = -(-n_tok // grain) * grain
    return size if size <= graph_max_tok else n_tok


class Oracle:
    """Steps of one model on one GPU at one tp with an engine's constants; dtype is the weights' number format."""

    def __init__(self, model, gpu, tables, tp, constants, kv_spread="equal", dtype="bf16"):
        self.model, self.gpu, self.tables, self.tp = model, gpu, tables, tp
        self.constants, self.kv_spread, self.dtype = constants, kv_spread, dtype
        self.heads, self.kv_heads = model.heads / tp, max(1, model.kv_heads // tp)
        self.bytes_per_us = gpu.bytes_per_us * constants["bw_efficiency"]
        self.kv_bytes = 2 * self.kv_heads * model.head_dim * BYTES_PER_VALUE
        self.curves = {}

    def gemm(self, dtype, m, n, k):
        """Never more than for more tokens (the least of all larger m), and not above the power limit."""
        if (dtype, n, k) not in self.curves:
            (x, y), _ = surfaces.gemm_curve(self.tables.gemm[dtype], n, k)
            y = list(y)
            for i_m in reversed(range(len(y) - 1)):
                y[i_m] = min(y[i_m], y[i_m + 1])
            self.curves[dtype, n, k] = x, y
        x, y = self.curves[dtype, n, k]
        power = 2 * m * n * k / (self.gpu.peaks[dtype] * self.constants["sustained_gemm_fraction"])
        return max(surfaces.linear_at(x, y, float(m), hold=True)[0], power)

    def attention(self, table, n_req, x):
        """The measured time of n_req equal requests."""
        model = self.model
        return surfaces.attention_at(table, model.head_dim, model.window, self.kv_heads, self.heads, n_req, x)[0]

    def decode_attention(self, groups, beside_prefills):
        """One layer: the largest of what was measured, reading from memory, and, in a step of decodes alone, the longest
        chain; with a sliding window what was measured.
        """
        n_req = sum(count for count, _ in groups)
        mean = sum(count * (kv_len + 1) for count, kv_len in groups) / n_req
        measured = self.attention(self.tables.decode, n_req, mean)
        least = self.attention(self.tables.decode, n_req, 1)
        if self.model.window:
            return max(measured, least)
        streamed = least + n_req * mean * self.kv_bytes / self.bytes_per_us
        chain = 0.0 if beside_prefills else self.chain(groups, n_req, mean)
        return max(measured, streamed, least + chain)

    def chain(self, groups, n_req, mean):
        """The longest chain of kernels without load balance; equal requests have none."""
        rate = self.constants["chain_gb_per_s"]
        known = len({kv_len for _, kv_len in groups}) > 1
        if rate <= 0 or not (known or self.kv_spread == "exponential"):
            return 0.0
        g, n_sm = self.kv_heads, self.gpu.n_sm
        parts = max(1, n_sm // (padded(n_req, self.constants["graph_max_tok"]) * g))
        tau = 2 * self.model.head_dim * BYTES_PER_VALUE / (rate * 1e9 / US_PER_S)
        beta = 2 * self.model.head_dim * BYTES_PER_VALUE / self.bytes_per_us
        chains = n_req * g * parts
        if known:
            time = known_chains(groups, n_req, g * parts, tau, beta) / parts
        else:
            time = spread_chains(n_req, chains, tau, beta) * mean / parts
        if chains > n_sm:
            waiting = min(chains / n_sm - 1, QUEUE_MOST)
            if known:
                waiting *= min((max(kv_len for _, kv_len in groups) + 1) / mean - 1, 1)
            time += self.constants["chain_queue_share"] * waiting * mean / parts * tau
        return time

    def prefill_attention(self, groups):
        """One layer: each request its share of that many equal ones, of which the cached part has no queries; but all keys
        and values are read; and the walk through the longest cache. A sliding window spares both.
        """
        n_req = sum(count for count, _, _ in groups)
        time = 0.0
        for count, cached, new in groups:
            x = cached + new
            each = self.attention(self.tables.prefill, n_req, x) / n_req * (1 - (cached / x) ** 2)
            if cached and not self.model.window:
                each = max(each, x * self.kv_bytes / self.bytes_per_us)
            time += count * each
        if not self.model.window:
            time += self.constants["cached_scan_ns_per_tok"] / NS_PER_US * max(cached for _, cached, _ in groups)
        return time

    def all_reduce(self, n_bytes):
        """One all-reduce; fused with the norm it goes straight on where the measured kernel jumps, size by measured size."""
        x, y = self.tables.all_reduce[self.tp]
        last = next((i for i in range(len(x) - 1) if y[i + 1] > JUMP * y[i]), None)
        if self.constants["fuse_all_reduce_norm"] and last is not None:
            before = max(surfaces.find(x, x[last] / ALL_REDUCE_FAR), 0)
            slope = (y[last] - y[before]) / (x[last] - x[before])
            y = [time if size <= x[last] else min(time, y[last] + slope * (size - x[last])) for size, time in zip(x, y)]
        return surfaces.linear_at(x, y, float(n_bytes), hold=True)[0]

    def small_kernels(self, m):
        """Norms, rotary embedding, write to the KV cache, activation, metadata: launches and bytes."""
        model, fused = self.model, self.constants["fuse_all_reduce_norm"] and self.tp > 1
        launches = (4 if fused else 6) * model.layers + 2
        width = 8 * model.hidden + 3 * (model.ffn // self.tp) + (2 * self.heads + 4 * self.kv_heads) * model.head_dim
        n_bytes = 2 * m * (model.layers * width + 4 * model.hidden)
        return launches * self.constants["small_kernel_us"] + n_bytes / self.bytes_per_us

    def overhead(self, step, gpu_us):
        """Between steps, and what the GPU waits for the host, which launches a step with prefills piece by piece."""
        kinds = bool(step.decode) + bool(step.prefill)
        host_us = self.model.layers * (1 + kinds) * self.constants["host_piece_us"] if step.prefill else 0.0
        return self.constants["step_overhead_us"] + max(host_us - gpu_us, 0.0)

    def step(self, step):
        """{operation: us}, all layers, one GPU's share."""
        model, tp, h, g = self.model, self.tp, self.heads, self.kv_heads
        n_decode, n_prefill = sum(group[0] for group in step.decode), sum(group[0] for group in step.prefill)
        m = padded(n_decode + sum(count * new for count, _, new in step.prefill), self.constants["graph_max_tok"])
        hidden, ffn = model.hidden, model.ffn // tp
        ops = {
            "qkv_proj": model.layers * self.gemm(self.dtype, m, (h + 2 * g) * model.head_dim, hidden),
            "o_proj": model.layers * self.gemm(self.dtype, m, hidden, h * model.head_dim),
            "gate_up_proj": model.layers * self.gemm(self.dtype, m, 2 * ffn, hidden),
            "down_proj": model.layers * self.gemm(self.dtype, m, hidden, ffn),
            "lm_head": self.gemm("bf16", n_decode + n_prefill, math.ceil(model.vocab / tp), hidden),
            "small_kernels": self.small_kernels(m),
        }
        if step.decode:
            ops["decode_attention"] = model.layers * self.decode_attention(step.decode, bool(step.prefill))
        if step.prefill:
            ops["prefill_attention"] = model.layers * self.prefill_attention(step.prefill)
        if tp > 1:
            ops["all_reduce"] = 2 * model.layers * self.all_reduce(2 * hidden * m)
        ops["step_overhead"] = self.overhead(step, math.fsum(ops.values()))
        return ops


def known_chains(groups, n_req, chains_per_req, tau, beta):
    """Time of all stretches of length in which no request ends, for chains of whole requests."""
    time, at, alive = 0.0, 0, n_req
    for count, kv_len in sorted(groups, key=lambda group: group[1]):
        time += (kv_len + 1 - at) * max(tau, alive * chains_per_req * beta)
        at, alive = kv_len + 1, alive - count
    return time


def spread_chains(n_req, chains, tau, beta):
    """The same per token of the mean, lengths spread exponentially."""
    longest = max(1.0, math.log(n_req / math.log(2)))
    most = tau / beta
    if chains <= most:
        return longest * tau
    return (chains - most) * beta + max(0.0, longest - math.log(chains / most)) * tau
