#!/usr/bin/env python3
"""Reductions without storing, seen from outside.  check_reduce.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

values    reductions are those of the same sweep's stored cells, worked out by numpy and fractions: equal, bit for bit
bytes     the same chunks, attributes and names for 1, 2, 3 threads and for shards cut anywhere, at once or by tasks
resume    kill -9 in the middle, again and again; what is finished is kept, and the result is that of a plain run
readers   h5py, netCDF4, h5netcdf, xarray and ncdump open results and shards
"""
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from sweeps import METHODS
from tool import ROOT, SKIPPED, TOOL, call, expect, expect_status, plain_value, write_sweep


ALL = ["gpu", "model", "tp", "ep", "dtype", "method", "batch", "kv_len"]
ONE = {"sweep": 1, "name": "one", "fixed": {"gpu": "h100"},
       "axes": {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2, 4], "method": METHODS, "batch": "1:24",
                "kv_len": "64:4096:64"},
       "exclude": ["batch * kv_len > 40000"],
       "constraints": [{"name": "short", "expr": "step_us < 40000"}],
       "output": {"reduce": [
           {"name": "best", "field": "tok_per_s_per_gpu", "op": "argmax", "over": ["tp", "batch"], "where": "step_us <= 9000"},
           {"name": "top", "field": "tok_per_s_per_gpu", "op": "max", "over": ["tp", "batch"], "where": "step_us <= 9000"},
           {"name": "n", "op": "count", "over": ["kv_len", "model"], "where": "memory_us > gemm_us && kv_len % 128 == 0"},
           {"name": "n_all", "op": "count", "over": ["batch"]},
           {"name": "avg", "field": "step_us", "op": "mean", "over": ["batch", "kv_len"]},
           {"name": "avg_kept", "field": "attn_us", "op": "mean", "over": ["tp", "batch"]},
           {"name": "low", "field": "step_us", "op": "min", "over": ["kv_len"]},
           {"name": "low_at", "field": "step_us", "op": "argmin", "over": ["method", "kv_len"]},
           {"name": "none", "field": "step_us", "op": "argmin", "over": ["model", "batch"], "where": "step_us < 0"},
           {"name": "lost", "field": "step_us", "op": "mean", "over": ["batch"], "where": "batch > 100"},
           {"name": "all", "field": "step_us", "op": "mean", "over": ALL},
           {"name": "where", "field": "comm_us", "op": "argmax", "over": ALL}]}}
# Several tiles for each case, with borders that do not divide.
LARGE = {"sweep": 1, "name": "large", "fixed": {"gpu": "h100"},
         "axes": {"model": ["llama-2-7b-hf"], "tp": [1, 2], "method": METHODS[1:], "batch": "1:300",
                  "kv_len": "64:64000:64"},
         "output": {"reduce": [
             {"name": "best", "field": "tok_per_s_per_gpu", "op": "argmax", "over": ["batch"], "where": "step_us < 30000"},
             {"name": "worst", "field": "step_us", "op": "max", "over": ["tp", "kv_len"]},
             {"name": "avg", "field": "step_us", "op": "mean", "over": ["tp", "batch"]},
             {"name": "n", "op": "count", "over": ["kv_len"], "where": "attn_us > gemm_us"}]}}
BLOCKS = {"sweep": 1, "name": "blocks", "fixed": {"gpu": "h100"},
          "axes": {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2], "method": METHODS[1:]},
          "exclude": [{"model": "qwen3-8b", "tp": 2}],
          "output": {"reduce": [{"name": "best", "field": "step_us", "op": "argmin", "over": ["tp", "batch"]},
                                {"name": "avg", "field": "step_us", "op": "mean", "over": ["model", "batch"]}]},
          "blocks": [{"name": "decode", "axes": {"batch": "1:64:*2", "kv_len": "1:3000:70"}},
                     {"name": "prefill", "axes": {"batch": [1, 4], "seq_len": "1:9000:310", "cached_len": [0, 1000]},
                      "reduce": [{"name": "n", "op": "count", "over": ["seq_len"]}]},
                     {"name": "mixed", "axes": {"batch": [1, 8], "kv_len": [100, 5000], "seq_len": "64:4096:640"},
                      "reduce": []}]}
