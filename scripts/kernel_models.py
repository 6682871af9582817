"""Closed forms of the time of one kernel, in microseconds: GEMM, prefill and decode attention, routed experts,
all-reduce, memory operations.

These are the formulas that the tool computes where no kernel table reaches; fit_kernels.py fits their coefficients.
Arguments are numbers or NumPy arrays of equal shape; `hw` is a Hardware, `c` a dict of coefficients. Every operation below
stands in the order in which C has to do it.
"""
import dataclasses

import numpy as np

ELEMENT_BYTES = {"bf16": 2.0, "fp8": 1.0}
OUTPUT_BYTES = 2.0          # every kernel writes bf16
ACCUMULATOR_BYTES = 4.0     # partial sums of split kernels are fp32
REFERENCE_TILE = 128.0 * 128.0
REFERENCE_DIM = 128.0
K_STEP = 64.0               # k is padded to it
K_UNIT = 1024.0             # k_us is per this many elements
DECODE_BLOCK_TOK = 128.0
SOFTMAX_POWER = 3.0         # softmax hides behind the MMA, nearly
GROUP_ROWS = 64.0           # group_us is per this many query heads of one KV head
IN_SWITCH_TP = 8.0
THROTTLE_US = 1e4           # a chip lowers its clock under load within some ms


@dataclasses.dataclass(frozen=True)
class Hardware:
    """What a GPU entry says, in units of the formulas."""
    flop_per_us: dict       # of each dtype
    bytes_per_us: float
    num_sm: float
    link_bytes_per_us: float         # within a node, per GPU and direction
    far_link_bytes_per_us: float     # between nodes
    gpus_per_node: float

    @classmethod
    def of(cls, entry):
        return cls({dtype: tflops * 1e6 for dtype, tflops in entry["peak_tflops"].items()}, entry["mem_bw_gb_per_s"] * 1e3,
                   float(entry["num_sm"]), entry["intra_node_gb_per_s"] * 1e3, entry["inter_node_gb_per_s"] * 1e3,
                   float(entry["gpus_per_node"]))


def blend(a, b, power):
    """A smooth maximum: 1 adds, infinity takes the larger one."""
    high = np.maximum(a, b)
    low = np.minimum(a, b)
    return high * np.power(1.0 + np.power(low / high, power), 1.0 / power)


def throttled(us, fraction):
    return us * (1.0 + fraction * us / (us + THROTTLE_US))


def gemm_us(c, hw, dtype, m, n, k):
    """[m,k] times [k,n]. The fastest of the library's tiles and splits of k."""
    q = ELEMENT_BYTES[dtype]
    sm_flop_per_us = hw.flop_per_us[dtype] / hw.num_sm * c["mfu"]
    sm_bytes_per_us = c["sm_load_gb_per_s"] * 1e3
    memory_us = (q * (m * k + n * k) + OUTPUT_BYTES * m * n) / (hw.bytes_per_us * c["bw_fraction"])
    best = np.inf
    for split in c["splits"]:
        k_part = np.ceil(k / split / K_STEP) * K_STEP
        work_us = np.inf
        for m_from, m_to, tile_m, tile_n in c["tiles"]:
            waves = np.ceil(m / tile_m) * np.ceil(n / tile_n) * split / hw.num_sm
            waves = c["wave_quantisation"] * np.ceil(waves) + (1.0 - c["wave_quantisation"]) * np.maximum(waves, 1.0)
            mma_us = 2.0 * tile_m * tile_n * k_part / sm_flop_per_us
            load_us = (tile_m + tile_n) * k_part * q / sm_bytes_per_us
            tile_us = c["epilogue_us"] * (tile_m * tile_n / REFERENCE_TILE) + np.maximum(mma_us, load_us)
            tile_us = tile_us + c["k_us"] * (k_part / K_UNIT)
            work_us = np.minimum(work_us, np.where((m >= m_from) & (m <= m_to), waves * tile_us, np.inf))
        us = blend(throttled(work_us, c["throttle_fraction"]), memory_us, c["overlap_power"])
        if split > 1:
            us = us + c["split_us"] + ACCUMULATOR_BYTES * split * m * n * c["split_passes"] / hw.bytes_per_us
        best = np.minimum(best, np.where((split == 1) | (k >= K_STEP * split), us, np.inf))
    us = c["launch_us"] + best
    if q < 2.0:             # activations are quantised first: bf16 in, one byte out, one CTA per row
        us = us + 3.0 * m * k / (hw.bytes_per_us * c["quantise_bw_fraction"]) + c["quantise_row_us"] * m / hw.num_sm
    return us


