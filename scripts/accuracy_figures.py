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
EQUAL_WORK_KV = (2, 4, 8, 16)   # decode attention on so few tokens is launch alone: rows of equal work
SHORT_US = 24.0                 # decode attention that takes less lies on steps on some GPUs ...
STEP_US = 2.04                  # ... of this length
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


def decode_lines(bench_data, gpu):
    """Measured decode attention in 16 bit: {(batch, heads, KV heads, head_dim): {KV length: us}}, and the same of sliding windows
    with the window before them."""
    full, windowed = {}, {}
    for path in sorted((bench_data / gpu).glob("*/generation_attention_perf.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["kv_cache_dtype"] == "bfloat16":
                    key = tuple(row[name] for name in ("batch_size", "num_heads", "num_key_value_heads", "head_dim"))
                    window = int(row.get("window_size") or 0)
                    line = windowed.setdefault((window, *key), {}) if window else full.setdefault(key, {})
                    line[int(row["step"]) + 1] = 1e3 * float(row["latency"])
    return full, windowed


def percent_spread(percents):
    if not len(percents):
        return None
    return {"n": len(percents), "median": float(np.median(percents)), "p90": float(np.percentile(percents, 90))}


def measured_twice(full, windowed):
    """How far rows lie apart that do the same work: over everything, and over a window that is not reached."""
    return percent_spread([100 * abs(us / full[key][kv] - 1) for (window, *shape), line in windowed.items()
                           for key in [tuple(shape)] if key in full
                           for kv, us in line.items() if kv <= window and kv in full[key]])


def equal_work_spread(full):
    """What a table of decode attention repeats to, at KV lengths where only the launch counts: each row against the middle one
    of the others of its line, what the length itself makes taken out."""
    rows = np.array([[line[kv] for kv in EQUAL_WORK_KV] for line in full.values() if all(kv in line for kv in EQUAL_WORK_KV)])
    rows /= np.median(rows / np.median(rows, axis=1, keepdims=True), axis=0)
    others = np.stack([np.median(np.delete(rows, i, axis=1), axis=1) for i in range(len(EQUAL_WORK_KV))], axis=1)
    return percent_spread(100 * np.abs(others / rows - 1).ravel())


def share_on_steps(full):
    """Share of the short times within a quarter of a step of steps of STEP_US: half of them, where there are no steps."""
    short = np.array([us for line in full.values() for us in line.values() if us < SHORT_US])
    turns = np.exp(2j * np.pi * short / STEP_US)
    return float(np.mean((turns / turns.mean()).real > 0))


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