ZIP = {"sweep": 1, "name": "zip", "fixed": {"gpu": "h100"},
       "axes": {"method": METHODS, "batch": [1, 8, 32], "kv_len": "64:4096:64"},
       "zip": {"pair": {"model": ["llama-2-7b-hf", "qwen3-8b", "qwen3-8b"], "tp": [1, 2, 4]}},
       "output": {"reduce": [{"name": "best", "field": "tok_per_s_per_gpu", "op": "argmax", "over": ["pair", "batch"]},
                             {"name": "avg", "field": "step_us", "op": "mean", "over": ["kv_len"]}]}}


def without_reductions(document):
    plain = json.loads(json.dumps(document))
    del plain["output"]
    plain["name"] += "_stored"
    for block in plain.get("blocks", []):
        block.pop("reduce", None)
    return plain


def run(folder, document, name, *options):
    out = folder / name
    expect_status(call("run", write_sweep(folder, document), "-o", out, "--fresh", "-q", *options))
    return out


# ---- What the stored cells come to ----------------------------------------------------------------------------------

def nearest_float32(exact):
    """The float32 nearest to a fraction, ties to even."""
    import numpy
    guess = numpy.float32(float(exact))
    around = {guess, numpy.nextafter(guess, numpy.float32(-numpy.inf)), numpy.nextafter(guess, numpy.float32(numpy.inf))}
    return min(around, key=lambda one: (abs(Fraction(float(one)) - exact), int(one.view(numpy.uint32)) & 1))


def condition_holds(text, dataset, dims):
    """Conditions of these sweeps happen to be Python, but for the words between comparisons."""
    import numpy
    names = {}
    for name, variable in dataset.items():
        if variable.ndim == len(dims):
            names[name] = variable[()]
        elif name in dims and variable.dtype.kind in "if":
            names[name] = variable[()].reshape([-1 if dim == name else 1 for dim in dims])
    parts = [eval(part, {}, names) for part in text.split("&&")]   # noqa: S307 (our own text)
    holds = parts[0]
    for part in parts[1:]:
        holds = holds & part
    return numpy.broadcast_to(holds, next(iter(v.shape for v in dataset.values() if v.ndim == len(dims))))


def reduce_stored(reduction, stored, dims):
    """{variable: results} of one reduction, over cells in the order of the file."""
    import numpy
    over = [dims.index(name) for name in dims if name in reduction["over"]]
    kept = [i_dim for i_dim in range(len(dims)) if i_dim not in over]
    values = stored[reduction.get("field", "step_us")][()]
    takes_part = ~numpy.isnan(values)
    if "where" in reduction:
        with numpy.errstate(invalid="ignore"):
            takes_part &= condition_holds(reduction["where"], stored, dims)
    shape = [values.shape[i_dim] for i_dim in kept]
    lined = numpy.transpose(numpy.where(takes_part, values, numpy.float32("nan")), kept + over).reshape(shape + [-1])
    rows = lined.reshape(-1, lined.shape[-1])
    counts = (~numpy.isnan(rows)).sum(axis=1)
    op, name = reduction["op"], reduction["name"]
    if op == "count":
        return {name: counts.reshape(shape)}
    if op in ("min", "max", "mean"):
        results = numpy.full(len(rows), numpy.float32("nan"))
        for i_row, row in enumerate(rows):
            row = row[~numpy.isnan(row)]
            if len(row) == 0:
                continue
            if op == "mean":
                results[i_row] = nearest_float32(sum(map(Fraction, row.tolist())) / len(row))
            else:
                results[i_row] = row.min() if op == "min" else row.max()
        return {name: results.reshape(shape)}
    least = op == "argmin"
    filled = numpy.where(numpy.isnan(rows), numpy.float32("inf" if least else "-inf"), rows)
    first = filled.argmin(axis=1) if least else filled.argmax(axis=1)
    positions = numpy.unravel_index(first, [values.shape[i_dim] for i_dim in over])
    results = {}
    for position, i_dim in zip(positions, over):
        for axis in members_of(stored, dims[i_dim]):
            labels = stored[axis]
            if labels.dtype.kind == "O":
                results[f"{name}_{axis}"] = numpy.where(counts > 0, position + 1, 0).reshape(shape)
            else:
                results[f"{name}_{axis}"] = numpy.where(counts > 0, labels[()][position].astype(float), numpy.nan).reshape(shape)
    return results


