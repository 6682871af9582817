#!/usr/bin/python3
"""Draws one field of an mfusweep result file over two of its axes, by default latency over batch x KV length."""
import argparse

import numpy as np
from matplotlib.colors import LogNorm, Normalize

import grid_picture as picture
from result_grid import Grid, run

FEW = 8     # so many different values are named on the colour scale one by one
EPILOG = """Axes that are neither drawn nor selected stand at their first value; the title says at which. Example:
plot_heatmap.py results/quickstart.h5 --block decode --select model=llama-2-7b-hf tp=2 method=v2-interp -o decode.png"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("file", help="result file")
    parser.add_argument("--block", help="block of the sweep (default: the file's first)")
    parser.add_argument("--field", default="step_us", help="what to draw (default: step_us)")
    parser.add_argument("--x", help="axis along x (default: the first that varies of kv_len, seq_len, cached_len ...)")
    parser.add_argument("--y", help="axis along y (default: the first other that varies of batch, seq_len ...)")
    parser.add_argument("--select", metavar="AXIS=VALUE", nargs="+", action="extend", default=[],
                        help="where the other axes stand, e.g. model=llama-2-7b-hf tp=2")
    parser.add_argument("-o", "--output", default="heatmap.png", help="picture: png, pdf, svg (default: %(default)s)")
    return parser.parse_args()


def norm_and_ticks(values):
    """A logarithmic colour scale where the values allow and deserve it, with round ticks."""
    low, high = values.min(), values.max()
    few = np.unique(values)[:FEW + 1]
    if low <= 0 or high < 3 * low:
        margin = 0 if high > low else abs(high) * 0.05 or 1
        return Normalize(low - margin, high + margin), None
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    steps = [1, 1.5, 2, 3, 4, 5, 7] if high < 30 * low else [1, 2, 5] if high < 10000 * low else [1]
    ticks = np.outer(decades, steps).ravel()
    return LogNorm(low, high), few if len(few) <= FEW else [tick for tick in ticks if low <= tick <= high]


def main():
    args = parse_arguments()
    grid = Grid(args.file, args.block, args.field)
    field = grid.quantity(args.field)
    x, y = grid.default_axes(args.x and grid.dim(args.x), args.y and grid.dim(args.y))
    index = grid.indices(args.select)
    plane = grid.plane(args.field, x, y, index)
    flags = grid.flags(x, y, index)
    has_number = np.isfinite(plane)

    fig, ax = picture.new_figure()
    x_scale, y_scale = picture.Scale(grid, x), picture.Scale(grid, y)
    norm, ticks = norm_and_ticks(plane[has_number]) if has_number.any() else (None, None)
    mesh = picture.draw_cells(ax, x_scale, y_scale, plane, norm=norm, cmap=picture.colours("viridis"))
    if has_number.any():
        picture.colorbar(fig, ax, mesh, picture.long_name(field), ticks)
    handles = picture.mark_flags(ax, x_scale, y_scale, flags, mesh, plane)
    first, second = picture.title_of(grid, x, y, index)
    title = f"{picture.long_name(field, unit=False)}: {first}"
    picture.finish(fig, (title, second), handles, picture.caption_of(flags, has_number), args.output)


if __name__ == "__main__":
    run(main)
