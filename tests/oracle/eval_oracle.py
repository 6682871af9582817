#!/usr/bin/env python3
"""`mfusweep eval` by the oracle: step times of any list of steps.

Prints the input's columns unchanged, then the breakdown columns of roofline.FIELDS in microseconds
(%.17g). A step for which a needed table is missing prints nan (the reason goes to stderr).

    eval_oracle.py --bench-data DIR --facts DIR --gpu h100 --method v2-interp \\
                   [--set KNOB=V ...] [--dtype FORMAT] --steps F.csv [-o OUT.csv]
"""

import argparse
import csv
import json
import math
import sys

from facts import load_gpus, load_models, make_model, parse_step
from presets import METHODS, knobs_for
from roofline import FIELDS, evaluate
from tables import Tables


def parse_setting(text):
    """KNOB=V as (knob, value): JSON numbers, booleans and lists, else a word."""
    knob, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KNOB=V")
    try:
        return knob, json.loads(value)
    except json.JSONDecodeError:
        return knob, value


def evaluate_row(row, models, gpu, tables, knobs, dtype="config", quiet=False):
    """Breakdown of one row of the steps CSV; all nan where a table is missing."""
    name = row["model"].lower()
    if name not in models:
        raise SystemExit(f"unknown model {row['model']!r}")
    model = make_model(models[name], knobs["head_dim_rule"], dtype)
    step = parse_step(row["decode"] or "", row["prefill"] or "")
    try:
        return evaluate(model, gpu, tables, int(row["tp"]), step, knobs)
    except LookupError as error:
        if not quiet:
            print(f"{row['model']} tp {row['tp']}: {error}", file=sys.stderr)
        return dict.fromkeys(FIELDS, math.nan)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench-data", required=True, help="folder with gemm/ and mha/")
    parser.add_argument("--facts", required=True, help="folder with models.csv and hardware.csv")
    parser.add_argument("--gpu", required=True, help="a GPU's name or alias")
    parser.add_argument("--method", required=True, choices=sorted(METHODS))
    parser.add_argument("--set", action="append", default=[], type=parse_setting, metavar="KNOB=V")
    parser.add_argument("--dtype", default="config", help="number format of the weights")
    parser.add_argument("--steps", required=True, help="CSV with the columns model,tp,decode,prefill")
    parser.add_argument("-o", dest="output", help="output file (default: stdout)")
    args = parser.parse_args()

    gpus = load_gpus(args.facts)
    if args.gpu.lower() not in gpus:
        raise SystemExit(f"unknown GPU {args.gpu!r}")
    gpu = gpus[args.gpu.lower()]
    try:
        knobs = knobs_for(args.method, gpu.name, **dict(args.set))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    names = dict.fromkeys([args.gpu.lower(), gpu.name, *gpu.aliases])
    tables = Tables(args.bench_data, names, knobs.get("mfu_source", "file"))
    models = load_models(args.facts)

    with open(args.steps, newline="", encoding="utf-8-sig") as handle:
        reader = csv.DictReader(handle)
        columns, rows = list(reader.fieldnames), list(reader)
    output = open(args.output, "w", newline="", encoding="utf-8") if args.output else sys.stdout
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns + FIELDS)
    for row in rows:
        result = evaluate_row(row, models, gpu, tables, knobs, args.dtype)
        writer.writerow([row[column] for column in columns] + [f"{result[field]:.17g}" for field in FIELDS])
    if args.output:
        output.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
