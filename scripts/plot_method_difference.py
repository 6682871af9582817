#!/usr/bin/python3
"""Draws where two methods of an mfusweep result file differ: the signed relative difference of a field over two axes,
and its distribution. By default the file's second method (say interpolation) against its first (bucketing), as `mfusweep
compare` does; from a file that `compare -o` wrote, what stands in there."""
import argparse

import numpy as np
from matplotlib.colors import Normalize

import grid_picture as picture
from result_grid import BadInput, Grid, run, text

SHOWN_SHARE = 98    # percent of the cells that the colour scale must cover; the rest has the colours of its ends


AGAINST, DIFFERENCE = "against", "_difference"     # dimension and names of fields in a file of differences

EPILOG = """Drawn is (A - B) / B in percent: red where A is larger. Examples: plot_method_difference.py
results/quickstart.h5 --block decode --select model=llama-2-7b-hf tp=2 --pair v2-interp v2-floor -o difference.png;
mfusweep compare results/bucket_or_interpolate.h5 --along method -o d.h5 && plot_method_difference.py d.h5"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("file", help="result file, or differences written by mfusweep compare -o")
    parser.add_argument("--block", help="block of the sweep (default: the file's first)")
    parser.add_argument("--field", default="step_us", help="what to compare (default: step_us)")
    parser.add_argument("--along", default="method", metavar="AXIS", help="axis to compare along (default: method)")
    parser.add_argument("--pair", nargs=2, metavar=("A", "B"),
                        help="two values of that axis, B the reference (default: its second against its first)")
    parser.add_argument("--x", help="axis along x (default: the first that varies of kv_len, seq_len, cached_len ...)")
    parser.add_argument("--y", help="axis along y (default: the first other that varies of batch, seq_len ...)")
    parser.add_argument("--select", metavar="AXIS=VALUE", nargs="+", action="extend", default=[],
                        help="where the other axes stand, e.g. model=llama-2-7b-hf tp=2")
    parser.add_argument("-o", "--output", default="difference.png", help="picture to write (default: %(default)s)")
    return parser.parse_args()


class Result:
    """Differences between two values of an axis of a result."""

    def __init__(self, grid, args):
        self.grid, self.field = grid, grid.quantity(args.field)
        self.along = grid.dim(args.along)
        if args.pair:
            self.pair = [grid.find(self.along, value) for value in args.pair]
        elif grid.varies(self.along):
            self.pair = [1, 0]
        else:
            raise BadInput(f"the axis {self.along} has one value here, so there is nothing to compare "
                           f"({grid.labels(self.along)[0]})")
        self.names = [grid.words(self.along, position) for position in self.pair]
        self.label = picture.long_name(self.field, unit=False)

    def percent(self, x, y, index):
        a, b = (self.grid.plane(self.field.name.rsplit("/", 1)[1], x, y, {**index, self.along: position}).astype(float)
                for position in self.pair)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(a == b, 0, 100 * (a - b) / b)

    def flags(self, x, y, index):
        """Flags that hold for either of the two values."""
        merged = {}
        for position in self.pair:
            flags = self.grid.flags(x, y, {**index, self.along: position})
            if flags is None:
                return None
            for name, mask in flags.items():
                merged[name] = merged.get(name, False) | mask
        return merged


class Differences:
    """What mfusweep compare wrote: percent already."""

    def __init__(self, grid, args):
        name = args.field if args.field.endswith(DIFFERENCE) else args.field + DIFFERENCE
        if args.field == "step_us" and name not in grid.fields:     # nobody asked for it
            name = next(iter(grid.fields))
        self.grid, self.field, self.along = grid, grid.quantity(name), AGAINST
        reference = text(grid.group.attrs["reference"])
        if args.pair and args.pair[1].lower() != reference.lower():
            raise BadInput(f"the differences in this file are from {reference}, not from {args.pair[1]}")
        self.at = grid.find(AGAINST, args.pair[0]) if args.pair else 0
        self.names = [grid.labels(AGAINST)[self.at], reference]
        self.label = picture.long_name(self.field, unit=False).split(": difference")[0]

    def percent(self, x, y, index):
        return self.grid.plane(self.field.name.rsplit("/", 1)[1], x, y, {**index, AGAINST: self.at}).astype(float)

    def flags(self, x, y, index):
        """Those of either value; differences between files have none."""
        return self.grid.flags(x, y, {**index, AGAINST: self.at})


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


def open_differences(args):
    grid = Grid(args.file, args.block)
    return (Differences if AGAINST in grid.dims and "reference" in grid.group.attrs else Result)(grid, args)


def caption_of(flags, percent):
    known = np.isfinite(percent)
    if flags is not None:
        return picture.caption_of(flags, known)
    return f"{known.sum():,} of {known.size:,} cells have a difference."


def main():
    args = parse_arguments()
    compared = open_differences(args)
    grid = compared.grid
    x, y = grid.default_axes(args.x and grid.dim(args.x), args.y and grid.dim(args.y), taken=[compared.along])
    index = grid.indices(args.select)
    percent, flags = compared.percent(x, y, index), compared.flags(x, y, index)
    known = percent[np.isfinite(percent)]
    limit = max(np.percentile(abs(known), SHOWN_SHARE), 0.1) if known.size else 1

    fig, (ax, side) = picture.new_figure(ncols=2, width_ratios=[6, 1])
    x_scale, y_scale = picture.Scale(grid, x), picture.Scale(grid, y)
    colours = {"norm": Normalize(-limit, limit), "cmap": picture.colours("RdBu_r")}
    mesh = picture.draw_cells(ax, x_scale, y_scale, percent, **colours)
    name_a, name_b = compared.names
    picture.colorbar(fig, ax, mesh, f"({name_a} \N{MINUS SIGN} {name_b}) / ({name_b})  (%)")
    handles = picture.mark_flags(ax, x_scale, y_scale, flags, mesh, percent)
    if known.size:
        draw_distribution(side, known, mesh, limit)
    else:
        side.set_axis_off()
    first, second = picture.title_of(grid, x, y, index, left_out=[compared.along])
    title = f"{compared.label}: {name_a} against {name_b}"
    caption = (summary_of(known, limit) + " " if known.size else "") + caption_of(flags, percent)
    picture.finish(fig, (title, f"{first}; {second}"), handles, caption, args.output)


if __name__ == "__main__":
    run(main)
