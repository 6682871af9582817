#!/usr/bin/python3
"""Draws what most of a step's time goes to: the field `bound` of a result file over two of its axes, or, where the file lacks
it, the largest of gemm_us, attn_us, memory_us, comm_us and overhead_us. --field draws other codes, such as the best model that
a reduction found."""
import argparse

import numpy as np
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patches import Patch

import grid_picture as picture
from result_grid import BadInput, Grid, run, text

PARTS = {"gemm": "gemm_us", "attention": "attn_us", "memory": "memory_us", "comm": "comm_us", "overhead": "overhead_us"}
COLOURS = dict(zip(PARTS, picture.COLOURS))      # the same for a part in every picture
ROUNDING = 1e-4
EPILOG = """Axes that are neither drawn nor selected stand at their first value; the title says at which. Example:
plot_bottleneck.py results/quickstart.h5 --block decode --select model=llama-2-7b-hf tp=2 method=measured -o bound.png"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("file", help="result file")
    parser.add_argument("--block", help="block of the sweep (default: the file's first)")
    parser.add_argument("--field", default="bound", help="codes to draw (default: bound)")
    parser.add_argument("--x", help="axis along x (default: the first that varies of kv_len, seq_len, cached_len ...)")
    parser.add_argument("--y", help="axis along y (default: the first other that varies of batch, seq_len ...)")
    parser.add_argument("--select", metavar="AXIS=VALUE", nargs="+", action="extend", default=[],
                        help="where the other axes stand, e.g. model=llama-2-7b-hf tp=2")
    parser.add_argument("-o", "--output", default="bottleneck.png", help="picture: png, pdf, svg (default: %(default)s)")
    return parser.parse_args()


def codes(grid, name, x, y, index):
    """Positions in a list of names as an array [y, x], NaN where there is none, and the names."""
    attrs = grid.field(name).attrs
    if "flag_values" not in attrs:
        raise BadInput(f"{name} holds no codes; plot_heatmap.py draws it")
    names = text(attrs["flag_meanings"]).split()
    values = grid.plane(name, x, y, index)
    at = np.searchsorted(attrs["flag_values"], values).astype(float)
    return np.where(np.array(names)[at.astype(int)] == "none", np.nan, at), names


def hide_shorter(parts, step):
    """In rooflines memory runs beside compute, so that the shorter of the two takes no time; the parts then exceed the step."""
    compute, beside = parts["gemm"] + parts["attention"], sum(parts.values()) > step * (1 + ROUNDING)
    parts["memory"] = np.where(beside & (parts["memory"] < compute), 0, parts["memory"])
    for name in ("gemm", "attention"):
        parts[name] = np.where(beside & (parts["memory"] >= compute), 0, parts[name])


def largest(grid, x, y, index):
    """The same from the parts of the step that the file has."""
    names = [name for name, field in PARTS.items() if field in grid.fields]
    if len(names) < 2:
        raise BadInput(f"{grid.file.filename} has neither bound nor two of {', '.join(PARTS.values())}")
    parts = {name: grid.plane(PARTS[name], x, y, index).astype(float) for name in names}
    if {"gemm", "attention", "memory"} <= set(parts) and "step_us" in grid.fields:
        hide_shorter(parts, grid.plane("step_us", x, y, index))
    stack = np.array(list(parts.values()))
    known = np.isfinite(stack).all(axis=0)
    return np.where(known, np.where(known, stack, 0).argmax(axis=0), np.nan), names


def main():
    args = parse_arguments()
    is_bound = args.field == "bound"
    grid = Grid(args.file, args.block, None if is_bound else args.field)
    x, y = grid.default_axes(args.x and grid.dim(args.x), args.y and grid.dim(args.y))
    index = grid.indices(args.select)
    plane, names = (largest(grid, x, y, index) if is_bound and "bound" not in grid.fields
                    else codes(grid, args.field, x, y, index))
    flags = grid.flags(x, y, index)
    known = np.isfinite(plane)

    fig, ax = picture.new_figure()
    x_scale, y_scale = picture.Scale(grid, x), picture.Scale(grid, y)
    colours = [COLOURS.get(name, picture.COLOURS[i % len(picture.COLOURS)]) for i, name in enumerate(names)]
    mesh = picture.draw_cells(ax, x_scale, y_scale, plane, norm=Normalize(-0.5, len(names) - 0.5), cmap=ListedColormap(colours))
    handles = [Patch(color=colours[i], label=f"{name} ({picture.percent(int((plane == i).sum()), int(known.sum()))})")
               for i, name in enumerate(names) if (plane == i).any()]
    handles += picture.mark_flags(ax, x_scale, y_scale, flags, mesh, plane)
    first, second = picture.title_of(grid, x, y, index)
    title = "What most of a step's time goes to" if is_bound else picture.long_name(grid.field(args.field))
    picture.finish(fig, (f"{title}: {first}", second), handles, picture.caption_of(flags, known), args.output)


if __name__ == "__main__":
    run(main)
