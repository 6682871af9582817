#!/usr/bin/python3
"""Draws the Pareto fronts that `mfusweep pareto -o FRONT.json` (or .csv) wrote: each point is a configuration to which no other
is superior in both objectives. A front for each value of the axis that it was made --by; labels say what a point is."""
import argparse
import csv
import json

import numpy as np

import grid_picture as picture
from result_grid import BadInput, choose, run

AXES = ("gpu", "model", "tp", "ep", "dtype", "method", "batch", "kv_len", "prefill_batch", "cached_len", "seq_len")
MOST_LABELS = 14
EPILOG = """Example: mfusweep pareto results/which_gpu.h5 --min usd_per_mtok --max tok_per_s_per_user --by gpu -o front.json &&
plot_pareto.py front.json -o front.png"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("file", help="points that mfusweep pareto wrote, .json or .csv")
    parser.add_argument("--x", metavar="COLUMN", help="default: the second objective")
    parser.add_argument("--y", metavar="COLUMN", help="default: the first objective")
    parser.add_argument("--by", metavar="COLUMN", help="a front for each of its values (default: as it was made)")
    parser.add_argument("--label", metavar="COLUMN", nargs="*", help="what to write beside points (default: axes that vary)")
    parser.add_argument("-o", "--output", default="pareto.png", help="picture: png, pdf, svg (default: %(default)s)")
    return parser.parse_args()


def number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def read_csv(file):
    """A CSV does not say what is what, but has the axes of --by first, the other axes from gpu on, then the objectives."""
    rows = [{name: number(value) for name, value in row.items()} for row in csv.DictReader(file)]
    names = list(rows[0]) if rows else []
    goals = [name for name in names if name not in AXES]
    return rows, {name: name for name in goals[:2]}, names[:names.index("gpu")] if "gpu" in names else [], ""


def read_json(file):
    document = json.load(file)
    goals = {one["name"]: f"{one['long_name']}, {'more' if one['goal'] == 'max' else 'less'} is better"
             for one in document["objectives"]}
    where = f" where {document['where']}" if document.get("where") else ""
    fit = " that fit" if document.get("only_fitting") else ""
    return document["rows"], goals, document["by"], f"of {document['cells']:,} cells of {document['sweep']}{fit}{where}"


def read_points(path):
    """Rows; {objective: what the picture's axis says}; the axes of --by; a line about where they come from."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return (read_json if path.endswith(".json") else read_csv)(file)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is not what mfusweep pareto writes: {error}") from error


def column(rows, name):
    values = [row[list(rows[0])[choose("column", name, list(rows[0]))]] for row in rows]
    if not all(isinstance(value, (int, float)) for value in values):
        raise BadInput(f"the column {name} holds names, not numbers")
    return np.array(values, float)


def words(row, name, named=False):
    """A value as on axes; with its name before a number."""
    if isinstance(row[name], str):
        return row[name]
    return f"{name} {picture.number_words(row[name])}" if named else picture.number_words(row[name])


def label_points(ax, rows, members, x, y, names, n_labels, below):
    """Beside points evenly along a front, what they are."""
    for at in np.unique(np.linspace(0, len(members) - 1, n_labels).round().astype(int)):
        i = members[at]
        ax.annotate(" / ".join(words(rows[i], name) for name in names), (x[i], y[i]), (-12, -11) if below else (4, 3),
                    textcoords="offset points", fontsize=7.5, color="0.2")


def main():
    args = parse_arguments()
    rows, goals, by, about = read_points(args.file)
    if not rows:
        raise BadInput(f"{args.file} has no points")
    if len(goals) < 2 and not (args.x and args.y):
        raise BadInput(f"{args.file} has not two objectives; say --x and --y")
    varying = [name for name in rows[0] if name in AXES and len({row[name] for row in rows}) > 1]
    by = [args.by] if args.by else by or [name for name in varying if isinstance(rows[0][name], str)][:1]
    names = args.label if args.label is not None else [name for name in varying if name not in by]
    for name in (*by, *names):
        choose("column", name, list(rows[0]))
    y_name, x_name = args.y or list(goals)[0], args.x or list(goals)[1]
    x, y = column(rows, x_name), column(rows, y_name)
    fronts = {}
    for i, row in enumerate(rows):
        fronts.setdefault(", ".join(words(row, name, named=True) for name in by), []).append(i)

    fig, ax = picture.new_figure()
    looks = zip(picture.line_colours(len(fronts)), picture.MARKERS * len(fronts))
    for i_front, ((name, members), (colour, marker)) in enumerate(zip(fronts.items(), looks)):
        members = sorted(members, key=lambda i: x[i])
        ax.plot(x[members], y[members], marker=marker, color=colour, markersize=4.5, linewidth=1, label=name)
        if names:
            label_points(ax, rows, members, x, y, names, max(2, MOST_LABELS // len(fronts)), below=i_front % 2 == 1)
    for axis, name, values in ((ax.xaxis, x_name, x), (ax.yaxis, y_name, y)):
        picture.apply_quantity(axis, values)
        axis.set_label_text(goals.get(name, name))
    ax.grid(color="0.9", linewidth=0.6)
    fixed = [words(rows[0], name, named=True) for name in ("model", "gpu", "method") if name in rows[0] and name not in varying]
    alike = [words(rows[0], name, named=True) for name in ("dtype", "tp", "batch", "kv_len", "seq_len")
             if name in rows[0] and name not in varying and rows[0][name] != "config"]
    within = " of its front" if by else ""
    labels = f"Labels: {' / '.join(names)}. " if names else ""
    picture.finish(fig, (f"Pareto front: {', '.join(fixed) or x_name}", ", ".join([about] * bool(about) + alike)),
                   ax.get_legend_handles_labels()[0] if by else [],
                   f"{labels}{len(rows):,} configurations, none of which another{within} beats in both objectives.",
                   args.output)


if __name__ == "__main__":
    run(main)
