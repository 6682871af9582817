"""Counts of FLOP and bytes of one request in one step: what V1 divides by constants and the
memory term that V1 calibrated and V2 share. Whole model, before any division by tp.
"""

from collections import namedtuple

Flop = namedtuple("Flop", "gemm vector")  # matrix engines, "vector" units
Bytes = namedtuple("Bytes", "weights dynamic")


def matrix_params(model):
    """Parameters of the projections of one layer (no embedding, no head, no norms)."""
    qkv = model.hidden * (model.q_dim + 2 * model.kv_dim)
    return qkv + model.q_dim * model.hidden + 3 * model.hidden * model.ffn


def flop_of_request(model, progress, new_tok, work):
    """V1's FLOP of one request with `progress` tokens in its cache and new_tok new ones."""
    ctx = progress + (new_tok - 1) / 2 if new_tok > 1 else progress
    gemm = 2 * new_tok * matrix_params(model)
    attention = 4 * model.heads * new_tok * ctx * model.head_dim
    softmax = 4 * model.heads * new_tok * ctx
    if work == "calibrated":
        return Flop(model.layers * gemm, model.layers * (attention + softmax))
    vector = 5 * model.heads * new_tok * ctx + 2 * new_tok * model.hidden
    return Flop(model.layers * (gemm + attention), model.layers * vector)


def weight_bytes(model):
    """Bytes of all projections."""
    return model.layers * model.bytes_per_param * matrix_params(model)


def dynamic_bytes(model, progress, new_tok, work="calibrated"):
    """KV written, KV read (of `progress`, the tokens before the step) and activations."""
    kv_factor, act_factor = 1.0, 1.0
    if work == "calibrated":
        kv_factor, act_factor = (0.80, 0.75) if new_tok == 1 else (0.92, 0.85)
    kv_token = 2 * model.layers * model.kv_dim * model.kv_bytes
    activations = model.layers * model.hidden * model.kv_bytes * new_tok
    return kv_token * new_tok + kv_token * progress * kv_factor + activations * act_factor
