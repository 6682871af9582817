#!/usr/bin/env python3
"""compare and slice, against xarray and numpy.  check_compare.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

figures   means, percentiles, shares and counts, whole and by slices, along several axes and with conditions
decide    how often another place is best, and what that costs
fitting   unless told otherwise only cells that fit count
files     results with other ranges and another order of values
grid      the file of differences is what xarray works out; ncdump reads it, and the script draws it
explain   the commands beside the worst cells give the two numbers
threads   the same answer for 1, 2 and 3 threads, and with a file of differences beside it
slice     CSV, netCDF, HDF5 and gnuplot's binary matrix hold the cells of the result
"""
import csv
import io
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, TOOL, call, expect, expect_status, write_sweep

METHODS = [{"base": base, "name": base, "mfu_source": "latency"} for base in ("v2-floor", "v2-interp")] + ["measured"]
# Models that some methods do not know, tp with and without communication, exclude rules: numbers on both sides, one and none.
WIDE = {"sweep": 1, "name": "wide", "fixed": {"gpu": "h100"},
        "axes": {"model": ["llama-2-7b-hf", "qwen3-8b", "mixtral-8x7b-v0.1"], "tp": [1, 2, 4], "method": METHODS,
                 "batch": "1:40", "kv_len": "64:8192:64"},
        "exclude": ["batch * kv_len > 200000", {"tp": 4, "batch": 3}]}
ZIPPED = {"sweep": 1, "name": "zipped", "fixed": {"gpu": "h100", "phase": "decode"},
          "zip": {"pair": {"model": ["llama-2-7b-hf", "qwen3-8b", "qwen3-8b"], "tp": [1, 1, 4]}},
          "axes": {"method": METHODS, "batch": [1, 7, 40], "kv_len": "64:2048:64"}}
PREFILL = {"sweep": 1, "name": "prefill", "fixed": {"gpu": "h100"},
           "axes": {"model": ["llama-2-7b-hf"], "tp": [1, 2], "method": METHODS, "batch": [1, 4], "seq_len": "64:4096:448",
                    "cached_len": [0, 1000]}}
MIXED = {"sweep": 1, "name": "mixed", "fixed": {"gpu": "h100"},
         "axes": {"model": ["llama-2-7b-hf"], "tp": 2, "method": METHODS, "batch": [1, 16], "kv_len": [512, 4000],
                  "prefill_batch": [1, 2], "seq_len": [100, 2000]}}


def run(folder, document):
    path = folder / f"{document['name']}.h5"
    expect_status(call("run", write_sweep(folder, document), "-o", path, "-q"))
    return path


def opened(path):
    import xarray
    return xarray.open_dataset(path, engine="netcdf4").load()


def compare(*words):
    return json.loads(expect_status(call("compare", *words, "--misfits", "--json")).stdout)


# ---- what compare should say ----

def percent_of(reference, other):
    """Float64 from float32 cells; equal numbers, zeros too, do not differ."""
    import numpy
    a, b = (numpy.asarray(side, dtype=float) for side in (reference, other))
    with numpy.errstate(divide="ignore", invalid="ignore"):
        return numpy.where(a == b, 0.0, 100 * (b - a) / abs(a))


def figures_of(reference, other, chosen):
    import numpy
    a, b = (numpy.asarray(side, dtype=float)[chosen] for side in (reference, other))
    percent = percent_of(a, b)
    there = numpy.isfinite(percent)
    size = abs(percent[there])
    found = {"n": there.sum(), "n_only_reference": (~numpy.isnan(a) & numpy.isnan(b)).sum(),
             "n_only_other": (numpy.isnan(a) & ~numpy.isnan(b)).sum(), "n_neither": (numpy.isnan(a) & numpy.isnan(b)).sum(),
             "n_undefined": (~there & ~numpy.isnan(a) & ~numpy.isnan(b)).sum()}
    for limit in (1, 5, 10, 25):
        found[f"n_beyond_{limit}"] = (size > limit).sum()
    if size.size:
        found |= {"mean": percent[there].mean(), "mean_abs": size.mean(), "max": size.max()}
        found |= {f"p{p}": numpy.percentile(size, p) for p in (50, 90, 95, 99)}
    return found


