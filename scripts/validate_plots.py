#!/usr/bin/python3
"""Draws what `mfusweep validate -o ROWS.csv` wrote: predicted against measured step times (NAME_scatter.png) and errors by
batch (NAME_by_batch.png), a panel for each method."""
import argparse
import csv

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter

from result_grid import BadInput, choose, run

PANEL_INCH, LEAST_WIDTH_INCH, TITLE_INCH, LEGEND_INCH = 4.4, 6.4, 0.35, 0.95
DOTS_PER_INCH, MOST_COLUMNS = 120, 3
LINES = ("-", "--", ":", "-.")      # medians of the sets
PHASES = {"decode": "tab:blue", "prefill": "tab:orange", "mixed": "tab:green"}
US_PER_MS = 1000.0
BAND_PERCENT = 10       # the grey band around a perfect prediction
SHOWN_SHARE = 99        # percent of the errors that the axis must cover; the rest stands at its ends
NEEDED = ("method", "method_us", "latency_us", "phase", "batch", "stall", "model", "tp")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="rows that mfusweep validate -o wrote")
    parser.add_argument("--method", nargs="+", metavar="M", help="only these methods (default: all)")
    parser.add_argument("--phase", choices=PHASES, help="only these steps")
    parser.add_argument("-o", "--output", default="validate", metavar="NAME",
                        help="pictures are NAME_scatter.png and NAME_by_batch.png (default: %(default)s)")
    return parser.parse_args()


def read_rows(path):
    """Rows by method, in the file's order; those without a prediction too."""
    methods = {}
    try:
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or [])]
            if missing:
                raise BadInput(f"{path} has no column {', '.join(missing)}; write it with mfusweep validate -o")
            for row in reader:
                methods.setdefault(row["method"], []).append(row)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    return methods


class Points:
    """One method's rows as arrays; only rows with a prediction."""

    def __init__(self, rows):
        kept = [row for row in rows if row["method_us"] != "nan"]
        self.n_none = len(rows) - len(kept)
        self.measured, self.predicted, self.batch, self.stall = (
            np.array([float(row[name]) for row in kept]) for name in ("latency_us", "method_us", "batch", "stall"))
        self.phase = np.array([row["phase"] for row in kept])
        self.set = np.array([f"{row['model']} tp {row['tp']}" for row in kept])
        self.error = 100 * (self.predicted - self.measured) / self.measured

    def summary(self):
        if not self.error.size:
            return f"no prediction for {self.n_none:,} steps"
        words = f"n {self.error.size:,}, MAPE {abs(self.error).mean():.1f} %, bias {self.error.mean():+.1f} %"
        return words + (f"; {self.n_none:,} without prediction" if self.n_none else "")


def panels(methods, height):
    """A figure with one panel for each method, all with the same axes."""
    columns = min(MOST_COLUMNS, len(methods))
    n_rows = -(-len(methods) // columns)
    fig, axes = plt.subplots(n_rows, columns, sharex=True, sharey=True,
                             figsize=(max(PANEL_INCH * columns, LEAST_WIDTH_INCH), height * n_rows + TITLE_INCH + LEGEND_INCH),
                             squeeze=False, layout="constrained")
    for ax in axes.flat[len(methods):]:
        ax.set_axis_off()
    for ax, (name, points) in zip(axes.flat, methods.items()):
        ax.set_title(f"{name}\n{points.summary()}", fontsize=9)
        ax.grid(True, color="0.9", linewidth=0.6)
        ax.set_axisbelow(True)
    return fig, list(zip(axes.flat, methods.values()))


def dots(ax, x, y, points):
    """Phases in their colours; stalls are circled."""
    for phase, colour in PHASES.items():
        mask = points.phase == phase
        size = 5 if mask.sum() > 2000 else 9
        ax.scatter(x[mask], y[mask], s=size, c=colour, alpha=0.35, linewidths=0, label=phase, rasterized=True)
    mask = points.stall > 0
    ax.scatter(x[mask], y[mask], s=22, facecolors="none", edgecolors="tab:red", linewidths=0.7, label="stall")


def finish(fig, methods, title, caption, path):
    """Title above the panels, legend and caption below them."""
    height = fig.get_size_inches()[1]
    above, below = TITLE_INCH / height, LEGEND_INCH / height
    fig.get_layout_engine().set(rect=(0.005, below, 0.99, 1 - above - below))
    fig.text(0.5, 1 - above / 2, title, ha="center", va="center", fontweight="bold", fontsize=12)
    fig.text(0.5, 0.1 / height, caption, ha="center", va="bottom", fontsize=8.5, color="0.25")
    seen = [points for points in methods.values() if points.error.size]
    names = [phase for phase in PHASES if any((points.phase == phase).any() for points in seen)]
    names += ["stall"] if any(points.stall.any() for points in seen) else []
    handles = dict(zip(*reversed(fig.axes[0].get_legend_handles_labels())))
    names += [name for name in handles if name not in (*PHASES, "stall")]
    fig.legend(handles=[handles[name] for name in names], loc="lower center", bbox_to_anchor=(0.5, 0.28 / height), ncol=3,
               fontsize=8.5, markerscale=1.8)
    try:
        fig.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}") from error
    plt.close(fig)


