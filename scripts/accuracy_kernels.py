"""The tables of docs/accuracy.md on kernels: sections 4, 5 and 6."""
import json
from concurrent.futures import ThreadPoolExecutor
from statistics import mean

import accuracy_figures as figures
import beside_prefills
import decode_gap
from accuracy_runs import Runner
from accuracy_tables import NONE, number, pair, table

GPUS = ("a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm")
RESIDUAL_GOAL = (8, 20)     # analytic kernels: median and p90 in percent


# ---- 4: the decode gap

def gap_table(one):
    rows = []
    for line in one["by_requests"]:
        rows.append([line["requests"], line["n"], line["graph"], line["parts"], line["n_chains"], number(line["mean"], 0),
                     number(line["longest"], 0), number(line["latency_us"] / 1000), number(line["attention_us"], 1),
                     number(line["equal_attention_us"], 1), number(line["known_attention_us"], 1)])
    return table(["requests", "steps", "graph", "parts", "chains", "mean KV", "longest KV", "step ms", "attention µs",
                  "equal requests µs", "`measured` µs"], rows, 0)


KIND_TEXT = {"parts": "parts per request", "longest": "the longest request", "graph": "size of the graph, same parts",
             "queue": "chains, more than SMs", "mean": "nothing but requests and mean"}


def kinds_table(found):
    rows = [[f"TP{tp}", KIND_TEXT[kind], group["n"], number(group["median_change_us"], 0, sign=True),
             f"{number(group['least_us'], 0, sign=True)} to {number(group['most_us'], 0, sign=True)}"]
            for tp, one in found.items() for kind, group in sorted(one["kinds"].items())]
    return table(["", "what the end changes", "ends", "median, µs", "range, µs"], rows, 2)


def queue_jumps(one, least_us=500):
    """Ends that change the time though neither the longest request nor the parts change."""
    jumps = [end for end in one["ends"]
             if decode_gap.kind_of(end, one["shape"].num_sm) == "queue" and -end["change_us"] > least_us]
    return ", ".join(f"{end['from']} → {end['from'] - 1} requests ({number(end['change_us'], 0, sign=True)} µs)"
                     for end in jumps)


def opening_table(found):
    rows = []
    for tp, one in found.items():
        first, last = one["opening"][0], one["opening"][-1]
        rows.append([f"TP{tp}", f"{first['requests']} to {last['requests']}", number(first["length"], 0),
                     sum(line["n"] for line in one["opening"]), number(last["attention_us"] - first["attention_us"], 1),
                     number(last["table_us"] - first["table_us"], 1)])
    return table(["", "requests", "KV of each", "steps", "attention grows by, µs", "in the table by, µs"], rows)


def ramp_table(found):
    rows = []
    for tp, one in found.items():
        for name, text in (("chain", "longest / parts"), ("mean", "mean KV")):
            line = one["ramp"][name]
            rows.append([f"TP{tp}", text, f"{line['n']:,}", number(line["us"], 1), number(line["us_per_1000_tok"]),
                         number(100 * line["unexplained"], 1)])
    return table(["", "attention as a line in", "steps", "at 0, µs", "µs per 1000 tokens", "variance left, %"], rows, 2)


def known_table(found):
    names = (("known", "known: each request's own"), ("spread", "from the mean, spread exponentially"), ("equal", "all equal"))
    return table(["", "lengths", "steps", "MAPE", "bias"],
                 [[f"TP{tp}", text, f"{len(one['steps']):,}", number(one["errors"][name]["mape"]),
                   number(one["errors"][name]["bias"], sign=True)] for tp, one in found.items() for name, text in names], 2)


def beside_table(study):
    rows = list(beside_prefills.lines(beside_prefills.study(study.files[-1])))
    return table(["", "steps", "decodes alone, ms", "with a prompt, ms", "difference, ms (range)"], rows, 1)


def gap_study(study, picture):
    found = decode_gap.study(study.files[-1], Runner(study.tool, study.slim))
    if picture:
        decode_gap.draw(found, picture)
    return found


# ---- 5 and 6: kernels

