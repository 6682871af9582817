"""Worlds for comparing mfusweep with the oracle: the same models, GPU and tables as files for the one and facts for the
other. shipped_world() takes the project's own data, make_world() makes everything up.
"""

import csv
import json
import math
from collections import namedtuple

from presets import METHODS

# folder: for scratch; data_dir, bench_dirs: for the tool; facts_dir, oracle_bench: for the oracle.
World = namedtuple("World", "folder data_dir bench_dirs facts_dir oracle_bench models")

MODEL_COLUMNS = ("num_hidden_layers hidden_size num_attention_heads num_key_value_heads head_dim intermediate_size "
                 "torch_dtype").split()
GPU_COLUMNS = "gpu aliases bf16_tflops fp8_tflops fp4_tflops int8_tops mem_bw_gbps".split()
# What a GPU entry calls the numbers of a preset.
ENTRY_PARAMS = {
    "v1-calibrated": "bw_efficiency step_overhead_us all_reduce_latency_us mfu_prefill mfu_prefill_multiplier mfu_decode "
                     "mfu_decode_multiplier tp_scaling_exponent decode_tp_scaling_exponent prefill_bw_factor "
                     "decode_bw_factor vector_peak_fraction prefill_overhead_us mixed_prefill_overhead_us",
    "v2-floor": "bw_efficiency per_layer_overhead_us",
    "v2-interp": "bw_efficiency per_layer_overhead_us",
}


def write_csv(path, columns, rows):
    """Rows as dictionaries; columns that a row lacks stay empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_json(path, value):
    """A JSON file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


# ---- The project's own data ----------------------------------------------------------------------


def is_dense(config):
    """Ordinary attention, no experts, everything at the top level."""
    return all(column in config for column in ("hidden_size", "num_attention_heads", "num_hidden_layers")) and not any(
        "expert" in key or key == "kv_lora_rank" for key in config)


