"""How pictures of result grids look: axes, ticks, outlines of flagged regions, and the caption that counts them."""
import io
import textwrap

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from PIL import Image

from result_grid import BadInput, text

WIDTH_INCH, HEIGHT_INCH, DOTS_PER_INCH = 9.0, 6.3, 134      # 1206 pixels wide
CAPTION_CHARS = 136
LABEL_CHARS = 48        # in a line beside an axis
LEGEND_CHARS, LEGEND_HANDLE_CHARS = 132, 6
N_COLOURS = 65          # more cannot be told apart, and make the files larger; odd, so that difference 0 has its own
MAX_TICKS = 11
LOG_FROM = 4            # a quantity that varies by this factor is drawn on a logarithmic axis
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")    # Okabe and Ito's
MARKERS = "osD^vP*X"
NO_NUMBER = {"facecolor": "0.94", "edgecolor": "0.65", "hatch": "////", "linewidth": 0}

# Flags of cells that have a number: what the caption says of them, and colour and words of their outline (or None).
FLAGS = {
    "table_clamped": ("need a lookup outside its kernel table, clamped to the border",
                      ("black", "outside a table (dotted)")),
    "table_hole": ("touch a hole in a kernel table", ("tab:red", "hole in a table")),
    "shape_borrowed": ("rest on kernel rows of another shape", ("tab:orange", "borrowed shape")),
    "tp_borrowed": ("rest on kernel rows of another tp", None),
    "params_borrowed": ("use constants fitted on another GPU", None),
    "mfu_column_off": ("use an mfu column relative to another peak", None),
    "memory_full": ("need more memory than the GPU has", ("white", "memory full")),
    "interpolated": ("lie between measured kernels", None),
    "extrapolated": ("go beyond measured kernels", None),
    "analytic": ("rest on models of kernels, not on measured ones", None),
    "dtype_borrowed": ("rest on kernel rows of another number format", None),
    "context_too_long": ("have a context beyond the model's limit", ("tab:pink", "context too long")),
}


def number_words(value):
    """128, 1,500, 4Ki, 2Mi, 0.25; names as they are"""
    if isinstance(value, str):
        return value
    for unit, suffix in ((2 ** 20, "Mi"), (2 ** 10, "Ki")):
        if value >= unit and value % unit == 0:
            return f"{value // unit:.0f}{suffix}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


class Scale:
    """Where the cells of an axis lie: by logarithm, by value, or one after the other (names; numbers from zero on)."""

    def __init__(self, grid, name):
        values = grid.values[name][grid.order(name)]
        numeric = grid.is_numeric(name)
        n = len(values)
        self.label = grid.names[name]
        self.words = [number_words(value) for value in values] if numeric else [str(value) for value in values]
        if name in grid.members:
            self.label = f"{name}: " + " / ".join(grid.members[name])
            self.words = [" / ".join(map(number_words, row)) for row in zip(*grid.members[name].values())]
        self.is_log = numeric and n > 2 and values[0] > 0 and values[-1] >= 8 * values[0]
        self.is_linear = numeric and n > 2 and values[0] > 0 and not self.is_log
        self.places = np.log2(values) if self.is_log else values.astype(float) if self.is_linear else np.arange(n) * 1.0
        steps = np.diff(self.places) if n > 1 else np.ones(1)
        self.edges = np.concatenate([[self.places[0] - steps[0] / 2], self.places[:n - 1] + steps[:n - 1] / 2,
                                     [self.places[-1] + steps[-1] / 2]])

    def ticks(self):
        """Places and words: every value where there are few, else powers of two, round numbers or some of the names."""
        if len(self.places) <= MAX_TICKS:
            return self.places, self.words
        low, high = self.places[0], self.places[-1]
        if self.is_log:
            first, last = int(np.ceil(low)), int(np.floor(high))
            powers = np.arange(first, last + 1, -(-(last - first + 1) // MAX_TICKS))
            return powers, [number_words(2.0 ** power) for power in powers]
        if self.is_linear:
            round_ones = [p for p in MaxNLocator(MAX_TICKS, integer=True).tick_values(low, high) if low <= p <= high]
            return round_ones, [number_words(place) for place in round_ones]
        step = -(-len(self.places) // MAX_TICKS)
        return self.places[::step], self.words[::step]

    def apply(self, axis):
        places, words = self.ticks()
        axis.set_ticks(places, words)
        axis.set_label_text(self.label)
        if axis.axis_name == "x" and sum(map(len, words)) > 80:
            plt.setp(axis.get_ticklabels(), rotation=25, ha="right", rotation_mode="anchor")


def title_of(grid, x, y, index, left_out=()):
    """Two texts: model, GPU, tp and method of the picture, and where all its other axes stand."""
    fixed = [name for name in grid.dims if name not in (x, y) and name not in left_out]
    main = [name for name in ("model", "gpu", "tp", "method") if name in fixed]
    dull = ("ep 1", "cached_len 0", "prefill_batch 1", "config")
    words = {name: grid.words(name, index[name]) for name in fixed}
    others = [words[name] for name in fixed if name not in main and (grid.varies(name) or words[name] not in dull)]
    return ", ".join(words[name] for name in main), ", ".join([f"{grid.phase} steps"] + others)


def new_figure(**kwargs):
    """A figure with room for the title above, and legend and caption below."""
    fig = plt.figure(figsize=(WIDTH_INCH, HEIGHT_INCH), layout="constrained")
    fig.get_layout_engine().set(rect=(0.005, 0.165, 0.99, 0.745))
    return fig, fig.subplots(**kwargs)


def colours(name):
    return matplotlib.colormaps[name].resampled(N_COLOURS)


def line_colours(n, in_order=False):
    """Colours of n lines: along a scale where they have an order."""
    if in_order:
        return [matplotlib.colormaps["viridis"](place) for place in np.linspace(0, 0.88, n)]
    return [COLOURS[i % len(COLOURS)] for i in range(n)]


def apply_quantity(axis, values):
    """A logarithmic axis where the values allow and deserve it, with round ticks."""
    values = values[np.isfinite(values)]
    if values.size and values.min() > 0 and values.max() >= LOG_FROM * values.min():
        getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if values.max() < 1000 * values.min() else (1,)))
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}".replace("-", "\N{MINUS SIGN}")))