def prefill_us(c, hw, kv_dtype, batch, seq, cached, heads, kv_heads, head_dim):
    """Causal attention of `seq` > 1 new tokens per request on `cached` ones. (seq = 1: decode_us with kv = cached + 1.)
    Queries take the type of the KV cache."""
    kv_bytes = ELEMENT_BYTES[kv_dtype]
    group = heads / kv_heads if c["gqa_packed"] else np.ones_like(heads / kv_heads)
    rows = kv_heads if c["gqa_packed"] else heads
    sm_flop_per_us = hw.flop_per_us[kv_dtype] / hw.num_sm * c["mfu"]
    q_tiles = np.ceil(seq * group / c["q_tile"])
    kv_tiles = np.ceil(seq / c["kv_tile"])
    cached_tiles = cached / c["kv_tile"]
    mma_us = 4.0 * c["q_tile"] * c["kv_tile"] * head_dim / sm_flop_per_us
    softmax_us = c["softmax_us"] * (c["q_tile"] * c["kv_tile"] / REFERENCE_TILE)
    tile_us = blend(mma_us, softmax_us, SOFTMAX_POWER) * np.where(head_dim > REFERENCE_DIM, c["wide_head_slowdown"], 1.0)
    mean_us = batch * rows * q_tiles / hw.num_sm * (c["cta_us"] + (cached_tiles + (kv_tiles + 1.0) / 2.0) * tile_us)
    last_us = c["tail_fraction"] * (c["cta_us"] + (cached_tiles + kv_tiles) * tile_us)
    work_us = throttled(blend(mean_us, last_us, c["overlap_power"]), c["throttle_fraction"])
    moved = 2.0 * OUTPUT_BYTES * c["query_passes"] * batch * heads * seq * head_dim
    moved = moved + 2.0 * kv_bytes * batch * kv_heads * head_dim * (c["kv_passes"] * seq + cached)
    memory_us = moved / (hw.bytes_per_us * c["bw_fraction"])
    return c["launch_us"] + work_us + memory_us + c["token_us"] * batch * seq / hw.num_sm


def decode_us(c, hw, kv_dtype, batch, kv, heads, kv_heads, head_dim):
    """Attention of one new token per request on `kv` tokens (the new one included), KV split over idle SMs."""
    kv_bytes = ELEMENT_BYTES[kv_dtype]
    group = heads / kv_heads
    blocks = np.ceil(kv / DECODE_BLOCK_TOK)
    slots = hw.num_sm * c["ctas_per_sm"]
    splits = np.maximum(np.minimum(np.minimum(np.floor(slots / (batch * kv_heads)), blocks), c["max_splits"]), 1.0)
    if not c["mha_splits"]:
        splits = np.where(group == 1.0, 1.0, splits)
    waves = np.maximum(np.ceil(batch * kv_heads * splits / slots), 1.0)
    dim = head_dim / REFERENCE_DIM
    block_us = c["block_us"] + DECODE_BLOCK_TOK * 2.0 * head_dim * kv_bytes / (c["sm_load_gb_per_s"] * 1e3)
    block_us = block_us + c["group_us"] * dim * (group / GROUP_ROWS)
    block_us = block_us * np.where(head_dim > REFERENCE_DIM, c["wide_head_slowdown"], 1.0)
    cta_us = c["cta_us"] + np.ceil(blocks / splits) * block_us
    moved = 2.0 * kv_bytes * batch * kv_heads * kv * head_dim
    moved = moved + 2.0 * OUTPUT_BYTES * batch * heads * head_dim
    memory_us = moved / (hw.bytes_per_us * c["bw_fraction"])
    us = c["launch_us"] + blend(waves * cta_us, memory_us, c["overlap_power"])
    partial = ACCUMULATOR_BYTES * splits * batch * heads * head_dim
    us = us + np.where(splits > 1.0, c["combine_us"] + c["combine_passes"] * partial / hw.bytes_per_us, 0.0)
    return us + np.where((group > 1.0) & (kv_heads > 1) & (batch > 1), c["regroup_us"], 0.0)


