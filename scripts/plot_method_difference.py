#!/usr/bin/python3
"""Draws where two methods of an mfusweep result file differ: the signed relative difference of a field over two axes,
and its distribution. By default the file's first method (say bucketing) against its second (interpolation)."""
import argparse

import numpy as np
from matplotlib.colors import Normalize

import grid_picture as picture
from result_grid import BadInput, Grid, run

SHOWN_SHARE = 98    # percent of the cells that the colour scale must cover; the rest has the colours of its ends


EPILOG = """Drawn is (A - B) / B in percent: red where A is larger. Example: plot_method_difference.py
results/quickstart.h5 --block decode --select model=llama-2-7b-hf tp=2 --pair v2-floor v2-interp -o difference.png"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("file", help="result file")
    parser.add_argument("--block", help="block of the sweep (default: the file's first)")
    parser.add_argument("--field", default="step_us", help="what to compare (default: step_us)")
    parser.add_argument("--along", default="method", metavar="AXIS", help="axis to compare along (default: method)")
    parser.add_argument("--pair", nargs=2, metavar=("A", "B"), help="two values of that axis (default: its first)")
    parser.add_argument("--x", help="axis along x (default: the first that varies of kv_len, seq_len, cached_len ...)")
    parser.add_argument("--y", help="axis along y (default: the first other that varies of batch, seq_len ...)")
    parser.add_argument("--select", metavar="AXIS=VALUE", nargs="+", action="extend", default=[],
                        help="where the other axes stand, e.g. model=llama-2-7b-hf tp=2")
    parser.add_argument("-o", "--output", default="difference.png", help="picture to write (default: %(default)s)")
    return parser.parse_args()


def pair_of(grid, along, pair):
    """Indices of the two values to compare."""
    if pair:
        return [grid.find(along, value) for value in pair]
    if not grid.varies(along):
        raise BadInput(f"the axis {along} has one value here, so there is nothing to compare ({grid.labels(along)[0]})")
    return [0, 1]


def both_flags(grid, x, y, index, along, pair):
    """Flags that hold for either of the two values."""
    merged = {}
    for position in pair:
        flags = grid.flags(x, y, {**index, along: position})
        if flags is None:
            return None
        for name, mask in flags.items():
            merged[name] = merged.get(name, False) | mask
    return merged


def draw_distribution(ax, percent, mesh, limit):
    """A histogram beside the colour scale, over the same range; the outer bins hold everything beyond."""
    edges = np.linspace(-limit, limit, 42)
    counts, _ = np.histogram(np.clip(percent, -limit, limit), edges)
    middle = (edges[1:] + edges[:-1]) / 2
    ax.barh(middle, 100 * counts / len(percent), np.diff(edges), color=mesh.cmap(mesh.norm(middle)), edgecolor="0.5",
            linewidth=0.4)
    ax.axhline(0, color="0.3", linewidth=0.8)
    ax.set_ylim(-limit, limit)
    ax.set_xlabel("cells (%)")
    ax.tick_params(labelleft=False, left=False)
    ax.spines[["top", "right"]].set_visible(False)


def summary_of(percent, limit):
    low, middle, high = np.percentile(percent, [5, 50, 95])
    beyond = (abs(percent) > limit).mean()
    words = f"Median difference {middle:+.1f} %; nine cells in ten lie between {low:+.1f} and {high:+.1f} %."
    if beyond:
        words += f" {100 * beyond:.1f} % lie beyond the colours (from {percent.min():+.0f} to {percent.max():+.0f} %)."
    return words


def main():
    args = parse_arguments()
    grid = Grid(args.file, args.block)
    field = grid.quantity(args.field)
    along = grid.dim(args.along)
    a, b = pair_of(grid, along, args.pair)
    x, y = grid.default_axes(args.x and grid.dim(args.x), args.y and grid.dim(args.y), taken=[along])
    index = grid.indices(args.select)
    plane_a, plane_b = (grid.plane(args.field, x, y, {**index, along: position}) for position in (a, b))
    flags = both_flags(grid, x, y, index, along, (a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = 100 * (plane_a.astype(float) - plane_b) / plane_b
    known = percent[np.isfinite(percent)]
    limit = max(np.percentile(abs(known), SHOWN_SHARE), 0.1) if known.size else 1

    fig, (ax, side) = picture.new_figure(ncols=2, width_ratios=[6, 1])
    x_scale, y_scale = picture.Scale(grid, x), picture.Scale(grid, y)
    colours = {"norm": Normalize(-limit, limit), "cmap": picture.colours("RdBu_r")}
    mesh = picture.draw_cells(ax, x_scale, y_scale, percent, **colours)
    name_a, name_b = grid.words(along, a), grid.words(along, b)
    picture.colorbar(fig, ax, mesh, f"({name_a} \N{MINUS SIGN} {name_b}) / ({name_b})  (%)")
    handles = picture.mark_flags(ax, x_scale, y_scale, flags, mesh, percent)
    if known.size:
        draw_distribution(side, known, mesh, limit)
    else:
        side.set_axis_off()
    first, second = picture.title_of(grid, x, y, index, left_out=[along])
    title = f"{picture.long_name(field, unit=False)}: {name_a} against {name_b}"
    caption = (summary_of(known, limit) + " " if known.size else "") + picture.caption_of(flags, np.isfinite(percent))
    picture.finish(fig, (title, f"{first}; {second}"), handles, caption, args.output)


if __name__ == "__main__":
    run(main)