def same_figures(found, wanted, what):
    for name, value in wanted.items():
        if name.startswith("n"):
            good = found[name] == value
        elif name.startswith("p"):      # binned: within 0.2 % of the value
            good = abs(found[name] - value) <= 0.002 * value + 1e-12
        else:
            good = abs(found[name] - value) <= 1e-9 * abs(value) + 1e-9
        expect(good, f"{what}: {name} is {found[name]}, expected {value}")
    if not wanted["n"]:
        expect(all(found[name] is None for name in ("mean", "mean_abs", "p50", "p99", "max")), f"{what}: figures of nothing")


def bin_of(size):
    """"513..1024" """
    if size <= 2:
        return str(int(size))
    end = 2
    while end < size:
        end *= 2
    return f"{end // 2 + 1}..{end}"


def like(data, mask):
    """The mask over all dimensions of the data, as an array."""
    return mask.broadcast_like(data).transpose(*data.dims).values


def flag(data, name):
    bits = dict(zip(data.flags.attrs["flag_meanings"].split(), data.flags.attrs["flag_masks"]))
    return (data.flags.astype("int64") & int(bits[name])) != 0


# ---- checks ----

def check_figures(folder):
    import numpy
    path = run(folder, WIDE)
    data = opened(path)
    for along, reference in (("method", "v2-interp"), ("method", None), ("tp", 2), ("model", None)):
        words = ["--along", along] + (["--ref", reference] if reference else [])
        values = list(data[along].values)
        first = reference if reference is not None else values[0]
        others = [value for value in values if value != first]
        for where, words_where in ((None, []), ("full", ["--where", "!flag.memory_full && batch > 3"])):
            said = compare(path, *words, *words_where, "--field", "step_us,comm_us", "--field", "max(step_us, 20000) / batch",
                           "--by", "kv_len", "--by", "batch", "--bins", 40)
            expect(said["reference"] == str(first) and len(said["comparisons"]) == 3 * len(others), said["reference"])
            for one in said["comparisons"]:
                other = next(value for value in others if str(value) == one["against"])
                a, b = (data.sel({along: value}) for value in (first, other))
                field = {"step_us": lambda d: d.step_us, "comm_us": lambda d: d.comm_us}.get(
                    one["field"], lambda d: numpy.maximum(d.step_us.astype(float), 20000).where(d.step_us.notnull()) / d.batch)
                x, y = (field(side).transpose(..., "batch", "kv_len") for side in (a, b))
                chosen = numpy.ones(x.shape, dtype=bool)
                if where:
                    keep = (~flag(a, "memory_full") & ~flag(b, "memory_full") & (data.batch > 3)).transpose(*x.dims)
                    chosen = keep.values
                what = f"along {along}, {one['against']}, {one['field']}, where {where}"
                same_figures(one["overall"], figures_of(x, y, chosen), what)
                expect(len(one["slices"]) == 40 * 8, f"{what}: {len(one['slices'])} slices")
                for part in one["slices"][::7]:
                    lengths = [length for length in x.kv_len.values if bin_of(length) == part["kv_len"]]
                    inside = like(x, (x.batch == float(part["batch"])) & x.kv_len.isin(lengths))
                    same_figures(part, figures_of(x, y, chosen & inside), f"{what}: {part['batch']}, {part['kv_len']}")
    zipped = run(folder, ZIPPED)
    data = opened(zipped)
    for one in compare(zipped, "--along", "method", "--by", "model")["comparisons"]:
        x, y = (data.step_us.sel({"method": name}).transpose("pair", ...) for name in ("v2-floor", one["against"]))
        for part in one["slices"]:
            same_figures(part, figures_of(x, y, (data.model == part["model"]).values), f"zip, {part['model']}")
    ones = compare(zipped, "--along", "tp", "--select", "model=qwen3-8b")["comparisons"]
    same_figures(ones[0]["overall"], figures_of(data.step_us[..., 1, :, :], data.step_us[..., 2, :, :], ...), "along a zip")


def best_places(values, dims, is_max):
    """First best index along the last dimension, and where there is any."""
    import numpy
    worst = -numpy.inf if is_max else numpy.inf
    filled = numpy.where(numpy.isnan(values), worst, values)
    return (filled.argmax if is_max else filled.argmin)(axis=-1)