def mla_decode_us(c, hw, batch, kv, heads, kv_lora_rank, rope_dim):
    """Multi-head latent attention of one new token per request on `kv` latents, which `heads_per_cta` heads read together, but
    no faster than its FLOP; what absorbed queries and results cost between the kernels besides. All in 16 bit."""
    head_dim = (kv_lora_rank + rope_dim) / 2.0      # keys and values at once
    us = decode_us(c, hw, "bf16", batch, kv, heads, np.ceil(heads / c["heads_per_cta"]), head_dim)
    us = np.maximum(us, 2.0 * batch * heads * (2.0 * kv_lora_rank + rope_dim) * kv / (hw.flop_per_us["bf16"] * c["mfu"]))
    moved = c["query_passes"] * OUTPUT_BYTES * batch * heads * (2.0 * kv_lora_rank + rope_dim)
    return us + moved / hw.bytes_per_us


def mla_prefill_us(c, hw, batch, seq, heads, nope_dim, rope_dim, v_dim):
    """Ordinary attention of `seq` > 1 new tokens, with keys wider than values: as many FLOP and bytes as heads of the mean."""
    return prefill_us(c, hw, "bf16", batch, seq, 0.0, heads, heads, (nope_dim + rope_dim + v_dim) / 2.0)


def moe_us(c, hw, dtype, tokens, hidden, inter, topk, experts, ep):
    """Routed experts (gate, up, down) of one GPU: `inter` after the TP split, `experts` of all GPUs, `ep` of which share them.
    Every token chooses `topk` experts at random; `spread` below 1 means that some are more popular."""
    q = ELEMENT_BYTES[dtype]
    sm_flop_per_us = hw.flop_per_us[dtype] / hw.num_sm * c["mfu"]
    sm_bytes_per_us = c["sm_load_gb_per_s"] * 1e3
    active = np.maximum(experts / ep * (1.0 - np.power(1.0 - topk / experts, tokens * c["spread"])), 1.0)
    rows = tokens * topk / ep / active
    us = c["launch_us"] + np.where(ep > 1, c["expert_map_us"], 0.0)
    for n, k in ((2.0 * inter, hidden), (hidden, inter)):
        work_us = np.inf
        for tile_m, tile_n in c["tiles"]:
            row_tiles = np.maximum(rows / tile_m + .5 * np.minimum(rows / tile_m, 1.0), 1.0)
            waves = np.maximum(active * row_tiles * np.ceil(n / tile_n) / hw.num_sm, 1.0)
            mma_us = 2.0 * tile_m * tile_n * k / sm_flop_per_us
            load_us = (tile_m + tile_n) * k * q / sm_bytes_per_us
            work_us = np.minimum(work_us, waves * np.maximum(mma_us, load_us))
        us = us + blend(work_us, active * n * k * q / (hw.bytes_per_us * c["bw_fraction"]), c["overlap_power"])
    return us + c["pair_passes"] * OUTPUT_BYTES * tokens * topk * hidden / hw.bytes_per_us


def all_reduce_us(c, hw, size_bytes, tp):
    """The faster of one-shot (everybody reads all) and two-shot (reduce-scatter, all-gather); a ring for large sizes, and
    between nodes. With eight GPUs or more NVLink switches may add up in passing."""
    peers = tp - 1.0
    one = c["one_shot_us"] + c["one_shot_peer_us"] * peers
    one = one + size_bytes * peers / (hw.link_bytes_per_us * c["one_shot_link_fraction"])
    two = c["two_shot_us"] + c["two_shot_peer_us"] * peers
    two = two + 2.0 * size_bytes * peers / tp / (hw.link_bytes_per_us * c["two_shot_link_fraction"])
    far = tp > hw.gpus_per_node
    link_bytes_per_us = np.where(far, hw.far_link_bytes_per_us, hw.link_bytes_per_us) * c["ring_link_fraction"]
    link_bytes_per_us = link_bytes_per_us * np.where((tp >= IN_SWITCH_TP) & ~far, c["in_switch_gain"], 1.0)
    ring = c["ring_us"] + c["ring_peer_us"] * peers + 2.0 * size_bytes * peers / tp / link_bytes_per_us
    return np.where((size_bytes < c["custom_max_bytes"]) & ~far, np.minimum(one, two), ring)


def memory_op_us(c, hw, size_bytes):
    """Norms, activations, copies: what is read and written, over the bandwidth reached."""
    return c["launch_us"] + size_bytes / (hw.bytes_per_us * c["bw_fraction"])
