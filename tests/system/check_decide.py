#!/usr/bin/env python3
"""best and pareto against numpy and xarray.  check_decide.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

best      best cells of results with blocks, zips and excluded cells: the same cells, values, counts and shown formulas, exactly
pareto    fronts of two and three objectives: the points that comparing all pairs leaves, in their order
threads   one thread or several: the same bytes, as text, CSV and JSON
shards    a folder of shards of which one is missing: what the others hold
prices    the entries' prices, and others from the command line
"""
import csv
import io
import itertools
import json
import random
import sys
import tempfile
from pathlib import Path

from sweeps import BLOCKS as BLOCKS_WITH_EXCLUDED, METHODS, ZIP
from tool import ROOT, SKIPPED, TOOL, call, expect, expect_status, write_sweep

PLAIN = {"sweep": 1, "name": "plain", "fixed": {"gpu": "h100"},
         "axes": {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2, 4], "method": METHODS, "batch": "1:40:3",
                  "kv_len": "64:4096:192"},
         "exclude": ["batch * kv_len > 60000", {"model": "qwen3-8b", "tp": 4}],
         "constraints": [{"name": "slow", "expr": "step_us < 20000"}]}
BLOCKS = {key: value for key, value in BLOCKS_WITH_EXCLUDED.items() if key != "exclude"}
TEXTS = {"gpu", "model", "dtype", "method"}
PRICE = 3.6


def made(folder, document, *options):
    out = folder / f"{document['name']}.h5"
    expect_status(call("run", write_sweep(folder, document), "-o", out, *options))
    return out


class Grid:
    """A block's cells as float64 arrays over all its dimensions, and the names that formulas know."""

    def __init__(self, path, block=None):
        import numpy as np
        import xarray as xr
        self.np, self.path, self.block = np, path, block
        self.data = xr.open_dataset(path, group=block) if block else xr.open_dataset(path)
        field = self.data["step_us"]
        self.dims, self.shape = list(field.dims), field.shape
        self.phase = self.data.attrs["phase"]
        self.coords = {name: coord for name, coord in self.data.coords.items() if coord.ndim == 1}
        self.known = {}
        for name, coord in self.coords.items():
            index = [None] * len(self.dims)
            index[self.dims.index(coord.dims[0])] = slice(None)
            self.known[name] = coord.values[tuple(index)]
        for name in self.data.data_vars:
            if self.data[name].dims == field.dims:
                self.known[name] = self.data[name].values.astype("f8")
        self.flags = {name: (self.data.flags.values & mask) != 0
                      for name, mask in zip(self.data.flags.attrs["flag_meanings"].split(), self.data.flags.attrs["flag_masks"])}
        self.bounds = {name: self.data.bound.values == code
                       for name, code in zip(self.data.bound.attrs["flag_meanings"].split(), self.data.bound.attrs["flag_values"])}

    def of(self, function):
        """An array of the grid's shape."""
        with self.np.errstate(all="ignore"):
            return self.np.broadcast_to(self.np.asarray(function(self), dtype="f8"), self.shape)

    def __getitem__(self, name):
        return self.known[name]

    def words(self):
        return [self.path] + (["--block", self.block] if self.block else [])


# What a user writes, and the same in numpy, operation by operation.
FORMULAS = [
    ("step_us", lambda g: g["step_us"]),
    ("tok_per_s_per_gpu", lambda g: g["tok_per_s_per_gpu"]),
    ("tok_per_s", lambda g: g["tok_per_s_per_gpu"] * g["tp"]),
    ("usd_per_mtok", lambda g: PRICE * 1e6 / (3600 * g["tok_per_s_per_gpu"])),
    ("joule_per_tok", lambda g: 700 / g["tok_per_s_per_gpu"]),
    ("memory_gib", lambda g: g["weight_gib"] + g["kv_gib"]),
    ("batch / step_us", lambda g: g["batch"] / g["step_us"]),
    ("round(step_us / 5000)", lambda g: g.np.floor(g["step_us"] / 5000 + .5)),
    ("tp", lambda g: g["tp"]),
    ("model.num_layers * tp", lambda g: g.np.where(g["model"] == "qwen3-8b", 36, 32) * g["tp"]),
]
DECODE_ONLY = [("tok_per_s_per_user", lambda g: 1e6 / g["step_us"])]
CONDITIONS = [
    (None, lambda g: True),
    ("step_us <= 12000", lambda g: g["step_us"] <= 12000),
    ("!flag.memory_full && tp < 4", lambda g: ~g.flags["memory_full"] & (g["tp"] < 4)),
    ("bound.memory || model == 'qwen3-8b'", lambda g: g.bounds["memory"] | (g["model"] == "qwen3-8b")),
    ("step_us < 0", lambda g: g["step_us"] < 0),
]


