"""Figures of docs/accuracy.md that the tool does not print itself: how well the data repeat, rows that cannot be, how errors
are spread."""
import csv
import json
from statistics import median

import numpy as np

from accuracy_runs import ROOT

ALIKE_PERCENT = 1.0      # steps are alike whose token counts differ by no more
LEAST_ALIKE = 3          # others that a step is held against
COUNTED = ("decode_kv_tokens", "prefill_tokens", "prefill_cached_tokens")
EQUAL_WORK_KV = (4, 8, 16)   # decode attention on so few tokens is launch alone: rows of equal work
FLOP_PER_WEIGHT = 2


def entry(gpu):
    return json.loads((ROOT / "bench_data" / "gpus" / f"{gpu}.json").read_text(encoding="utf-8"))


def spread(errors):
    """MAPE and p95 of percents."""
    errors = np.abs(np.asarray(errors))
    return {"n": len(errors), "mape": float(errors.mean()), "bias": None, "p95": float(np.percentile(errors, 95))}


def repeatability(rows):
    """How far steps of one set and phase lie from the median of the others like them: same requests, tokens within 1 %. None
    where no step has enough others."""
    groups, errors = {}, []
    for row in rows:
        groups.setdefault((row["source"], row["decode_requests"], row["prefill_requests"]), []).append(row)
    for group in groups.values():
        counts = np.array([[row[name] for name in COUNTED] for row in group], float)
        times = np.array([row["latency_us"] for row in group])
        for i in range(len(group)):
            alike = (abs(counts - counts[i]) <= ALIKE_PERCENT / 100 * counts[i]).all(axis=1)
            alike[i] = False
            if alike.sum() >= LEAST_ALIKE:
                middle = np.median(times[alike])
                errors.append(100 * (times[i] - middle) / middle)
    return {**spread(errors), "of": len(rows)} if errors else None


def layer_weights(model):
    config = json.loads((ROOT / "model_configs" / model / "config.json").read_text(encoding="utf-8"))
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    head_dim = config.get("head_dim") or hidden // heads
    attention = hidden * head_dim * (2 * heads + 2 * config.get("num_key_value_heads", heads))
    return config["num_hidden_layers"] * (attention + 3 * hidden * config["intermediate_size"])


def impossible(rows):
    """Steps that would need more FLOP/s for their new tokens' GEMM alone than the GPU's peak."""
    weights, peaks, found = {}, {}, []
    for row in rows:
        model, gpu = row["model"], row["gpu"]
        weights[model] = weights.get(model) or layer_weights(model)
        peaks[gpu] = peaks.get(gpu) or entry(gpu)["peak_tflops"]["bf16"] * 1e6      # FLOP per us
        tokens = row["decode_requests"] + row["prefill_tokens"]
        if FLOP_PER_WEIGHT * weights[model] / row["tp"] * tokens > peaks[gpu] * row["latency_us"]:
            found.append(row)
    return found


def equal_work_spread(bench_data, gpu):
    """Leave-one-out errors of decode attention at KV lengths where only the launch counts: what the table repeats to."""
    errors = []
    for path in sorted((bench_data / gpu).glob("*/generation_attention_perf.csv")):
        times = {}
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["kv_cache_dtype"] == "bfloat16" and row.get("window_size", "0") == "0":
                    key = tuple(row[name] for name in ("batch_size", "num_heads", "num_key_value_heads", "head_dim"))
                    times.setdefault(key, {})[int(row["step"]) + 1] = float(row["latency"])
        for line in times.values():
            for kv in EQUAL_WORK_KV:
                if all(length in line for length in (kv // 2, kv, 2 * kv)):
                    between = line[kv // 2] + (line[2 * kv] - line[kv // 2]) / 3
                    errors.append(100 * abs(between / line[kv] - 1))
    return {"n": len(errors), "median": median(errors), "p90": float(np.percentile(errors, 90))}


def table_rows(bench_data):
    """Rows of every file of kernel tables: (gpu, version, file, rows)."""
    for path in sorted(bench_data.glob("*/*/*_perf.csv")):
        with open(path, "rb") as file:
            yield path.parent.parent.name, path.parent.name, path.name, sum(1 for _ in file) - 1


def read_errors(path):
    """Rows that `validate -o` wrote, with their errors."""
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["method_us"] != "nan":
                yield {**row, "error": float(row["error_percent"])}


def summary(rows):
    errors = [row["error"] for row in rows]
    return {**spread(errors), "bias": float(np.mean(errors)), "p50": float(np.median(np.abs(errors))),
            "max": float(np.max(np.abs(errors)))}
