#!/usr/bin/env python3
"""Why decode attention takes longer in an engine than in a benchmark of equal requests, from a file of measured steps alone.

    scripts/decode_gap.py STEPS.csv [--bench-data DIR] [--picture OUT.png] [--json]

The file is in the order of time. At its end no request arrives any more: each step adds one token to each request, and when a
request ends the total drops by its length. So every request's KV length in every step of that last stretch follows backwards
from the totals, exactly. With that the step time can be held against the longest request, the mean, and the size of the CUDA
graph, each where it alone changes. With --bench-data the tool prices everything but attention, which leaves attention itself.
"""
import argparse
import json
import sys
from pathlib import Path
from statistics import median

from accuracy_runs import ROOT, TOOL, Failed, Runner, read_steps

GRAPH_SIZES = [1, 2, 4, *range(8, 257, 8), *range(272, 513, 16)]
SETTLED = 4            # steps after a request has ended that are passed over: the first ones are faster
AROUND = 40            # steps on either side of such an end that are compared
THOUSAND = 1000
GB_PER_S_IN_BYTES_PER_US = 1000
OPENING_TOLERANCE_TOK = 16   # requests of the opening differ by what they have made, a few tokens
SAME_LONGEST_TOK = 200       # an end that changes the longest by less than this is one that leaves it


def padded(requests):
    return next(size for size in GRAPH_SIZES if size >= requests)


def stretch_of(rows):
    """Decode steps after the last prefill, with the requests' lengths, ascending; in each step at most one request ends."""
    last = max(i for i, row in enumerate(rows) if row["prefill_requests"])
    rows = rows[last + 1:]
    lengths = [rows[-1]["decode_kv_tokens"]]
    if rows[-1]["decode_requests"] != 1:
        raise Failed("the last step of the file has more than one request")
    steps = []
    for row, after in zip(reversed(rows), [None, *reversed(rows[1:])]):
        if after:
            lengths = [length - 1 for length in lengths]
            ended = row["decode_kv_tokens"] - sum(lengths)
            n_ended = row["decode_requests"] - after["decode_requests"]
            if n_ended not in (0, 1) or (n_ended == 0) != (ended == 0) or ended < 0:
                raise Failed(f"totals do not follow: {row}")
            lengths = sorted(lengths + [ended] * n_ended)
        steps.append({"requests": len(lengths), "lengths": list(lengths), "latency_us": row["latency_us"]})
    return steps[::-1]