def what_counts(grid, rng):
    """Options that choose cells, and where these are: misfits as well, or not."""
    condition, holds = rng.choice(CONDITIONS)
    there = grid.of(holds) > 0
    words = ["--where", condition] if condition else []
    if rng.random() < .5:
        return words + ["--misfits"], there
    return words, there & ~grid.flags["memory_full"] & ~grid.flags["context_too_long"]


def formulas_for(grid):
    return FORMULAS + (DECODE_ONLY if grid.phase != "prefill" else [])


def text_of(coord, position):
    return str(coord.values[position])


def cell_texts(grid, position):
    """Every coordinate at a cell, by name."""
    return {name: text_of(coord, position[grid.dims.index(coord.dims[0])]) for name, coord in grid.coords.items()}


def is_same(text, value):
    """A CSV cell and the number it must be: float32 fields come with 9 digits."""
    import numpy as np
    return float(text) == value or (np.float32(value) == value and np.float32(text) == np.float32(value))


def check_row(grid, row, place, value, shown, holds, over, is_max):
    """One row of best's table against a search of the cells that stand where it does."""
    np = grid.np
    index = tuple(slice(None) if name in over else place[name] for name in grid.dims)
    cells = np.where(holds[index] & ~np.isnan(value[index]), value[index], np.nan)
    counted = int((~np.isnan(cells)).sum())
    expect(int(row["cells"]) == counted, f"{grid.path} {place}: {row['cells']} cells, expected {counted}")
    if counted == 0:
        expect(all(row[name] == "" for name in over if name in row), f"{row} has no cell")
        return
    best = np.nanmax(cells) if is_max else np.nanmin(cells)
    inner = np.unravel_index(int(np.flatnonzero(cells.reshape(-1) == best)[0]), cells.shape) if cells.ndim else ()
    inner = iter(inner)
    position = tuple(int(next(inner)) if name in over else place[name] for name in grid.dims)
    for name, text in cell_texts(grid, position).items():
        expect(row[name] == text, f"{grid.path}: {name} is {row[name]}, expected {text}: {row}")
    for name, array in shown.items():
        expect(is_same(row[name], array[position]), f"{grid.path}: {name} is {row[name]}, expected {array[position]!r}")


def check_best(grid, rng):
    over = rng.sample(grid.dims, rng.randrange(1, len(grid.dims)))
    (text, function), (other, other_function) = rng.sample(formulas_for(grid), 2)
    chosen, holds = what_counts(grid, rng)
    is_max = rng.random() < .5
    words = ["best", *grid.words(), "--max" if is_max else "--min", text, "--over", ",".join(over), "--show", other,
             "--usd-per-hour", f"h100={PRICE}", *chosen]
    result = expect_status(call(*words, "--csv"))
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    value, shown = grid.of(function), {text: grid.of(function), other: grid.of(other_function)}
    rest = [name for name in grid.dims if name not in over]
    places = list(itertools.product(*(range(grid.shape[grid.dims.index(name)]) for name in rest)))
    expect(len(rows) == len(places), f"{len(rows)} rows, expected {len(places)}")
    for row, place in zip(rows, places):
        check_row(grid, row, dict(zip(rest, place)), value, shown, holds, over, is_max)
    listed = json.loads(expect_status(call(*words, "--json")).stdout)["rows"]
    expect([{name: "" if cell is None else cell for name, cell in row.items()} for row in listed] ==
           [{name: row[name] if name in TEXTS or row[name] == "" else json.loads(row[name]) for name in row} for row in rows],
           "JSON tells something else than CSV")


def front_of(np, goodness):
    """Indices of the points [n, k] that no other beats, greater being better; of equal ones the first."""
    kept = []
    for i, point in enumerate(goodness):
        as_good = (goodness >= point).all(axis=1)
        better = as_good & ((goodness > point).any(axis=1) | (np.arange(len(goodness)) < i))
        if not better.any():
            kept.append(i)
    return sorted(kept, key=lambda i: tuple(-goodness[i]) + (i,))


def check_pareto(grid, rng):
    np = grid.np
    by = rng.sample(grid.dims, rng.randrange(3))
    objectives = [(text, function, rng.choice(["max", "min"])) for text, function in rng.sample(formulas_for(grid), rng.randrange(2, 4))]
    chosen, holds = what_counts(grid, rng)
    words = ["pareto", *grid.words(), "--usd-per-hour", f"h100={PRICE}"]
    words += [word for text, _, goal in objectives for word in (f"--{goal}", text)]
    words += (["--by", ",".join(by)] if by else []) + chosen
    rows = list(csv.DictReader(io.StringIO(expect_status(call(*words, "--csv")).stdout)))
    values = np.stack([grid.of(function).reshape(-1) for _, function, _ in objectives], axis=1)
    there = holds.reshape(-1) & ~np.isnan(values).any(axis=1)
    signs = np.array([1 if goal == "max" else -1 for _, _, goal in objectives])
    by = [name for name in grid.dims if name in by]
    at = np.stack(np.unravel_index(np.arange(values.shape[0]), grid.shape), axis=1)
    expected = []
    for place in itertools.product(*(range(grid.shape[grid.dims.index(name)]) for name in by)):
        here = there.copy()
        for name, position in zip(by, place):
            here &= at[:, grid.dims.index(name)] == position
        cells = np.flatnonzero(here)
        expected += [cells[i] for i in front_of(np, values[cells] * signs)]
    expect(len(rows) == len(expected), f"{' '.join(map(str, words))}: {len(rows)} points, expected {len(expected)}")
    for row, cell in zip(rows, expected):
        for name, text in cell_texts(grid, at[cell]).items():
            expect(row[name] == text, f"{name} is {row[name]}, expected {text}: {row}")
        for i, (text, _, _) in enumerate(objectives):
            expect(is_same(row[text], values[cell, i]), f"{text} is {row[text]}, expected {values[cell, i]!r}")