def check_decide(folder):
    import numpy
    path = run(folder, WIDE)
    data = opened(path)
    rate = "tok_per_s_per_gpu"
    for words, decided, goal, is_max, full in (
            ([], ["tp", "batch"], rate, True, False),
            (["--where", "!flag.memory_full"], ["tp", "batch"], rate, True, True),
            (["--decide", "kv_len", "--min", "step_us"], ["kv_len"], "step_us", False, False),
            (["--decide", "tp,kv_len", "--max", "gemm_us"], ["tp", "kv_len"], "gemm_us", True, False)):
        said = compare(path, "--along", "method", *words)["decisions"]
        expect(said["axes"] == ", ".join(decided) and said["best"] == f"{'largest' if is_max else 'least'} {goal}", said)
        for one in said["against"]:
            a, b = (data[goal].sel({"method": name}).astype(float) for name in ("v2-floor", one["against"]))
            both = a.notnull() & b.notnull()
            if full:
                for name in ("v2-floor", one["against"]):
                    both &= ~flag(data.sel({"method": name}), "memory_full")
            kept = [name for name in a.dims if name not in decided]
            a, b = (side.where(both).transpose(*kept, *decided).values for side in (a, b))
            shape = a.shape[:len(kept)]
            a, b = (side.reshape(*shape, -1).reshape(int(numpy.prod(shape)), -1) for side in (a, b))
            there = ~numpy.isnan(a).all(axis=1)
            a, b = a[there], b[there]
            at_a, at_b = (best_places(side, None, is_max) for side in (a, b))
            own, wrong = a[numpy.arange(len(a)), at_a], a[numpy.arange(len(a)), at_b]
            cost = numpy.where(own == wrong, 0.0, 100 * abs(own - wrong) / abs(own))
            wanted = {"n_places": len(a), "n_empty": int((~there).sum()), "n_changed": int((at_a != at_b).sum()),
                      "n_costly": int((cost > 1).sum()), "cost_mean": cost.mean(), "cost_p95": numpy.percentile(cost, 95),
                      "cost_max": cost.max()}
            if wanted["n_changed"]:
                wanted["cost_mean_changed"] = cost[at_a != at_b].mean()
            for name, value in wanted.items():
                expect(abs(one[name] - value) <= 1e-9 * abs(value) + 1e-12,
                       f"{one['against']} {decided}: {name} {one[name]}, expected {value}")


def check_fitting(folder):
    """Unless told otherwise only cells count that can run, on both sides."""
    path = run(folder, WIDE)
    words = ["compare", path, "--along", "method", "--by", "tp", "--json"]
    usual = json.loads(expect_status(call(*words)).stdout)
    spelt = json.loads(expect_status(call(*words, "--misfits", "--where", "!flag.memory_full && !flag.context_too_long")).stdout)
    everything = json.loads(expect_status(call(*words, "--misfits")).stdout)
    expect(usual["only_fitting"] and not spelt["only_fitting"], "only_fitting is not told")
    expect(usual["comparisons"] == spelt["comparisons"] and usual["decisions"] == spelt["decisions"], "other cells than those that fit")
    n = [said["comparisons"][0]["overall"]["n"] for said in (usual, everything)]
    expect(0 < n[0] < n[1], f"{n[0]} of {n[1]} cells fit: nothing was tried")


def check_files(folder):
    import xarray
    narrow = {**WIDE, "name": "narrow", "exclude": [],
              "axes": {"model": ["qwen3-8b", "llama-2-7b-hf"], "tp": [4, 1], "method": [METHODS[2], METHODS[0]],
                       "batch": [40, 1, 5, 50], "kv_len": "128:16384:128"}}
    paths = [run(folder, WIDE), run(folder, narrow)]
    a, b = (opened(path) for path in paths)
    said = expect_status(call("compare", *paths, "--misfits", "--json", "--worst", 3, "--by", "method,tp"))
    expect("left out" in said.stderr and "mixtral" in said.stderr, f"what is left out: {said.stderr}")
    one = json.loads(said.stdout)["comparisons"][0]
    x, y = xarray.align(a.step_us, b.step_us.transpose(*a.step_us.dims), join="inner")
    same_figures(one["overall"], figures_of(x, y, ...), "two files")
    for part in one["slices"]:
        inside = like(x, (x.method == part["method"]) & (x.tp == int(part["tp"])))
        same_figures(part, figures_of(x, y, inside), f"two files, {part['method']} {part['tp']}")
    percent = abs(percent_of(x, y))
    import numpy
    worst = numpy.sort(percent[numpy.isfinite(percent) & (percent > 0)])[::-1][:3]
    expect([abs(cell["percent"]) for cell in one["worst"]] == list(worst), f"worst {one['worst']}, expected {worst}")
    same = compare(paths[0], paths[0])["comparisons"][0]["overall"]
    expect(same["max"] == 0 and same["n"] > 0 and same["n_only_other"] == 0, "a file differs from itself")
    expect_status(call("compare", paths[0], run(folder, PREFILL)), 2)
    sweep, kept = write_sweep(folder, {**WIDE, "name": "kept"}), folder / "kept.h5"
    expect_status(call("run", sweep, "-o", kept, "-q", "--shard", "0/2", "--shard-bytes", "40k"))
    part = compare(paths[0], f"{kept}.shards")["comparisons"][0]["overall"]
    expect(part["max"] == 0 and part["n"] > 0 and part["n_only_reference"] > 0, f"half of the shards: {part}")