def shipped_world(root, folder):
    """model_configs/, bench_data/ of the project, and facts made of them."""
    models = []
    for path in sorted((root / "model_configs").glob("*/config.json")):
        config = json.loads(path.read_text(encoding="utf-8"))
        if is_dense(config):
            models.append({"model": path.parent.name, **{key: config.get(key) for key in MODEL_COLUMNS}})
    gpus = []
    for path in sorted((root / "bench_data" / "gpus").glob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        peaks = entry["peak_tflops"]
        gpus.append({"gpu": entry["name"], "aliases": "|".join(entry.get("aliases", [])), "bf16_tflops": peaks["bf16"],
                     "fp8_tflops": peaks.get("fp8"), "mem_bw_gbps": entry["mem_bw_gb_per_s"]})
    write_csv(folder / "facts/models.csv", ["model", *MODEL_COLUMNS], models)
    write_csv(folder / "facts/hardware.csv", GPU_COLUMNS, gpus)
    return World(folder, root, [], folder / "facts", root / "bench_data", [row["model"] for row in models])


# ---- Made up -------------------------------------------------------------------------------------


def log_uniform(rng, low, high):
    """Evenly in the logarithm."""
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def axis(rng, most, low, high):
    """Up to `most` ascending whole numbers."""
    return sorted({round(log_uniform(rng, low, high)) for _ in range(rng.randint(1, most))})


def random_model(rng, name):
    """A dense model, head_dim explicit or implied."""
    heads = rng.choice([8, 12, 16, 28, 32, 40, 64])
    head_dim = rng.choice([64, 80, 96, 128])
    config = {
        "model": name,
        "architectures": ["ToyForCausalLM"],
        "num_hidden_layers": rng.randint(1, 80),
        "num_attention_heads": heads,
        "num_key_value_heads": rng.choice([kv for kv in range(1, heads + 1) if heads % kv == 0]),
        "hidden_size": heads * head_dim,
        "intermediate_size": rng.randint(1000, 30000),
        "vocab_size": rng.randint(1000, 150000),
        "torch_dtype": rng.choice(["bfloat16", "bfloat16", "float16"]),
    }
    if rng.random() < 0.4:
        config["hidden_size"], config["head_dim"] = rng.randint(512, 9000), head_dim
    return config


def source(folder, gpu, dtype, peak_tflops, causal):
    """SOURCE.json of a table folder."""
    write_json(folder / "SOURCE.json", {"gpu": gpu, "kernel": "made", "dtype": dtype, "peak_tflops": peak_tflops, "causal": causal,
                                        "date": "2026", "command": "made", "versions": "1", "licence": "none", "notes": ""})


def measured(rng, flop, mfu, peak_tflops):
    """latency_us and the mfu column, rounded as files have them, sometimes to 0."""
    latency_us = flop / (mfu * peak_tflops * 1e12) * 1e6
    return {"latency_us": f"{latency_us:.6g}" if rng.random() < 0.5 else f"{latency_us:.9f}", "mfu": f"{mfu:.3f}"}


def make_gemm(rng, bench, peak_tflops):
    """One table over a few (k, n), rows in random order, some missing."""
    folder, rows = bench / "gemm/toy", []
    source(folder, "toy", "bf16", peak_tflops, None)
    ms = axis(rng, 7, 1, 100000)
    for k in axis(rng, 4, 1000, 12000):
        for n in axis(rng, 4, 1000, 20000):
            for m in ms:
                if m == ms[0] or rng.random() < 0.9:
                    mfu = log_uniform(rng, 5e-4, 0.95)
                    rows.append({"m": m, "k": k, "n": n, **measured(rng, 2 * m * k * n, mfu, peak_tflops)})
    rng.shuffle(rows)
    write_csv(folder / "data.csv", ["m", "k", "n", "latency_us", "mfu"], rows)


def make_prefill(rng, bench, peak_tflops, shapes):
    """A table per shape."""
    folder = bench / "mha/prefill/toy"
    source(folder, "toy", "bf16", peak_tflops, True)
    for heads, kv_heads, head_dim in shapes:
        rows = []
        for seq_len in axis(rng, 7, 64, 70000):
            mfu = log_uniform(rng, 5e-3, 0.95)
            rows.append({"dtype": "bf16", "seq_len": seq_len, **measured(rng, 2 * heads * head_dim * seq_len**2, mfu, peak_tflops)})
        write_csv(folder / f"{heads}-{kv_heads}-{head_dim}.csv", ["dtype", "seq_len", "latency_us", "mfu"], rows)


def make_decode(rng, bench, peak_tflops, shapes):
    """A table per shape and some tp; large cells are missing."""
    folder = bench / "mha/decode/toy"
    source(folder, "toy", "bf16", peak_tflops, None)
    for heads, kv_heads, head_dim in shapes:
        tps = [tp for tp in (1, 2, 4) if heads % tp == 0 and rng.random() < 0.7] or [1]
        for tp in tps:
            rows, kvs = [], axis(rng, 6, 100, 200000)
            for batch in axis(rng, 6, 1, 600):
                for kv_len in kvs:
                    if kv_len == kvs[0] or batch * kv_len < 4e6 or rng.random() < 0.1:
                        mfu = log_uniform(rng, 2e-4, 0.1)
                        flop = 4 * heads / tp * head_dim * kv_len * batch
                        rows.append({"dtype": "bf16", "kv_dtype": "bf16", "batch_size": batch, "kv_len": kv_len,
                                     **measured(rng, flop, mfu, peak_tflops)})
            rng.shuffle(rows)
            rows[0]["mfu"] = "0.017"  # at least one row of the column is a measurement
            write_csv(folder / f"{heads}-{kv_heads}-{head_dim}-tp{tp}.csv",
                      ["dtype", "kv_dtype", "batch_size", "kv_len", "latency_us", "mfu"], rows)


def make_world(rng, folder):
    """Models, one GPU "toy" and its tables."""
    models = [random_model(rng, f"m{i}") for i in range(6)]
    for config in models:
        write_json(folder / "model_configs" / config["model"] / "config.json",
                   {key: value for key, value in config.items() if key != "model"})
    peak_tflops, bandwidth = round(log_uniform(rng, 50, 2000), 1), round(log_uniform(rng, 300, 8000))
    methods = {}
    for method, names in ENTRY_PARAMS.items():
        params = {name: METHODS[method][name] for name in names.split()}
        params["bw_efficiency"] = params["bw_efficiency"] or 0.82
        methods[method] = params
    write_json(folder / "bench_data/gpus/toy.json",
               {"name": "toy", "peak_tflops": {"bf16": peak_tflops, "fp8": 2 * peak_tflops}, "mem_bw_gb_per_s": bandwidth,
                "mem_gib": 80, "methods": methods})
    write_csv(folder / "facts/models.csv", ["model", *MODEL_COLUMNS], models)
    write_csv(folder / "facts/hardware.csv", GPU_COLUMNS,
              [{"gpu": "toy", "bf16_tflops": peak_tflops, "fp8_tflops": 2 * peak_tflops, "mem_bw_gbps": bandwidth}])
    own = [(config["num_attention_heads"], config["num_key_value_heads"], config["hidden_size"] // config["num_attention_heads"])
           for config in models[:2]]
    shapes = sorted({*own, (32, 8, 128), (rng.choice([16, 40, 64]), 8, 128)})
    bench = folder / "bench_data"
    make_gemm(rng, bench, peak_tflops)
    make_prefill(rng, bench, peak_tflops, shapes)
    make_decode(rng, bench, peak_tflops, shapes)
    return World(folder, folder, [], folder / "facts", bench, [config["model"] for config in models])
