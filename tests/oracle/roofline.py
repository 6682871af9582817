"""The published MFU rooflines V1 and V2 as pure functions.

evaluate(model, gpu, tables, tp, step, knobs) -> breakdown in microseconds, unrounded. Seconds are
used inside. A model, a step and the tables come from facts.py and tables.py, knobs from presets.py.

A phase (all prefill requests, or all decode requests, of the step) takes max(compute, memory); the
mixed rule joins the two phases; communication and overhead are added to the result.
"""

import math
from collections import namedtuple

from facts import num_decode, num_prefill, num_prefill_tokens
from work import dynamic_bytes, flop_of_request, weight_bytes

FIELDS = (
    "step_us prefill_us decode_us prefill_compute_us prefill_memory_us "
    "decode_compute_us decode_memory_us comm_us overhead_us"
).split()

FIRST_BUCKET, LAST_BUCKET = 512, 65536


def weighted_mean(prefill_s, decode_s, prefill_tok, decode_req):
    """The three-branch mean of V1 calibrated and V2-floor."""
    if prefill_tok > 4 * decode_req and prefill_tok > 100:
        return 0.75 * prefill_s + 0.25 * decode_s
    if decode_req > 2 * prefill_tok and decode_req > 50:
        return 0.35 * prefill_s + 0.65 * decode_s
    return (prefill_tok * prefill_s + decode_req * decode_s) / (prefill_tok + decode_req)


def combine(rule, prefill_s, decode_s, step, fused):
    """Step time of the two phases; `fused` is called for the time of the fused step."""
    if not step.prefill or not step.decode:
        return prefill_s + decode_s
    if rule == "max":
        return max(prefill_s, decode_s)
    if rule == "sum":
        return prefill_s + decode_s
    if rule == "weighted":
        return weighted_mean(prefill_s, decode_s, num_prefill_tokens(step), num_decode(step))
    if rule == "fused":
        return fused()
    raise ValueError(f"mixed_rule: unknown value {rule!r}")


def breakdown(step_s, prefill, decode, comm_us, overhead_us):
    """The result dictionary; prefill and decode are (compute, memory) in seconds."""
    values = (
        step_s * 1e6 + comm_us + overhead_us,
        max(prefill) * 1e6,
        max(decode) * 1e6,
        prefill[0] * 1e6,
        prefill[1] * 1e6,
        decode[0] * 1e6,
        decode[1] * 1e6,
        comm_us,
        overhead_us,
    )
    return dict(zip(FIELDS, values))


# ---- V1 ----------------------------------------------------------------------------------------


def v1_tp(tp, phase, knobs):
    """What a phase's compute is divided by; exponent 0 means linear."""
    return tp ** (knobs["tp_scaling_exponent" if phase == "prefill" else "decode_tp_scaling_exponent"] or 1.0)


def v1_gemm_s(gpu, model, flop, phase, tp, knobs):
    """GEMM time of a phase at its constant MFU."""
    mfu = knobs["mfu_" + phase] * knobs[f"mfu_{phase}_multiplier"]
    return flop / v1_tp(tp, phase, knobs) / (gpu.peaks[model.dtype] * mfu)


def v1_memory_s(gpu, model, dynamic, phase, tp, knobs):
    """Memory time: prefill keeps the linear tp, decode uses its exponent here too."""
    tp_memory = v1_tp(tp, phase, knobs) if phase == "decode" else tp
    bandwidth = gpu.peak_bytes_per_s * knobs["bw_efficiency"] * knobs[phase + "_bw_factor"]
    return (weight_bytes(model) + dynamic) / tp_memory / bandwidth


V1Phase = namedtuple("V1Phase", "compute memory gemm_flop vector_s dynamic")


def v1_phase(model, gpu, tp, requests, phase, knobs):
    """A phase's compute and memory time in seconds, and what they came from; requests = [(count, progress, new tokens)]."""
    if not requests:
        return V1Phase(0.0, 0.0, 0.0, 0.0, 0.0)
    gemm = vector = dynamic = 0.0
    for count, progress, new_tok in requests:
        flop = flop_of_request(model, progress, new_tok, knobs["work"])
        gemm += count * flop.gemm
        vector += count * flop.vector
        dynamic += count * dynamic_bytes(model, progress, new_tok, knobs["work"])
    vector_s = vector / v1_tp(tp, phase, knobs) / (gpu.peaks[model.kv_dtype] * knobs["vector_peak_fraction"])
    compute = v1_gemm_s(gpu, model, gemm, phase, tp, knobs) + vector_s
    return V1Phase(compute, v1_memory_s(gpu, model, dynamic, phase, tp, knobs), gemm, vector_s, dynamic)