def draw(folder, differences, result):
    """The picture of either file, where matplotlib is there."""
    try:
        import matplotlib    # noqa: F401
    except ImportError:
        return
    for file, words in ((differences, ["--pair", "qwen3-8b", "llama-2-7b-hf"]), (differences, ["--field", "comm_us"]),
                        (result, ["--along", "method"])):
        picture = folder / "picture.png"
        done = subprocess.run([sys.executable, "-B", ROOT / "scripts/plot_method_difference.py", file, *words, "-o", picture],
                              capture_output=True, text=True)
        expect(done.returncode == 0 and picture.read_bytes()[:4] == b"\x89PNG", f"no picture of {file.name}: {done.stderr}")
        picture.unlink()


def check_grid(folder):
    import numpy
    for document, along in ((WIDE, "method"), (WIDE, "tp"), (WIDE, "kv_len"), (ZIPPED, "method"), (ZIPPED, "model")):
        path, out = run(folder, document), folder / "difference.h5"
        narrowed = ["--select", "kv_len=64:512"] if along == "kv_len" else []
        expect_status(call("compare", path, "--misfits", "--along", along, *narrowed, "--field", "step_us,attn_us,comm_us", "-o", out))
        data, written = opened(path), opened(out)
        if along == "kv_len":
            data = data.sel(kv_len=slice(64, 512))
        dim = "pair" if along == "model" else along
        for field in ("step_us", "attn_us", "comm_us"):
            values = data[field].astype(float)
            first = values.isel({dim: 0})
            got = written[f"{field}_difference"]
            expect(got.dtype == numpy.float32 and got.attrs["units"] == "percent", f"{along}: {got.attrs}")
            expect(list(got.dims) == ["against" if name == dim else name for name in values.dims], f"dimensions {got.dims}")
            expect([str(value) for value in written.against.values] == [str(value) for value in data[along].values[1:]],
                   "against")
            expect(written.attrs["NX_class"] == "NXdata" and written.attrs["signal"] == "step_us_difference" and
                   len(written.attrs["axes"]) == got.ndim, f"{written.attrs}")
            for i in range(1, values.sizes[dim]):
                wanted = percent_of(first, values.isel({dim: i})).astype(numpy.float32)
                wanted[~numpy.isfinite(wanted)] = numpy.nan
                numpy.testing.assert_array_equal(got.isel(against=i - 1).values, wanted, f"{along} {i}")
        bits = data.flags.astype("uint32")
        for i in range(1, bits.sizes[dim]):
            numpy.testing.assert_array_equal(written.flags.isel(against=i - 1).values,
                                             bits.isel({dim: 0}).values | bits.isel({dim: i}).values, "flags")
        expect(written.flags.attrs["flag_meanings"] == data.flags.attrs["flag_meanings"], "names of bits")
        if document is ZIPPED and along == "method":
            expect(list(written.model.values) == ZIPPED["zip"]["pair"]["model"], "the zip's models")
        if shutil.which("ncdump"):
            subprocess.run(["ncdump", "-h", out], check=True, stdout=subprocess.DEVNULL)
    draw(folder, out, path)
    both = folder / "both.nc"
    expect_status(call("compare", path, path, "--misfits", "-o", both))
    of_files = opened(both).step_us_difference
    expect(of_files.dims[0] == "against" and float(of_files.max()) == 0, "of files")


def check_explain(folder):
    for document in (WIDE, PREFILL, MIXED, ZIPPED):
        path = run(folder, document)
        for one in compare(path, "--along", "method", "--worst", 3)["comparisons"]:
            for cell in one["worst"]:
                for command, value in ((cell["explain"], cell["other"]), (cell["explain_reference"], cell["reference"])):
                    words = shlex.split(command)
                    expect(words[0] == "mfusweep", command)
                    said = json.loads(expect_status(call(*words[1:], "--json")).stdout)
                    step = find(said, "step_us")
                    expect(abs(step - value) <= 1e-6 * value, f"{command} gives {step}, the cell has {value}")