class Shape:
    """Heads of one GPU, and how the decode kernel cuts a request's KV cache."""

    def __init__(self, model, gpu, tp):
        config = json.loads((ROOT / "model_configs" / model / "config.json").read_text(encoding="utf-8"))
        self.model, self.gpu, self.tp = model, gpu, tp
        self.layers = config["num_hidden_layers"]
        self.kv_heads = max(1, config["num_key_value_heads"] // tp)
        head_dim = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
        self.chain_bytes_per_tok = 2 * head_dim * 2      # keys and values of one KV head, 16 bit
        self.num_sm = json.loads((ROOT / "bench_data/gpus" / f"{gpu}.json").read_text(encoding="utf-8"))["num_sm"]

    def parts(self, requests):
        return max(1, self.num_sm // (padded(requests) * self.kv_heads))


def add_shape(steps, shape):
    for step in steps:
        lengths, requests = step["lengths"], step["requests"]
        step.update(mean=sum(lengths) / requests, longest=lengths[-1], graph=padded(requests), parts=shape.parts(requests))
        step["chain"] = step["longest"] / step["parts"]
        step["n_chains"] = requests * shape.kv_heads * step["parts"]


def decode_text(lengths):
    return "+".join(f"1*{length}" for length in lengths)


def add_attention(steps, shape, engine, runner):
    """Attention per layer: what is left of the step, what the tool says of equal requests and with the lengths known."""
    known = [(shape.model, shape.tp, decode_text(step["lengths"]), "") for step in steps]
    equal = [(shape.model, shape.tp, f"{step['requests']}*{round(step['mean'])}", "") for step in steps]
    priced = {"known": runner.eval_steps(shape.gpu, engine, known), "equal": runner.eval_steps(shape.gpu, engine, equal),
              "spread": runner.eval_steps(shape.gpu, engine, equal, {"kv_spread": "exponential"})}
    for i, step in enumerate(steps):
        rest = float(priced["equal"][i]["step_us"]) - float(priced["equal"][i]["decode_attention_us"])
        step["attention_us"] = (step["latency_us"] - rest) / shape.layers
        for name, rows in priced.items():
            step[f"{name}_attention_us"] = float(rows[i]["decode_attention_us"]) / shape.layers
            step[f"{name}_step_us"] = float(rows[i]["step_us"])


def by_requests(steps):
    """One line for each number of requests, the first steps after a change passed over."""
    groups = {}
    for step in steps:
        groups.setdefault(step["requests"], []).append(step)
    lines = []
    for requests, group in sorted(groups.items(), reverse=True):
        group = group[SETTLED:] if len(group) > 2 * SETTLED else group
        line = {name: group[0][name] for name in ("requests", "graph", "parts", "n_chains")}
        line["n"] = len(group)
        for name in ("latency_us", "mean", "longest", "chain", "attention_us", "equal_attention_us", "known_attention_us"):
            if name in group[0]:
                line[name] = median(step[name] for step in group)
        lines.append(line)
    return lines


def ends(steps):
    """Every end of a request: what it changed, and what the step time did."""
    at = [i for i in range(1, len(steps)) if steps[i]["requests"] < steps[i - 1]["requests"]]
    found = []
    for before, i, after in zip([0, *at], at, [*at[1:], len(steps)]):
        left = steps[max(before + SETTLED, i - AROUND):i] or steps[before:i]
        right = steps[min(i + SETTLED, after - 1):min(i + AROUND, after)]
        old, new = left[-1], right[0]
        found.append({"from": old["requests"], "longest": [old["longest"], new["longest"]], "mean": [old["mean"], new["mean"]],
                      "graph": [old["graph"], new["graph"]], "parts": [old["parts"], new["parts"]],
                      "n_chains": [old["n_chains"], new["n_chains"]],
                      "change_us": median(s["latency_us"] for s in right) - median(s["latency_us"] for s in left)})
    return found


def kind_of(end, num_sm):
    """The one thing that may matter and that this end changes; several: the first named."""
    if end["parts"][0] != end["parts"][1]:
        return "parts"
    if end["longest"][0] - end["longest"][1] > SAME_LONGEST_TOK:
        return "longest"
    if end["graph"][0] != end["graph"][1]:
        return "graph"
    return "queue" if end["n_chains"][0] > num_sm else "mean"


def kinds(found, num_sm):
    groups = {}
    for end in found:
        groups.setdefault(kind_of(end, num_sm), []).append(end)
    return {kind: {"n": len(group), "median_change_us": median(end["change_us"] for end in group),
                   "least_us": min(end["change_us"] for end in group), "most_us": max(end["change_us"] for end in group),
                   "mean_before": median(end["mean"][0] for end in group),
                   "mean_after": median(end["mean"][1] for end in group)}
            for kind, group in groups.items()}


def ramp(steps, shape):
    """The straight line attention = a + chain / rate through steps whose chains all run at once: us and GB/s, and what of the
    variance it leaves unexplained; the same for the mean length instead of the chain."""
    out = {}
    points = [step for step in steps if "attention_us" in step and step["n_chains"] <= shape.num_sm]
    for name in ("chain", "mean"):
        x, y = [step[name] for step in points], [step["attention_us"] for step in points]
        mx, my = sum(x) / len(x), sum(y) / len(y)
        sxx, sxy = sum((v - mx) ** 2 for v in x), sum((v - mx) * (w - my) for v, w in zip(x, y))
        slope = sxy / sxx
        left = sum((w - my - slope * (v - mx)) ** 2 for v, w in zip(x, y)) / sum((w - my) ** 2 for w in y)
        out[name] = {"n": len(x), "us": my - slope * mx, "us_per_1000_tok": THOUSAND * slope, "unexplained": left,
                     "gb_per_s": shape.chain_bytes_per_tok / slope / GB_PER_S_IN_BYTES_PER_US}
    return out


def opening(rows, shape, engine, runner):
    """Steps of equal requests: the file starts with prompts of one length and a few tokens each."""
    length, groups = None, {}
    for row in rows:
        if not row["decode_requests"]:
            continue
        mean = row["decode_kv_tokens"] / row["decode_requests"]
        length = length or mean
        if abs(mean - length) > OPENING_TOLERANCE_TOK:
            break
        if row["phase"] == "decode":
            groups.setdefault(row["decode_requests"], []).append(row["latency_us"])
    priced = runner.eval_steps(shape.gpu, engine, [(shape.model, shape.tp, f"{n}*{round(length)}", "") for n in groups])
    lines = []
    for (requests, times), price in zip(groups.items(), priced):
        rest = float(price["step_us"]) - float(price["decode_attention_us"])
        lines.append({"requests": requests, "n": len(times), "length": length, "latency_us": median(times),
                      "attention_us": (median(times) - rest) / shape.layers,
                      "table_us": float(price["decode_attention_us"]) / shape.layers})
    return sorted(lines, key=lambda line: line["requests"])


def errors(steps, name):
    found = [100 * (step[name] - step["latency_us"]) / step["latency_us"] for step in steps]
    return {"mape": sum(map(abs, found)) / len(found), "bias": sum(found) / len(found)}


def study(path, runner=None, engine=None):
    """All of it for each TP degree of the file."""
    rows, found = read_steps(path), {}
    for tp in sorted({row["tp"] for row in rows}):
        mine = [row for row in rows if row["tp"] == tp]
        shape = Shape(mine[0]["model"], mine[0]["gpu"], tp)
        steps = stretch_of(mine)
        add_shape(steps, shape)
        one = {"shape": shape, "steps": steps, "ends": ends(steps)}
        one["kinds"] = kinds(one["ends"], shape.num_sm)
        if runner:
            add_attention(steps, shape, engine or mine[0]["engine"], runner)
            one["ramp"] = ramp(steps, shape)
            one["opening"] = opening(mine, shape, engine or mine[0]["engine"], runner)
            one["errors"] = {name: errors(steps, f"{name}_step_us") for name in ("known", "spread", "equal")}
        one["by_requests"] = by_requests(steps)
        found[tp] = one
    return found


# ---- what is shown

def table(lines):
    columns = [("requests", "requests", "d"), ("n", "steps", "d"), ("graph", "graph", "d"), ("parts", "parts", "d"),
               ("n_chains", "chains", "d"), ("mean", "mean KV", ".0f"), ("longest", "longest", ".0f"),
               ("latency_us", "step us", ".0f"), ("attention_us", "attention us", ".1f"),
               ("equal_attention_us", "equal", ".1f"), ("known_attention_us", "known", ".1f")]
    columns = [column for column in columns if column[0] in lines[0]]
    yield "  ".join(f"{title:>8}" for _, title, _ in columns)
    for line in lines:
        yield "  ".join(f"{line[name]:>{max(8, len(title))}{form}}" for name, title, form in columns)


def show(found):
    for tp, one in found.items():
        print(f"\n{one['shape'].model} on {one['shape'].gpu}, TP {tp}: {len(one['steps'])} steps without an arrival; medians")
        print("\n".join(table(one["by_requests"])))
        print("\nWhen a request ends, the step time changes by (us)")
        for kind, group in sorted(one["kinds"].items()):
            print(f"  {kind:8} {group['n']:3d} ends  median {group['median_change_us']:+8.0f}  "
                  f"{group['least_us']:+8.0f} to {group['most_us']:+8.0f}")
        for name, line in one.get("ramp", {}).items():
            print(f"attention = {line['us']:.1f} us + {line['us_per_1000_tok']:.2f} us per 1000 tokens of {name} "
                  f"({line['gb_per_s']:.0f} GB/s per chain), unexplained {100 * line['unexplained']:.1f} %, n {line['n']}")
        for name, error in one.get("errors", {}).items():
            print(f"step predicted, lengths {name}: MAPE {error['mape']:.2f} %, bias {error['bias']:+.2f} %")
        for line in one.get("opening", []):
            print(f"equal requests of {line['length']:.0f}: {line['requests']:3d} requests, n {line['n']:3d}, attention "
                  f"{line['attention_us']:.1f} us per layer, table {line['table_us']:.1f}")


def draw(found, path):
    """Attention per layer against the longest chain and against the mean length."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    fig, axes = plt.subplots(len(found), 2, figsize=(10.4, 3.7 * len(found)), squeeze=False, sharey="row", layout="constrained")
    for (tp, one), (left, right) in zip(found.items(), axes):
        steps, line = one["steps"], one["ramp"]["chain"]
        y, requests = [step["attention_us"] for step in steps], [step["requests"] for step in steps]
        for ax, name in ((left, "chain"), (right, "mean")):
            dots = ax.scatter([step[name] / THOUSAND for step in steps], y, c=requests, s=7, cmap="viridis", linewidths=0)
            ax.grid(alpha=0.3)
        top = max(step["chain"] for step in steps) / THOUSAND
        left.plot([0, top], [line["us"], line["us"] + line["us_per_1000_tok"] * top], "k-", lw=1,
                  label=f"{line['us']:.0f} µs + {line['gb_per_s']:.0f} GB/s for one SM (fit where no SM has two)")
        right.plot([step["mean"] / THOUSAND for step in steps], [step["equal_attention_us"] for step in steps], "r.", ms=2,
                   label="equal requests of this mean (table)")
        left.set(ylabel=f"TP{tp}: decode attention, µs per layer", ylim=(0, 1.25 * max(y)), xlim=(0, None),
                 xlabel="longest request / parts, 1000 tokens")
        right.set(xlabel="mean KV length, 1000 tokens")
        left.legend(fontsize=8, loc="upper left")
        right.legend(fontsize=8, loc="upper left", markerscale=3)
        fig.colorbar(dots, ax=right, label="requests")
    fig.savefig(path, dpi=110, metadata={"Software": None})


def as_json(found):
    return {str(tp): {name: value for name, value in one.items() if name not in ("shape", "steps")}
            for tp, one in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", help="measured steps (docs/validate.md), in the order of time")
    parser.add_argument("--bench-data", help="kernel tables: attention itself is shown")
    parser.add_argument("--engine", help="whose constants price the rest; default: the file's")
    parser.add_argument("--tool", default=TOOL, type=Path)
    parser.add_argument("--picture", metavar="OUT.png", help="needs --bench-data and matplotlib")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        found = study(options.steps, Runner(options.tool, [options.bench_data]) if options.bench_data else None, options.engine)
    except (Failed, OSError) as error:
        sys.exit(f"decode_gap.py: {error}")
    if options.json:
        print(json.dumps(as_json(found), indent=1))
    else:
        show(found)
    if options.picture and options.bench_data:
        draw(found, options.picture)


if __name__ == "__main__":
    main()