def v1_overhead_us(model, tp, step, knobs):
    """Launch and scheduling overhead of one step."""
    n_prefill, n_decode = num_prefill(step), num_decode(step)
    n_req = n_prefill + n_decode
    overhead_us = knobs["step_overhead_us"]
    if n_req > 2:
        slope = knobs["overhead_batch_slope"]
        overhead_us *= 1 + slope * math.log2(n_req / 2) * (0.3 + 2 * n_decode / n_req)
    per_prefill = "mixed_prefill_overhead_us" if n_decode else "prefill_overhead_us"
    overhead_us += n_prefill * knobs[per_prefill]
    layers = model.layers / tp if knobs["layer_overhead_over_tp"] else model.layers
    return overhead_us + layers * knobs["per_layer_overhead_us"] + n_req * knobs["per_request_overhead_us"]


def v1(model, gpu, tp, step, knobs):
    """V1, calibrated or main: constant MFU per phase."""
    decodes = [(count, kv_tok, 1) for count, kv_tok in step.decode]
    prefill = v1_phase(model, gpu, tp, step.prefill, "prefill", knobs)
    decode = v1_phase(model, gpu, tp, decodes, "decode", knobs)

    def fused():  # not published: all tokens in one pass at prefill's constants, weights read once
        gemm = v1_gemm_s(gpu, model, prefill.gemm_flop + decode.gemm_flop, "prefill", tp, knobs)
        memory = v1_memory_s(gpu, model, prefill.dynamic + decode.dynamic, "prefill", tp, knobs)
        return max(gemm + prefill.vector_s + decode.vector_s, memory)

    step_s = combine(knobs["mixed_rule"], max(prefill[:2]), max(decode[:2]), step, fused)
    comm_us = 2 * model.layers * knobs["all_reduce_latency_us"] if tp > 1 else 0.0
    return breakdown(step_s, prefill[:2], decode[:2], comm_us, v1_overhead_us(model, tp, step, knobs))


# ---- V2 ----------------------------------------------------------------------------------------


def attention_flop(model, new_tok, ctx):
    """QK and AV of all layers: 4 H dh n s each (no softmax)."""
    return model.layers * 4 * model.heads * model.head_dim * new_tok * ctx


def gemm_s(model, gpu, tables, tp, m, knobs):
    """The seven un-fused, un-sharded projections of every layer at m rows, divided by tp."""
    d, q_dim, kv_dim, ffn = model.hidden, model.q_dim, model.kv_dim, model.ffn
    bandwidth = gpu.peak_bytes_per_s * knobs["bw_efficiency"]
    total = 0.0
    for k, n in ((d, q_dim), (d, kv_dim), (d, kv_dim), (q_dim, d), (d, ffn), (d, ffn), (ffn, d)):
        mfu = tables.gemm_mfu(m, k, n, knobs["gemm_lookup"], knobs["lookup_domain"])
        one = 2 * m * k * n / (gpu.peaks[model.dtype] * mfu)
        if knobs["gemm_weight_floor"]:
            one = max(one, k * n * model.bytes_per_param / bandwidth)
        total += one
    return model.layers * total / tp


def pow2_bucket(ctx, last=math.inf):
    """Smallest 512 * 2^k that holds ctx, at most `last`."""
    bucket = FIRST_BUCKET
    while bucket < ctx and bucket < last:
        bucket *= 2
    return bucket


def bucket_of(ctx, rule):
    """Bucket of a prompt of ctx = cached + new tokens."""
    if rule == "pow2":
        return pow2_bucket(ctx, LAST_BUCKET)
    if rule == "exact":
        return ctx
    edges = sorted(rule)  # [edges]: smallest edge that holds ctx, else the largest
    return next((edge for edge in edges if edge >= ctx), edges[-1])


def prefill_buckets(step, rule):
    """[(bucket, [(count, cached, new)])] in ascending order."""
    buckets = {}
    for request in step.prefill:
        buckets.setdefault(bucket_of(request[1] + request[2], rule), []).append(request)
    return sorted(buckets.items())


