"""Facts the oracle works on: models, GPUs and steps, as plain data.

Part of the independent oracle of mfusweep. Everything here is written from the
notes on the published methods, never from the C sources.
"""

import csv
from collections import namedtuple
from pathlib import Path

# Names of number formats as configurations spell them, and their bytes.
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float8_e4m3fn": "fp8"}
BYTES = {"bf16": 2, "fp16": 2, "fp8": 1, "int8": 1, "fp4": 0.5}

# Architecture of a dense decoder. q_dim = width of the query projection (num_heads * head_dim for
# the "config" rule, hidden_size for the published one), kv_dim = num_kv_heads * head_dim.
# dtype = format of the weights; the KV cache and activations keep 16 bits beside narrower ones.
Model = namedtuple("Model", "name layers hidden heads kv_heads head_dim q_dim kv_dim ffn dtype bytes_per_param kv_dtype "
                            "kv_bytes")

# Peaks of one GPU, in FLOP/s by number format and bytes/s, and the names its table folders may have.
Gpu = namedtuple("Gpu", "name aliases peaks peak_bytes_per_s")

# One forward pass. decode = [(count, kv_tok)], prefill = [(count, cached_tok, new_tok)].
Step = namedtuple("Step", "decode prefill")


def read_rows(path):
    """All rows of a CSV file as dictionaries (BOM and blanks around fields tolerated)."""
    with open(path, newline="", encoding="utf-8-sig") as handle:
        rows = csv.DictReader(handle, skipinitialspace=True)
        return [{key: (value or "").strip() for key, value in row.items() if key} for row in rows]


def as_int(text, default=0):
    """Integer of a CSV field; empty means `default`."""
    return int(text) if text else default


def make_model(row, head_dim_rule, dtype="config"):
    """A Model from one row of models.csv under a head-dim rule, its weights in `dtype`.

    hidden_over_heads: head_dim = hidden // heads (an explicit head_dim is ignored) and the query
                       projection is hidden x hidden, as in the published code.
    config:            head_dim as the configuration says (hidden // heads if it says nothing).
    """
    hidden = int(row["hidden_size"])
    heads = int(row["num_attention_heads"])
    kv_heads = as_int(row["num_key_value_heads"]) or heads
    head_dim = hidden // heads
    q_dim = hidden
    if head_dim_rule == "config":
        head_dim = as_int(row["head_dim"]) or head_dim
        q_dim = heads * head_dim
    elif head_dim_rule != "hidden_over_heads":
        raise ValueError(f"head_dim_rule: unknown value {head_dim_rule!r}")
    if dtype == "config":
        dtype = row["torch_dtype"] or "bfloat16"
    dtype = DTYPES.get(dtype, dtype)
    kv_dtype = dtype if BYTES[dtype] >= 2 else "bf16"
    return Model(
        name=row["model"],
        layers=int(row["num_hidden_layers"]),
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        q_dim=q_dim,
        kv_dim=kv_heads * head_dim,
        ffn=as_int(row["intermediate_size"]) or 4 * hidden,
        dtype=dtype,
        bytes_per_param=BYTES[dtype],
        kv_dtype=kv_dtype,
        kv_bytes=BYTES[kv_dtype],
    )


def load_models(facts_dir):
    """models.csv as {lower-case name: row}; make_model() turns a row into a Model."""
    return {row["model"].lower(): row for row in read_rows(Path(facts_dir) / "models.csv")}


def peaks_of(row):
    """{number format: FLOP/s}; fp16 runs at bf16's peak."""
    columns = {"bf16": "bf16_tflops", "fp16": "bf16_tflops", "fp8": "fp8_tflops", "int8": "int8_tops", "fp4": "fp4_tflops"}
    return {dtype: float(row[column]) * 1e12 for dtype, column in columns.items() if row.get(column)}


def load_gpus(facts_dir):
    """hardware.csv as {lower-case name or alias: Gpu}."""
    gpus = {}
    for row in read_rows(Path(facts_dir) / "hardware.csv"):
        aliases = [alias.lower() for alias in row["aliases"].split("|") if alias]
        gpu = Gpu(
            name=row["gpu"].lower(),
            aliases=aliases,
            peaks=peaks_of(row),
            peak_bytes_per_s=float(row["mem_bw_gbps"]) * 1e9,
        )
        for name in [gpu.name, *aliases]:
            gpus[name] = gpu
    return gpus


def parse_step(decode_text, prefill_text):
    """A Step from the two columns of a steps CSV.

    decode  = count*kv[+count*kv...]           prefill = count*cached:new[+count*cached:new...]
    """
    decode = []
    for part in filter(None, decode_text.split("+")):
        count, kv_tok = part.split("*")
        decode.append((int(count), int(kv_tok)))
    prefill = []
    for part in filter(None, prefill_text.split("+")):
        count, tokens = part.split("*")
        cached_tok, new_tok = tokens.split(":")
        prefill.append((int(count), int(cached_tok), int(new_tok)))
    return Step(decode, prefill)


def num_decode(step):
    """Number of decode requests of a step (= its decode tokens)."""
    return sum(count for count, _ in step.decode)


def num_prefill(step):
    """Number of prefill requests of a step."""
    return sum(count for count, _, _ in step.prefill)


def num_prefill_tokens(step):
    """New tokens over all prefill requests of a step."""
    return sum(count * new_tok for count, _, new_tok in step.prefill)