def members_of(stored, dim):
    """The axes along a dimension: itself, or the members of a zip."""
    along = [name for name, variable in stored.items() if name != dim and variable.ndim == 1 and
             "DIMENSION_LIST" in variable.attrs and stored[variable.attrs["DIMENSION_LIST"][0][0]].name.endswith("/" + dim)]
    return along or [dim]


def dims_of(group):
    import h5py
    variable = next(item for item in group.values() if isinstance(item, h5py.Dataset) and item.ndim > 1)
    return [group[reference[0]].name.rsplit("/", 1)[-1] for reference in variable.attrs["DIMENSION_LIST"]]


def check_block(where, reductions, reduced, stored):
    import numpy
    dims = dims_of(stored)
    n_checked = 0
    for reduction in reductions:
        for name, wanted in reduce_stored(reduction, Lookup(stored), dims).items():
            found = reduced[name][()]
            wanted = numpy.asarray(wanted, dtype=found.dtype)
            same = numpy.array_equal(found, wanted, equal_nan=found.dtype.kind == "f")
            expect(same, f"{where} {name}: {found!r}, expected {wanted!r}")
            n_checked += found.size
    return n_checked


class Lookup(dict):
    """A group's data sets, and what references lead to."""

    def __init__(self, group):
        import h5py
        super().__init__((name, item) for name, item in group.items() if isinstance(item, h5py.Dataset))
        self.group = group

    def __missing__(self, reference):
        return self.group[reference]


def check_values(folder):
    import h5py
    n_checked = 0
    for document in (ONE, LARGE, BLOCKS, ZIP):
        reduced = run(folder, document, "reduced.h5")
        stored = run(folder, without_reductions(document), "stored.h5")
        with h5py.File(reduced) as a, h5py.File(stored) as b:
            for block in document.get("blocks", [{"name": "/"}]):
                reductions = block.get("reduce", document["output"]["reduce"])
                n_checked += check_block(f"{document['name']} {block['name']}", reductions, a[block["name"]], b[block["name"]])
                if not reductions:
                    expect(list(a[block["name"]]) == list(b[block["name"]]), "a block without reductions stores its fields")
        print(f"{document['name']}: {reduced.stat().st_size} bytes instead of {stored.stat().st_size}")
    print(f"{n_checked} results equal to those of the stored cells")


# ---- The same file however it is made -------------------------------------------------------------------------------

def everything(path):
    """{name: (what it is, attributes, cells)} of a file, in order of creation; chunks as they are stored."""
    import h5py
    found = {}
    with h5py.File(path, "r", track_order=True) as file:

        def note(name, item):
            cells = None
            if isinstance(item, h5py.Dataset):
                ids = item.id
                cells = {ids.get_chunk_info(i).chunk_offset: ids.read_direct_chunk(ids.get_chunk_info(i).chunk_offset)
                         for i in range(ids.get_num_chunks())} if item.chunks else plain_value(file, item[()])
            about = (str(item.dtype), item.shape, item.chunks) if isinstance(item, h5py.Dataset) else tuple(item)
            found[name] = (about, {key: plain_value(file, value) for key, value in item.attrs.items()}, cells)

        note("/", file)
        file.visititems(note)
    return found


def check_same(path, whole, where):
    a, b = everything(path), everything(whole)
    expect(list(a) == list(b), f"{where}: {sorted(set(a) ^ set(b)) or 'the order of creation'} differs")
    for name in a:
        for what, one, other in zip(("type or shape", "attributes", "cells"), a[name], b[name]):
            expect(one == other, f"{where}: {what} of {name} differ")


def check_bytes(folder):
    n_same = 0
    for document, cuts in ((ONE, ("1", "700", "2k")), (LARGE, ("33k", "64k")), (BLOCKS, ("1", "400")), (ZIP, ("1", "100"))):
        for options in ((), ("--compress", "none", "--keepbits", "9", "--fletcher32")):
            whole = run(folder, document, "whole.h5", "-j", "1", *options)
            for n_threads in (2, 3):
                check_same(run(folder, document, "threads.h5", "-j", n_threads, *options), whole, f"{n_threads} threads")
            for cut in cuts:
                parts = run(folder, document, "parts.h5", "-j", "2", "--shard-bytes", cut, *options)
                check_same(parts, whole, f"{document['name']} in shards of {cut}")
                n_same += 1
    tasks = folder / "tasks.h5"
    for i_task in range(3):
        expect_status(call("run", write_sweep(folder, ONE), "-o", tasks, "--shard", f"{i_task}/3", "--shard-bytes", "1k", "-q"))
    expect_status(call("merge", folder / "tasks.h5.shards", "-o", tasks))
    check_same(tasks, run(folder, ONE, "whole.h5"), "three tasks")
    print(f"{n_same} cuts, 2 numbers of threads and 3 tasks: the same file")