def prefill_attention_s(model, gpu, tables, tp, bucket, requests, knobs):
    """Attention of the requests of one bucket."""
    shape = (model.heads, model.kv_heads, model.head_dim)
    mfu = tables.prefill_mfu(shape, bucket, knobs["prefill_lookup"], knobs["shape_fallback"], knobs["lookup_domain"])
    if knobs["prefill_flop"] == "bucket":
        flop = attention_flop(model, sum(count * new_tok for count, _, new_tok in requests), bucket)
    elif knobs["prefill_flop"] == "request":
        flop = sum(count * attention_flop(model, new_tok, cached + new_tok) for count, cached, new_tok in requests)
    else:
        raise ValueError(f"prefill_flop: unknown value {knobs['prefill_flop']!r}")
    return flop / knobs["causal_factor"] / (gpu.peaks[model.kv_dtype] * mfu) / tp


def decode_attention_s(model, gpu, tables, tp, step, knobs):
    """Attention of all decode requests; every lookup uses the batch of the whole step."""
    batch = num_decode(step)
    rule = knobs["decode_aggregation"]
    if rule == "max":
        groups = [(batch, max(kv_tok for _, kv_tok in step.decode))]
    elif rule == "mean":
        groups = [(batch, sum(count * kv_tok for count, kv_tok in step.decode) / batch)]
    elif rule == "request":
        groups = step.decode
    elif rule == "buckets":
        groups = [(count, pow2_bucket(kv_tok)) for count, kv_tok in step.decode]
    else:
        raise ValueError(f"decode_aggregation: unknown value {rule!r}")
    shape = (model.heads, model.kv_heads, model.head_dim)
    flop_sum = weighted = 0.0
    for count, kv_tok in groups:
        flop = count * attention_flop(model, 1, kv_tok)
        if flop == 0:  # nothing cached, nothing to look up
            continue
        mfu = tables.decode_mfu(shape, batch, kv_tok, tp, knobs["decode_lookup"], knobs["ragged_corner"],
                                knobs["tp_fallback"], knobs["shape_fallback"], knobs["lookup_domain"])
        flop_sum += flop
        weighted += flop * mfu
    if weighted <= 0:
        return 0.0
    return flop_sum / (gpu.peaks[model.kv_dtype] * (weighted / flop_sum)) / tp


def v2(model, gpu, tables, tp, step, knobs):
    """V2, floor or interp: MFU looked up in kernel tables. All three kernels must have one, whatever the step needs."""
    tables.check((model.heads, model.kv_heads, model.head_dim), tp, knobs["tp_fallback"], knobs["shape_fallback"])
    bandwidth = gpu.peak_bytes_per_s * knobs["bw_efficiency"]
    decodes = [(count, kv_tok, 1) for count, kv_tok in step.decode]

    def gemms(tokens):
        return gemm_s(model, gpu, tables, tp, tokens, knobs)

    def memory_s(requests):
        dynamic = sum(count * dynamic_bytes(model, progress, new_tok) for count, progress, new_tok in requests)
        return (weight_bytes(model) + dynamic) / tp / bandwidth

    prefill, prefill_attention = (0.0, 0.0), 0.0
    if step.prefill:
        compute = 0.0
        for bucket, requests in prefill_buckets(step, knobs["prefill_bucket"]):
            attention = prefill_attention_s(model, gpu, tables, tp, bucket, requests, knobs)
            compute += gemms(sum(count * new_tok for count, _, new_tok in requests)) + attention
            prefill_attention += attention
        prefill = compute, memory_s(step.prefill)

    decode, decode_attention = (0.0, 0.0), 0.0
    if step.decode:
        decode_attention = decode_attention_s(model, gpu, tables, tp, step, knobs)
        decode = gemms(num_decode(step)) + decode_attention, memory_s(decodes)

    def fused():  # not published: one pass of GEMMs over all tokens, weights read once
        compute = gemms(num_prefill_tokens(step) + num_decode(step)) + prefill_attention + decode_attention
        return max(compute, memory_s(step.prefill + decodes))

    step_s = combine(knobs["mixed_rule"], max(prefill), max(decode), step, fused)
    n_req = num_prefill(step) + num_decode(step)
    overhead_us = knobs["per_layer_overhead_us"] * model.layers / tp + knobs["per_request_overhead_us"] * n_req
    return breakdown(step_s, prefill, decode, 0.0, overhead_us)


def evaluate(model, gpu, tables, tp, step, knobs):
    """Breakdown of one step under the knobs of any method (tables may be None for V1)."""
    if knobs["family"] == "v1":
        return v1(model, gpu, tp, step, knobs)
    return v2(model, gpu, tables, tp, step, knobs)
