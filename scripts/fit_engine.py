#!/usr/bin/env python3
"""Fits the constants of the method `measured` for an engine on a GPU to measured steps, and says what they are worth.

    scripts/fit_engine.py --bench-data DIR --measured STEPS.csv [--measured …] --gpu h100_sxm --engine vllm-0.15.1
                          [--leave-out] [--sample N] [--json] [--write]

The tool itself predicts (`mfusweep validate --json --set CONSTANT=VALUE`), so that what is fitted is what runs. The figure that
is made small is the mean of the groups' mean absolute percentage errors, a group being the steps of one model, TP degree and
phase: however many rows a group has, it counts once. Coordinate by coordinate: a constant is moved by its step as long as
that helps, then by a quarter of it. --leave-out fits again without each model and TP degree in turn and prints the error on
what was left out beside the error with all of them. --sample looks at no more than N steps of a group, evenly spread: a fit of
minutes takes seconds. --write puts the constants into bench_data/gpus/GPU.json.
"""
import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# name: (start, step, least, most); what a constant stands for is said by `mfusweep explain --help` and docs/model.md
CONSTANTS = {
    "small_kernel_us": (3.0, 0.4, 0.0, 20.0),
    "step_overhead_us": (0.0, 200.0, 0.0, 20000.0),
    "sustained_gemm_fraction": (0.75, 0.05, 0.3, 1.2),
    "bw_efficiency": (0.87, 0.06, 0.6, 1.0),
    "chain_gb_per_s": (120.0, 16.0, 20.0, 400.0),
    "chain_queue_share": (2.0, 1.0, 0.0, 8.0),
    "cached_scan_ns_per_tok": (10.0, 4.0, 0.0, 100.0),
    "host_piece_us": (60.0, 20.0, 0.0, 500.0),
}


class Predictor:
    """Mean absolute percentage error of every (model, tp, phase) of the measured files, for a set of constants."""

    def __init__(self, options):
        self.base = [str(options.tool), "validate", "--method", "measured", "--json", "--by", "model,tp,phase",
                     "--data-dir", str(ROOT), "--set", f"engine={options.engine}", "--set", "kv_spread=exponential"]
        for path in options.bench_data:
            self.base += ["--bench-data", path]
        for path in options.measured:
            self.base += ["--measured", path]
        where = f'engine == "{options.engine}"'
        self.base += ["--where", where] if options.where is None else ["--where", options.where]
        self.known = {}

    def __call__(self, constants):
        key = tuple(sorted(constants.items()))
        if key not in self.known:
            command = self.base + [word for name, value in key for word in ("--set", f"{name}={value:.6g}")]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode != 0:
                sys.exit(f"{' '.join(command)}\n{run.stderr}")
            groups = json.loads(run.stdout)["methods"][0]["groups"]
            self.known[key] = {(g["model"], str(g["tp"]), g["phase"]): g for g in groups if g["n"] > 0}
        return self.known[key]


