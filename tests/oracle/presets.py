"""The published methods as dictionaries of knobs (names as in the design's knob table).

None stands for "by GPU" (see GPU_KNOBS) or, in a family that does not use the knob, for "unused".
"""

# ---- V2: kernel-table lookups ------------------------------------------------------------------

V2_FLOOR = {
    "family": "v2",
    "mfu_source": "file",
    "lookup_domain": "mfu",
    "gemm_lookup": "floor",
    "prefill_lookup": "floor",
    "decode_lookup": "floor_nearest",
    "ragged_corner": "zero",
    "prefill_bucket": "pow2",
    "prefill_flop": "bucket",
    "decode_aggregation": "max",
    "causal_factor": 1.8,
    "mixed_rule": "weighted",
    "gemm_weight_floor": False,
    "head_dim_rule": "hidden_over_heads",
    "tp_fallback": "tp1",
    "shape_fallback": "nearest_l2",
    "bw_efficiency": None,
    "per_layer_overhead_us": 100.0,
    "per_request_overhead_us": 0.0,
    "usable_memory_fraction": 0.9,  # for a flag that the oracle does not have
}

V2_INTERP = {
    **V2_FLOOR,
    "gemm_lookup": "linear",
    "prefill_lookup": "linear",
    "decode_lookup": "bilinear",
    "prefill_flop": "request",
    "decode_aggregation": "request",
    "mixed_rule": "max",
    "gemm_weight_floor": True,
}

# ---- V1: constant MFU per phase ----------------------------------------------------------------

V1_MAIN = {
    "family": "v1",
    "work": "main",  # which counts of FLOP and bytes: main or calibrated
    "mixed_rule": "sum",
    "head_dim_rule": "hidden_over_heads",
    "bw_efficiency": 0.72,
    "mfu_prefill": 0.65,
    "mfu_prefill_multiplier": 1.0,
    "mfu_decode": 0.12,
    "mfu_decode_multiplier": 1.0,
    "vector_peak_fraction": 0.10,
    "tp_scaling_exponent": 0.0,  # 0 means linear
    "decode_tp_scaling_exponent": 0.0,
    "prefill_bw_factor": 1.0,
    "decode_bw_factor": 1.0,
    "step_overhead_us": 500.0,
    "overhead_batch_slope": 0.0,  # the .15 of the batch-scaled overhead
    "prefill_overhead_us": 0.0,  # per prefill request, no decode in the step
    "mixed_prefill_overhead_us": 0.0,  # per prefill request, beside decodes
    "all_reduce_latency_us": 20.0,
    "per_layer_overhead_us": 20.0,
    "layer_overhead_over_tp": False,  # main adds it for every layer, whatever tp
    "per_request_overhead_us": 0.0,
    "usable_memory_fraction": 0.9,
}

V1_CALIBRATED = {
    **V1_MAIN,
    "work": "calibrated",
    "mixed_rule": "weighted",
    "mfu_prefill_multiplier": 2.32,
    "mfu_decode_multiplier": 2.00,
    "tp_scaling_exponent": 0.30,
    "decode_tp_scaling_exponent": 1.15,
    "prefill_bw_factor": 0.75,
    "decode_bw_factor": 0.96,
    "overhead_batch_slope": 0.15,
    "prefill_overhead_us": 500.0,
    "mixed_prefill_overhead_us": 150.0,
    "per_layer_overhead_us": 0.0,  # parsed but unused; whoever sets it gets it as everywhere else
    "layer_overhead_over_tp": True,
}

METHODS = {
    "v1-main": V1_MAIN,
    "v1-calibrated": V1_CALIBRATED,
    "v2-floor": V2_FLOOR,
    "v2-interp": V2_INTERP,
}

# V2's bandwidth efficiency per GPU; every GPU that was never given one takes the H100's.
GPU_BW_EFFICIENCY = {"a100_sxm": 0.80}
DEFAULT_BW_EFFICIENCY = 0.82


def knobs_for(method, gpu_name, **overrides):
    """The knobs of a method on a GPU with overrides; an unknown knob is an error."""
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}")
    knobs = dict(METHODS[method])
    unknown = sorted(set(overrides) - set(knobs))
    if unknown:
        raise ValueError(f"{method} has no knob {', '.join(unknown)}")
    if knobs["bw_efficiency"] is None:
        knobs["bw_efficiency"] = GPU_BW_EFFICIENCY.get(gpu_name, DEFAULT_BW_EFFICIENCY)
    knobs.update(overrides)
    knobs["bw_efficiency"] = knobs["bw_efficiency"] or 1.0  # 0 means "none given" in the published code
    return knobs