# ---- Killed ---------------------------------------------------------------------------------------------------------

def states(folder):
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in folder.glob("shard_*.h5")}


def check_resume(folder):
    """A run is killed when it has one more shard than before; some time passes first, so not always at the same place."""
    out, shards = folder / "out.h5", folder / "out.h5.shards"
    words = [str(TOOL), "run", str(write_sweep(folder, LARGE)), "-o", str(out), "-q", "--shard-bytes", "33k"]
    whole = run(folder, LARGE, "whole.h5")
    rng, n_killed, n_kept = random.Random(20261122), 0, 0
    while n_killed < 4:
        before = states(shards)
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                   env={**os.environ, "MFUSWEEP_DATA": str(ROOT)})
        while process.poll() is None and len(states(shards)) <= len(before):
            time.sleep(0.001)
        time.sleep(rng.random() * 0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        n_killed += 1
        if out.exists():
            break
        after = states(shards)
        expect(all(after.get(path) == state for path, state in before.items()), "a finished shard was touched")
        n_kept += len(before)
    expect_status(subprocess.run(words, capture_output=True, text=True, env={**os.environ, "MFUSWEEP_DATA": str(ROOT)}))
    check_same(out, whole, "after kills")
    print(f"{n_killed} kills, {n_kept} times a finished shard was found again; the same file")


# ---- Readers --------------------------------------------------------------------------------------------------------

def check_readers(folder):
    import importlib
    files = [run(folder, document, f"{document['name']}.h5") for document in (ONE, BLOCKS, ZIP)]
    expect_status(call("run", write_sweep(folder, ONE), "-o", folder / "part.h5", "--shard", "0/2", "--shard-bytes", "1k", "-q"))
    files.append(min((folder / "part.h5.shards").glob("shard_*.h5")))
    used = []
    for path in files:
        if subprocess.run(["which", "ncdump"], capture_output=True, check=False).returncode == 0:
            result = subprocess.run(["ncdump", str(path)], capture_output=True, text=True, check=False)
            expect(result.returncode == 0, f"ncdump {path.name}: {result.stderr}")
            used.append("ncdump")
        for engine in ("netcdf4", "h5netcdf"):
            try:
                xarray = importlib.import_module("xarray")
                importlib.import_module("netCDF4" if engine == "netcdf4" else engine)
            except ImportError:
                continue
            group = "decode" if path.name == "blocks.h5" else None
            with xarray.open_dataset(path, engine=engine, group=group) as dataset:
                dataset.load()
                expect("best" not in dataset.dims, "reductions are variables")
                if path.name == "one.h5":
                    expect("batch" not in dataset.best_batch.dims and dataset.low.dims[-1] == "batch", str(dataset))
                    expect(dataset.avg.attrs["cell_methods"] == "batch: kv_len: mean", str(dataset.avg.attrs))
                    expect(dataset.low_at_method.attrs["flag_meanings"] == "none v2-floor v2-interp", "names of methods")
                    expect(dataset["all"].ndim == 0, "all cells in one")
                if path.name == "zip.h5":
                    expect("model" in dataset.avg.coords and "model" not in dataset.best_batch.coords, str(dataset))
            used.append(f"xarray/{engine}")
    if not used:
        print("SKIPPED: neither ncdump nor xarray")
        return SKIPPED
    print("opened by", ", ".join(sorted(set(used))))
    return 0


CHECKS = {"values": check_values, "bytes": check_bytes, "resume": check_resume, "readers": check_readers}


def main():
    name = sys.argv[3]
    try:
        import h5py  # noqa: F401
    except ImportError:
        if name != "readers":
            print("SKIPPED: no h5py")
            return SKIPPED
    with tempfile.TemporaryDirectory(prefix="mfusweep-reduce-") as folder:
        return CHECKS[name](Path(folder)) or 0


if __name__ == "__main__":
    sys.exit(main())