def sampled(paths, n_most, folder):
    """Copies of measured files with no more than n_most rows of each source, model, TP degree and kind of step, evenly spread
    over the file."""
    copies = []
    for i, path in enumerate(paths):
        with open(path, newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        at = [header.index(name) for name in ("source", "gpu", "engine", "model", "tp")]
        kinds = [header.index(name) for name in ("decode_requests", "prefill_requests")]
        groups = {}
        for row in rows:
            groups.setdefault((*(row[k] for k in at), *(row[k] not in ("", "0") for k in kinds)), []).append(row)
        kept = []
        for group in groups.values():
            n_kept = min(n_most, len(group))
            kept += [group[j * len(group) // n_kept] for j in range(n_kept)]
        copies.append(str(Path(folder) / f"{i}.csv"))
        with open(copies[-1], "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *kept])
    return copies


def score(groups, left_out=None):
    errors = [g["mape"] for key, g in groups.items() if key[:2] != left_out]
    return sum(errors) / len(errors)


def fit(predict, names, fixed, left_out=None):
    constants = {**{name: CONSTANTS[name][0] for name in names}, **fixed}
    best = score(predict(constants), left_out)
    for fineness in (1.0, 0.25):
        moved = True
        while moved:
            moved = False
            for name in names:
                _, step, least, most = CONSTANTS[name]
                for direction in (1.0, -1.0):
                    while True:
                        value = min(max(constants[name] + direction * step * fineness, least), most)
                        trial = {**constants, name: round(value, 6)}
                        tried = score(predict(trial), left_out) if trial != constants else best
                        if tried >= best - 0.005:
                            break
                        constants, best, moved = trial, tried, True
    return constants, best


def show(groups):
    for g in groups:
        print(f"  {g['model']:28s} tp {g['tp']:2s} {g['phase']:8s} n {g['n']:6d}  MAPE {g['mape']:6.2f}  "
              f"bias {g['bias']:+6.2f}  p50 {g['p50']:6.2f}  p95 {g['p95']:6.2f}")


def write(options, constants):
    path = ROOT / "bench_data" / "gpus" / f"{options.gpu}.json"
    text = path.read_text()
    block = re.search(r'("%s": \{)([^}]*)(\})' % re.escape(options.engine), text)
    if not block:
        sys.exit(f"{path} has no engine {options.engine}")
    body = block.group(2)
    for name, value in constants.items():
        body, n = re.subn(r'("%s": )[^,\n]+' % name, lambda m, v=value: f"{m.group(1)}{v:.6g}", body)
        if n != 1:
            sys.exit(f"{path}: {options.engine} has no {name}")
    path.write_text(text[:block.start(2)] + body + text[block.end(2):])
    print(f"written to {path}", file=sys.stderr)


def as_json(constants, groups):
    return {"constants": constants, "groups": [{"model": model, "tp": tp, "phase": phase, **{
        name: g[name] for name in ("n", "mape", "bias", "p50", "p95")}} for (model, tp, phase), g in sorted(groups.items())]}


def study(options):
    """The fit, and with --leave-out one without each model and TP degree, of which only what was left out is reported."""
    predict = Predictor(options)
    names = [name for name in options.constants.split(",") if name]
    fixed = {name: float(value) for name, value in (item.split("=") for item in options.fix)}
    constants, best = fit(predict, names, fixed)
    groups = predict(constants)
    report = {"engine": options.engine, "gpu": options.gpu, "mean_mape": best, "fixed": fixed, **as_json(constants, groups),
              "left_out": []}
    subjects = sorted({key[:2] for key in groups})
    for subject in subjects if options.leave_out and len(subjects) > 1 else []:
        without, _ = fit(predict, names, fixed, subject)
        left = {key: g for key, g in predict(without).items() if key[:2] == subject}
        report["left_out"].append({"model": subject[0], "tp": subject[1], **as_json(without, left)})
    return constants, report


def show_report(report):
    print(f"{report['engine']} on {report['gpu']}: mean of the groups' MAPE {report['mean_mape']:.3f} %")
    for name, value in report["constants"].items():
        print(f"  {name:26s} {value:.6g}")
    show(report["groups"])
    for left in report["left_out"]:
        print(f"fitted without {left['model']} at tp {left['tp']}: " +
              ", ".join(f"{name} {value:.4g}" for name, value in left["constants"].items()))
        show(left["groups"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=ROOT / "build/release/src/cli/mfusweep", type=Path)
    parser.add_argument("--bench-data", action="append", default=[])
    parser.add_argument("--measured", action="append", required=True)
    parser.add_argument("--gpu", required=True)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--where", help="which rows; without it, those of the engine")
    parser.add_argument("--constants", default=",".join(CONSTANTS), help="those to fit, by commas; the others stay as written")
    parser.add_argument("--fix", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--sample", type=int, metavar="N",
                        help="look at no more than N steps of each model, TP degree and kind")
    parser.add_argument("--json", action="store_true", help="constants and errors for machines")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="msw_fit_") as folder:
        if options.sample:
            options.measured = sampled(options.measured, options.sample, folder)
        constants, report = study(options)
    if options.json:
        print(json.dumps(report, indent=1))
    else:
        show_report(report)
    if options.write:
        write(options, constants)


if __name__ == "__main__":
    main()