def draw_scatter(methods, path):
    everything = np.concatenate([np.concatenate([points.measured, points.predicted]) for points in methods.values()])
    ends = np.array([everything.min() / 1.15, everything.max() * 1.15]) / US_PER_MS
    fig, drawn = panels(methods, 1.15 * PANEL_INCH)     # square beneath a title
    for ax, points in drawn:
        ax.fill_between(ends, ends * (1 - BAND_PERCENT / 100), ends * (1 + BAND_PERCENT / 100), color="0.88", linewidth=0)
        ax.plot(ends, ends, color="0.4", linewidth=0.8)
        dots(ax, points.measured / US_PER_MS, points.predicted / US_PER_MS, points)
        ax.set(xscale="log", yscale="log", xlim=ends, ylim=ends, aspect="equal", xlabel="measured (ms)",
               ylabel="predicted (ms)")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        if ends[1] < 10 * ends[0]:      # no power of ten may lie between the ends: name round numbers
            ticks = [tick for decade in (0.01, 0.1, 1, 10, 100, 1000) for tick in (decade, 2 * decade, 5 * decade)
                     if ends[0] < tick < ends[1]]
            ax.set_xticks(ticks)
            ax.set_yticks(ticks)
    finish(fig, methods, "Predicted and measured step times", f"Grey: within {BAND_PERCENT} % of the measured time.", path)


def draw_medians(ax, points):
    """The median error at each batch, one line for each model and tp."""
    for name, line in zip(dict.fromkeys(points.set), LINES):
        mask = points.set == name
        batches = np.unique(points.batch[mask])
        medians = [np.median(points.error[mask & (points.batch == batch)]) for batch in batches]
        ax.plot(batches, medians, color="black", linewidth=1, linestyle=line, marker=".", markersize=3, label=name)


def draw_by_batch(methods, path):
    errors = np.concatenate([points.error for points in methods.values()])
    low, high = np.percentile(errors, [(100 - SHOWN_SHARE) / 2, (100 + SHOWN_SHARE) / 2])
    low, high = min(low, -BAND_PERCENT) - 3, max(high, BAND_PERCENT) + 3
    n_beyond = int(((errors < low) | (errors > high)).sum())
    rng = np.random.default_rng(0)      # apart a little, so that steps of one batch can be seen beside each other
    fig, drawn = panels(methods, 0.8 * PANEL_INCH)
    for ax, points in drawn:
        ax.axhspan(-BAND_PERCENT, BAND_PERCENT, color="0.88", linewidth=0)
        ax.axhline(0, color="0.4", linewidth=0.8)
        dots(ax, points.batch * 2 ** rng.uniform(-0.03, 0.03, points.batch.size), np.clip(points.error, low, high), points)
        draw_medians(ax, points)
        ax.set_xscale("log", base=2)
        ax.set(ylim=(low, high), xlabel="batch (requests)", ylabel="error (% of measured)")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    beyond = f" {n_beyond:,} errors beyond the axis stand at its ends." if n_beyond else ""
    finish(fig, methods, "Errors by batch", f"Black: medians at each batch. Grey: within {BAND_PERCENT} %.{beyond}", path)


def main():
    args = parse_arguments()
    rows = read_rows(args.file)
    names = list(rows)
    chosen = [names[choose("method", name, names)] for name in args.method] if args.method else names
    methods = {name: Points([row for row in rows[name] if args.phase in (None, row["phase"])]) for name in chosen}
    if not any(points.error.size for points in methods.values()):
        raise BadInput(f"{args.file} has no predictions to draw")
    draw_scatter(methods, f"{args.output}_scatter.png")
    draw_by_batch(methods, f"{args.output}_by_batch.png")


if __name__ == "__main__":
    run(main)