def crossvals(study):
    def one(gpu):
        return json.loads(study.run("crossval", "--gpu", gpu, "--dtype", "bf16", "--json"))["results"]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(GPUS, pool.map(one, GPUS)))


def of_method(result, name):
    return next((m for m in result["methods"] if m["method"] == name and m["n"]), None)


def bf16_results(found):
    """{(kernel, held out): {gpu: result}}, sliding windows apart."""
    out = {}
    for gpu, results in found.items():
        for result in results:
            if result["dtype"] == "bf16" and not result["window"] and result["kv_dtype"] in (None, "bf16"):
                out.setdefault((result["kernel"], result["description"]), {})[gpu] = result
    order = list(dict.fromkeys(kernel for kernel, _ in out))
    return dict(sorted(out.items(), key=lambda item: order.index(item[0][0])))


def crossval_goal_table(found):
    rows = []
    for (kernel, held_out), by_gpu in bf16_results(found).items():
        target = next(iter(by_gpu.values())).get("target")
        if target is None:
            continue
        ours = {gpu: of_method(result, "measured") for gpu, result in by_gpu.items()}
        medians = [m["median"] for m in ours.values() if m]
        cells = [f"{number(ours[gpu]['median'])}{' ✓' if ours[gpu]['median'] <= target else ''}" if ours.get(gpu) else NONE
                 for gpu in GPUS]
        n_beaten = sum(median <= target for median in medians)
        rows.append([kernel, held_out, number(target, 1), number(mean(medians)), f"{n_beaten} of {len(medians)}", *cells])
    return table(["kernel", "held out", "to beat", "mean of the medians", "beaten on", *GPUS], rows, 2)


def crossval_rules_table(found):
    rules, rows = None, []
    for (kernel, held_out), by_gpu in bf16_results(found).items():
        rules = rules or [m["method"] for m in next(iter(by_gpu.values()))["methods"]]
        cells = []
        for rule in rules:
            methods = [m for m in (of_method(result, rule) for result in by_gpu.values()) if m]
            means = [mean(m[name] for m in methods) for name in ("median", "p90")] if methods else None
            cells.append(f"{number(means[0])} / {number(means[1], 1)}" if means else NONE)
        rows.append([kernel, held_out, f"{sum(result['n_held'] for result in by_gpu.values()):,}", *cells])
    return table(["kernel", "held out", "n", *rules], rows, 2)


def equal_work_table(study, found):
    """Beside what `measured` misses of decode attention where one point is held out."""
    points, rows = bf16_results(found)[("decode", "a point")], []
    for gpu in GPUS:
        full, windowed = figures.decode_lines(study.tables, gpu)
        twice, equal, ours = figures.measured_twice(full, windowed), figures.equal_work_spread(full), points[gpu]
        rows.append([gpu, f"{twice['n']:,}" if twice else NONE, pair(twice, "median", "p90"), f"{equal['n']:,}",
                     pair(equal, "median", "p90"), number(100 * figures.share_on_steps(full), 0),
                     pair(of_method(ours, "measured"), "median", "p90")])
    return table(["GPU", "pairs", "apart by", "rows of equal work", "from the others", "on steps, %", "a point held out"], rows)


def residual_table():
    rows = []
    for gpu in GPUS:
        blocks = figures.entry(gpu)["analytic"]
        for kernel in ("gemm", "prefill_attention", "decode_attention", "moe"):
            for dtype, block in blocks.get(kernel, {}).items():
                found = block.get("residuals")
                if found:
                    met = found["median_percent"] <= RESIDUAL_GOAL[0] and found["p90_percent"] <= RESIDUAL_GOAL[1]
                    goal = ("met" if met else "**missed**") if kernel != "moe" and dtype == "bf16" else NONE
                    rows.append([gpu, kernel, dtype, f"{found['n']:,}", number(found["median_percent"], 1),
                                 number(found["p90_percent"], 1), number(found["bias_percent"], 1, sign=True), goal])
    return table(["GPU", "kernel", "format", "n", "median", "p90", "bias", "goal"], rows, 3)