def find(document, name):
    """The first value of that name anywhere."""
    if isinstance(document, dict):
        if name in document:
            return document[name]
        document = list(document.values())
    for entry in document if isinstance(document, list) else []:
        value = find(entry, name)
        if value is not None:
            return value
    return None


def check_threads(folder):
    path = run(folder, WIDE)
    words = ["compare", path, "--misfits", "--along", "method", "--worst", 20, "--by", "tp,kv_len", "--where", "kv_len > 100"]
    first = expect_status(call(*words, "-j", 1, "--json")).stdout
    for n in (2, 3):
        expect(expect_status(call(*words, "-j", n, "--json")).stdout == first, f"{n} threads say something else")
    beside = json.loads(expect_status(call(*words, "-j", 2, "--json", "-o", folder / "beside.h5")).stdout)
    for name, one in ((name, one) for name in ("overall", "worst") for one in (0, 1)):
        a, b = (document["comparisons"][one][name] for document in (beside, json.loads(first)))
        if name == "overall":
            same_figures(a, {key: value for key, value in b.items()}, "with a file")
        else:
            expect(a == b, "worst cells with a file")
    expect(beside["decisions"] == json.loads(first)["decisions"], "decisions with a file")


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def check_csv(path, data):
    import numpy
    words = ["slice", path, "--select", "batch=1,5", "--select", "kv_len=64:1024", "--select", "model=qwen3-8b,mixtral*"]
    rows = rows_of(expect_status(call(*words)).stdout)
    part = data.sel(batch=[1, 5], kv_len=slice(64, 1024), model=["qwen3-8b", "mixtral-8x7b-v0.1"])
    expect(len(rows) == part.step_us.size, f"{len(rows)} rows")
    for name in ("step_us", "kv_gib"):
        found = numpy.array([row[name] or "nan" for row in rows], dtype=float).astype(numpy.float32)
        numpy.testing.assert_array_equal(found, part[name].values.ravel())
    names = part.bound.attrs["flag_meanings"].split()
    expect([row["bound"] for row in rows] == [names[code] for code in part.bound.values.ravel()], "bounds")
    masks = list(zip(part.flags.attrs["flag_masks"], part.flags.attrs["flag_meanings"].split()))
    expect([row["flags"] for row in rows] ==
           ["|".join(name for mask, name in masks if int(bits) & int(mask)) for bits in part.flags.values.ravel()], "flags")
    expect([int(row["kv_len"]) for row in rows[:16]] == list(part.kv_len.values) and rows[-1]["method"] == "measured", "axes")
    file = path.parent / "slice.csv"
    expect_status(call(*words, "--where", "kv_len > 512", "--field", "step_us, 1e6 / step_us", "-o", file))
    rows = rows_of(file.read_text())
    expect(len(rows) == part.sel(kv_len=slice(513, 1024)).step_us.size, f"{len(rows)} rows where kv_len > 512")
    for row in rows:
        expect(row["step_us"] == "" or float(row["1e6 / step_us"]) == 1e6 / float(numpy.float32(row["step_us"])), row)


def check_nc(path, data):
    import numpy
    out = path.parent / "slice.nc"
    words = ["slice", path, "--select", "method=measured", "--field", "step_us,bound,flags,batch * kv_len"]
    expect_status(call(*words, "--where", "batch > 2", "-o", out))
    written, part = opened(out), data.sel({"method": "measured"}).squeeze()
    expect(list(written.step_us.dims) == ["model", "tp", "batch", "kv_len"], f"{written.step_us.dims}")
    keep = like(part.step_us, part.batch > 2)
    numpy.testing.assert_array_equal(written.step_us.values, numpy.where(keep, part.step_us.values, numpy.nan))
    numpy.testing.assert_array_equal(written.bound.values, numpy.where(keep, part.bound.values, 0))
    numpy.testing.assert_array_equal(written.flags.values, numpy.where(keep, part.flags.values, 0))
    expect(written.bound.attrs["flag_meanings"] == part.bound.attrs["flag_meanings"], "names of codes")
    expect("method=measured" in written.attrs["fixed"], written.attrs)
    numpy.testing.assert_array_equal(written["batch___kv_len"].values,
                                     numpy.where(keep, like(part.step_us, part.batch * part.kv_len), numpy.nan))
    said = expect_status(call("slice", path, "-o", out, "--field", "step_us"), 2).stderr
    expect("at most 4 dimensions" in said and "kv_len (128)" in said, said)
    whole = path.parent / "slice.h5"
    expect_status(call("slice", path, "--field", "step_us", "--select", "batch=2:9", "-o", whole))
    numpy.testing.assert_array_equal(opened(whole).step_us.values, data.step_us.sel(batch=slice(2, 9)).values)
    expect(list(opened(whole).step_us.dims) == list(data.step_us.dims), "all axes")