def grids_in(folder):
    blocks = made(folder, BLOCKS)
    return [Grid(made(folder, PLAIN)), Grid(made(folder, ZIP)), *(Grid(blocks, name) for name in ("decode", "prefill", "mixed"))]


def rounds(folder, check, n):
    grids, rng = grids_in(folder), random.Random(20261122)
    for i_round in range(n):
        check(grids[i_round % len(grids)], rng)


def best(folder):
    rounds(folder, check_best, 40)


def pareto(folder):
    rounds(folder, check_pareto, 30)


ORDERS = [["best", "--max", "tok_per_s_per_gpu", "--where", "!flag.memory_full", "--show", "memory_gib"],
          ["best", "--min", "round(step_us / 3000)", "--over", "model,batch"],
          ["pareto", "--max", "tok_per_s_per_gpu", "--max", "tok_per_s_per_user", "--by", "method"],
          ["pareto", "--min", "round(step_us / 3000)", "--max", "tp", "--max", "round(batch / 7)", "--show", "kv_gib"]]


def threads(folder):
    path = made(folder, PLAIN, "--shard-bytes", "200k")
    for order in ORDERS:
        for form in ([], ["--csv"], ["--json"]):
            words = [order[0], path, *order[1:], *form]
            once = expect_status(call(*words, "-j", 1)).stdout
            for n in (2, 3, 5):
                expect(expect_status(call(*words, "-j", n)).stdout == once, f"{words}: other bytes with {n} threads")


def shards(folder):
    out = folder / "plain.h5"
    expect_status(call("run", write_sweep(folder, PLAIN), "-o", out, "--shard-bytes", "20k", "--keep-shards"))
    parts = sorted(Path(f"{out}.shards").glob("*.h5"))
    expect(len(parts) > 2, f"{len(parts)} shards are too few for this check")
    for order in ORDERS:
        whole, folded = (expect_status(call(order[0], path, *order[1:], "--csv")).stdout for path in (out, f"{out}.shards"))
        expect(whole == folded, f"{order}: the shards tell something else than the file")
    import h5py
    parts[1].unlink()
    out.unlink()
    best_of = {}
    for part in parts[:1] + parts[2:]:
        with h5py.File(part) as file:
            steps = file["step_us"][()]
        for model in range(steps.shape[1]):
            cells = steps[:, model]
            if (cells == cells).any():
                best_of[model] = min(best_of.get(model, 1e30), float(cells[cells == cells].min()))
    result = expect_status(call("best", f"{out}.shards", "--min", "step_us", "--over", "tp,method,batch,kv_len", "--csv"))
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    for model, row in enumerate(rows):
        expect(is_same(row["step_us"], best_of[model]), f"{row}, expected {best_of[model]}")


def prices(folder):
    entry = json.loads((ROOT / "bench_data/gpus/h100_sxm.json").read_text())
    path = made(folder, PLAIN)
    words = ["best", path, "--max", "tok_per_s_per_gpu", "--show", "usd_per_mtok,gpu.usd_per_hour", "--csv",
             "--misfits"]
    for options, price in (([], entry["usd_per_hour"]), (["--usd-per-hour", "h100=0.5"], .5), (["--usd-per-hour", "H100_sxm=7"], 7)):
        rows = list(csv.DictReader(io.StringIO(expect_status(call(*words, *options)).stdout)))
        import numpy as np
        for row in rows:
            throughput = float(np.float32(row["tok_per_s_per_gpu"]))
            expect(float(row["gpu.usd_per_hour"]) == price, f"{row}: the price should be {price}")
            expect(float(row["usd_per_mtok"]) == price * 1e6 / (3600 * throughput), f"{row}: {price} makes another price")


CHECKS = {"best": best, "pareto": pareto, "threads": threads, "shards": shards, "prices": prices}


def main():
    try:
        import h5py, numpy, xarray   # noqa: F401, E401
    except ImportError as missing:
        print("skipped:", missing)
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="mfusweep-decide-") as folder:
        CHECKS[sys.argv[3]](Path(folder))
    print(f"{TOOL.name}: {sys.argv[3]} passed")


if __name__ == "__main__":
    main()