def long_name(field, unit=True):
    words = text(field.attrs.get("long_name", field.name.rsplit("/", 1)[1]))
    return words if unit else words.split(" (")[0]


def colorbar(fig, ax, mesh, label, ticks=None):
    bar = fig.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label(textwrap.fill(label, LABEL_CHARS))
    if ticks is not None:
        bar.set_ticks(ticks)
        bar.minorticks_off()
    bar.formatter = FuncFormatter(lambda value, _: f"{value:,.12g}".replace("-", "\N{MINUS SIGN}"))


def draw_cells(ax, x, y, plane, **kwargs):
    """The plane [y, x] as cells; hatched where there is no number."""
    ax.patch.set(**NO_NUMBER)
    mesh = ax.pcolormesh(x.edges, y.edges, np.ma.masked_invalid(plane), rasterized=True, **kwargs)
    x.apply(ax.xaxis)
    y.apply(ax.yaxis)
    ax.tick_params(length=3)
    return mesh


def outline(ax, x, y, mask, has_number, color, words):
    """The border of the cells in `mask`, along their very edges and only between cells that have numbers."""
    iy, ix = np.nonzero((mask[:, 1:] != mask[:, :-1]) & has_number[:, 1:] & has_number[:, :-1])
    parts = [[(x.edges[i + 1], y.edges[j]), (x.edges[i + 1], y.edges[j + 1])] for j, i in zip(iy, ix)]
    iy, ix = np.nonzero((mask[1:] != mask[:-1]) & has_number[1:] & has_number[:-1])
    parts += [[(x.edges[i], y.edges[j + 1]), (x.edges[i + 1], y.edges[j + 1])] for j, i in zip(iy, ix)]
    halo = "black" if color == "white" else "white"      # one of the two stands out anywhere
    ax.add_collection(LineCollection(parts, colors=halo, linewidths=2.8, capstyle="projecting", snap=False))
    ax.add_collection(LineCollection(parts, colors=color, linewidths=1.4, capstyle="projecting", snap=False))
    return Line2D([], [], color=color, linewidth=1.6, label=words)


