#!/usr/bin/python3
"""Draws fields of an mfusweep result file along one axis, by default step time and throughput per GPU over tp, a line for each
value of another axis. Over tp, dotted lines are ideal scaling from a line's first point. Hollow points do not fit into the
GPU's memory."""
import argparse
import textwrap

import numpy as np
from matplotlib.lines import Line2D

import grid_picture as picture
from result_grid import Grid, run

FIELDS = ("step_us", "tok_per_s_per_gpu")
LINES_FIRST = ("batch", "model", "method", "gpu", "dtype", "kv_len", "seq_len")
MOST_LINES, MOST_MARKERS = 6, 24
SHARED = ("_us", "_gib")        # what tp GPUs ideally share; a rate per GPU ideally stays
EPILOG = """Axes that are neither drawn nor selected stand at their first value. Examples: plot_scaling.py results/tp_scaling.h5
--select model=llama-2-70b-hf method=measured; plot_scaling.py r.h5 --x kv_len --lines method --field attn_us"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("file", help="result file")
    parser.add_argument("--block", help="block of the sweep (default: the file's first)")
    parser.add_argument("--x", help="axis along x (default: tp where it varies, else kv_len, seq_len ...)")
    parser.add_argument("--lines", metavar="AXIS", help="a line for each value, six at most (default: batch, model ...)")
    parser.add_argument("--field", nargs="+", metavar="F", help="a panel for each (default: step_us tok_per_s_per_gpu)")
    parser.add_argument("--select", metavar="AXIS=VALUE", nargs="+", action="extend", default=[],
                        help="where the other axes stand, e.g. model=llama-2-7b-hf kv_len=1024")
    parser.add_argument("-o", "--output", default="scaling.png", help="picture: png, pdf, svg (default: %(default)s)")
    return parser.parse_args()


def axes_of(grid, args):
    x, lines = args.x and grid.dim(args.x), args.lines and grid.dim(args.lines)
    if not x and lines != "tp" and grid.varies("tp"):
        x = "tp"
    if not lines:
        x, _ = grid.default_axes(x)
        lines = next((name for name in LINES_FIRST if grid.varies(name) and name != x), None)
    return grid.default_axes(x, lines)


def ideal(name, tp, line):
    """What the line would be if each GPU more did its full share."""
    return line[0] * tp[0] / tp if name.endswith(SHARED) else np.full(len(tp), line[0])


def evenly(places, n):
    """Positions of n of the places, as even as they allow."""
    return np.searchsorted(places, np.linspace(places[0], places[-1], n)) if len(places) > n else np.arange(len(places))


def draw_panel(ax, grid, name, axes, index, lines):
    x, along = axes
    scale, flags = picture.Scale(grid, x), grid.flags(x, along, index) or {}
    plane, values = grid.plane(name, x, along, index), grid.values[x][grid.order(x)]
    full = flags.get("memory_full", np.zeros(plane.shape, bool))
    for row, colour, marker in lines:
        known = np.flatnonzero(np.isfinite(plane[row]))
        place, line = scale.places[known], plane[row, known].astype(float)
        ax.plot(place, line, color=colour, linewidth=1.4)
        marked = np.isin(np.arange(len(known)), evenly(place, MOST_MARKERS))
        for mask, face in ((full[row, known], "white"), (~full[row, known], colour)):
            shown = mask & marked
            ax.plot(place[shown], line[shown], marker, color=colour, markerfacecolor=face, markersize=5)
        if x == "tp" and len(known) > 1:
            ax.plot(place, ideal(name, values[known], line), ":", color=colour, linewidth=1)
    scale.apply(ax.xaxis)
    picture.apply_quantity(ax.yaxis, plane[[row for row, *_ in lines]])
    ax.set_ylabel(textwrap.fill(picture.long_name(grid.quantity(name)), picture.LABEL_CHARS))
    ax.grid(color="0.9", linewidth=0.6)
    return plane, flags


def main():
    args = parse_arguments()
    grid = Grid(args.file, args.block, args.field and args.field[0])
    names = args.field or [name for name in FIELDS if name in grid.fields] or [next(iter(grid.fields))]
    for name in names:
        grid.quantity(name)
    index = grid.indices(args.select)
    x, along = axes = axes_of(grid, args)
    order = grid.order(along)
    rows = np.unique(np.linspace(0, len(order) - 1, min(len(order), MOST_LINES)).round().astype(int))
    lines = list(zip(rows, picture.line_colours(len(rows), grid.is_numeric(along)), picture.MARKERS))

    fig, panels = picture.new_figure(ncols=len(names), squeeze=False)
    for ax, name in zip(panels[0], names):
        plane, flags = draw_panel(ax, grid, name, axes, index, lines)
    handles = [Line2D([], [], color=colour, marker=marker, markersize=5, label=grid.words(along, order[row]))
               for row, colour, marker in lines]
    extra = [Line2D([], [], color="0.3", linestyle=":", label="ideal")] if x == "tp" else []
    first, second = picture.title_of(grid, x, along, index)
    known = np.isfinite(plane)
    title = " and ".join(picture.long_name(grid.field(name), unit=False) for name in names)
    title = title if len(title) < picture.LABEL_CHARS else f"{len(names)} fields" if len(names) > 1 else names[0]
    caption = ("Hollow: more memory than the GPU has. " if (flags.get("memory_full", ~known) & known).any() else "")
    shown = {name: mask[rows] for name, mask in flags.items()}
    picture.finish(fig, (f"{title}: {first}", second), handles + extra,
                   caption + picture.caption_of(shown if flags else None, known[rows]), args.output)


if __name__ == "__main__":
    run(main)