def check_gnuplot(path, data):
    import numpy
    out = path.parent / "slice.bin"
    words = ["slice", path, "--field", "step_us", "--select", "method=measured", "--select", "model=qwen3-8b",
             "--select", "tp=1"]
    expect_status(call(*words, "-o", out))
    part = data.step_us.sel({"method": "measured"}).sel(model="qwen3-8b", tp=1).squeeze()
    numbers = numpy.fromfile(out, dtype=numpy.float32)
    n = int(numbers[0])
    table = numbers.reshape(-1, n + 1)
    numpy.testing.assert_array_equal(table[0, 1:], part.kv_len.values)
    numpy.testing.assert_array_equal(table[1:, 0], part.batch.values)
    numpy.testing.assert_array_equal(table[1:, 1:], part.transpose("batch", "kv_len").values)
    expect_status(call("slice", path, "--field", "step_us", "-o", out), 2)
    if shutil.which("gnuplot"):
        picture = path.parent / "slice.png"
        subprocess.run(["gnuplot", "-e", f"set term png; set output '{picture}'; plot '{out}' binary matrix with image"],
                       check=True, capture_output=True)
        expect(picture.read_bytes()[:4] == b"\x89PNG" and picture.stat().st_size > 1000, "gnuplot's picture")


def check_slice(folder):
    path = run(folder, WIDE)
    data = opened(path)
    for check in (check_csv, check_nc, check_gnuplot):
        check(path, data)
    said = expect_status(call("slice", path, "--max-cells", "1k"), 2).stderr
    expect("--select" in said and "1 000" in said, said)
    reduced = run(folder, {**WIDE, "name": "reduced", "output": {"reduce": [
        {"name": "best", "field": "tok_per_s_per_gpu", "op": "argmax", "over": ["model", "tp", "batch"]},
        {"name": "n", "op": "count", "over": list(data.step_us.dims), "where": "step_us > 0"}]}})
    with_file = opened(reduced)
    rows = rows_of(expect_status(call("slice", reduced, "--block", "best_model", "--select", "method=measured")).stdout)
    names = with_file.best_model.attrs["flag_meanings"].split()
    expect([row["best_model"] for row in rows] ==
           [names[code] for code in with_file.best_model.sel({"method": "measured"}).values.ravel()], "names of a reduction")
    one = expect_status(call("slice", reduced, "--block", "n")).stdout
    expect(one == f"n\n{int(with_file.n)}\n", f"a single number: {one}")
    for suffix in ("nc", "h5"):
        expect_status(call("slice", reduced, "--block", "n", "-o", folder / f"n.{suffix}"))
        expect(int(opened(folder / f"n.{suffix}").n) == int(with_file.n), f"a single number in .{suffix}")
    zipped = run(folder, ZIPPED)
    rows = rows_of(expect_status(call("slice", zipped, "--field", "step_us")).stdout)
    expect(rows[-1]["model"] == "qwen3-8b" and rows[-1]["tp"] == "4" and "pair" not in rows[0], rows[-1])
    expect_status(call("slice", zipped, "--field", "step_us", "-o", folder / "zipped.nc"))
    written = opened(folder / "zipped.nc")
    expect(written.step_us.dims == ("method", "pair", "batch", "kv_len") and list(written.tp.values) == [1, 1, 4], written)
    import numpy
    numpy.testing.assert_array_equal(written.step_us.values, opened(zipped).step_us.squeeze().values)


CHECKS = {"figures": check_figures, "decide": check_decide, "fitting": check_fitting, "files": check_files, "grid": check_grid, "explain": check_explain,
          "threads": check_threads, "slice": check_slice}


def main():
    try:
        import h5py       # noqa: F401
        import netCDF4    # noqa: F401
        import xarray     # noqa: F401
    except ImportError as error:
        print(f"needs h5py, netCDF4 and xarray: {error}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        CHECKS[sys.argv[3]](Path(folder))
    print(f"{sys.argv[3]}: passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