def dot(ax, x, y, mask, mesh, plane):
    """Small dots, evenly over the picture, on the cells in `mask`; light ones on dark cells."""
    columns, rows = (np.linspace(scale.edges[0], scale.edges[-1], n)[1:-1] for scale, n in ((x, 55), (y, 37)))
    across, up = np.meshgrid(columns, rows)
    cells = np.searchsorted(y.edges, up) - 1, np.searchsorted(x.edges, across) - 1
    shown = mask[cells]
    shown[::2, ::2] = shown[1::2, 1::2] = False
    luminance = mesh.cmap(mesh.norm(plane[cells][shown]))[:, :3] @ (0.3, 0.59, 0.11)
    ax.scatter(across[shown], up[shown], s=1.5, linewidths=0, c=np.where(luminance > 0.45, "0.1", "0.8"))


def mark_flags(ax, x, y, flags, mesh, plane):
    """Outlines of the flags that change over the picture; returns the entries of a legend."""
    handles, has_number = [], np.isfinite(plane)
    for name, mask in (flags or {}).items():
        line = FLAGS.get(name, (name, None))[1]
        is_here, is_everywhere = (mask & has_number).any(), not (~mask & has_number).any()
        if line and is_here and not is_everywhere:
            handles.append(outline(ax, x, y, mask, has_number, *line))
        if name == "table_clamped" and is_here:
            dot(ax, x, y, mask & has_number, mesh, plane)
            if is_everywhere:
                handles.append(Line2D([], [], color="black", marker=".", linestyle="none", label="outside a table"))
    if not has_number.all():
        handles.append(Patch(**NO_NUMBER, label="no number"))
    return handles


def percent(part, whole):
    """A share in words that never rounds something to nothing or all."""
    share = 100 * part / whole
    return "all" if part == whole else "under 1 %" if share < 1 else "over 99 %" if share > 99 else f"{share:.0f} %"


def caption_of(flags, has_number):
    """What the numbers of the picture rest on, by the share of its cells."""
    if flags is None:
        return "The file has no flags field, so nothing is known of what these numbers rest on."
    n_cells, n_numbers = has_number.size, int(has_number.sum())
    reasons = [f"{percent(int(flags[name].sum()), n_cells)} {name}" for name in flags
               if (flags[name] & ~has_number).any() and not (flags[name] & has_number).any()]
    none = f" (of all {n_cells:,} cells: " + ", ".join(reasons) + ")" if reasons else ""
    if n_numbers == 0:
        return f"No cell has a number{none}."
    found = [f"{percent(int((mask & has_number).sum()), n_numbers)} {FLAGS[name][0] if name in FLAGS else name}"
             for name, mask in flags.items() if (mask & has_number).any()]
    if not found:
        return f"{n_numbers:,} cells have a number{none}; none of them is flagged."
    return f"{n_numbers:,} cells have a number{none}. Of these, " + "; ".join(found) + "."


def add_legend(fig, handles):
    """Below the picture, in as many rows as its words need; the picture makes room."""
    widest = max(len(handle.get_label()) for handle in handles)
    n_columns = max(1, min(len(handles), LEGEND_CHARS // (widest + LEGEND_HANDLE_CHARS)))
    n_more = -(-len(handles) // n_columns) - 1
    fig.get_layout_engine().set(rect=(0.005, 0.165 + 0.031 * n_more, 0.99, 0.745 - 0.031 * n_more))
    fig.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.01, 0.105), ncol=n_columns, fontsize=9,
               handlelength=1.6, columnspacing=1.6, facecolor="0.8", edgecolor="none", framealpha=1)


def save(fig, path):
    """PNG with a palette: a third of the bytes, and the eye sees no difference."""
    if not path.endswith(".png"):
        fig.savefig(path)
        return
    image = io.BytesIO()
    fig.savefig(image, dpi=DOTS_PER_INCH, format="png")
    Image.open(image).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def finish(fig, titles, handles, caption, path):
    """Title, legend and caption around the picture, then the file."""
    fig.text(0.02, 0.965, titles[0], va="center", fontsize=13 if len(titles[0]) < 80 else 10, fontweight="bold")
    fig.text(0.02, 0.928, titles[1], va="center", fontsize=10, color="0.3")
    if handles:
        add_legend(fig, handles)
    fig.text(0.02, 0.1, "\n".join(textwrap.wrap(caption, CAPTION_CHARS)), va="top", fontsize=8.5, color="0.25")
    try:
        save(fig, path)
    except (OSError, ValueError) as error:      # no such folder, no such format
        raise BadInput(f"cannot write {path}: {error}") from error
    plt.close(fig)
