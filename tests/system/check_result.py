#!/usr/bin/env python3
"""Cells of a result as the commands on results read them, against h5py.  check_result.py TOOL ROOT READ_RESULT CHECK; exit 0
passed, 1 failed, 77 skipped.  READ_RESULT is the program made from read_result.c.

cells     random selections of random fields of results stored in every way, with 1, 2 and 3 threads: all cells equal
shards    a folder of shards, some of them missing: the cells of the merged result where there are any, else none
reduced   what reductions made, block by block; and results of which other programs made other files
damage    a chunk that lost a bit, a file that lost its end: an error that names file, variable and chunk
"""
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from sweeps import BLOCKS, LARGE, ONE, ZIP
from tool import ROOT, SKIPPED, call, expect, expect_status, write_sweep

READ_RESULT, CHECK = Path(sys.argv[3]).resolve(), sys.argv[4]
N_SELECTIONS = 15

REDUCED = {**BLOCKS, "name": "reduced", "output": {"reduce": [
               {"name": "best", "field": "step_us", "op": "argmin", "over": ["tp", "batch"]},
               {"name": "low", "field": "step_us", "op": "min", "over": ["tp", "batch"]},
               {"name": "n", "op": "count", "over": ["tp", "batch"], "where": "attn_us > gemm_us"}]},
           "blocks": [BLOCKS["blocks"][0],
                      {**BLOCKS["blocks"][1], "reduce": [
                          {"name": "n", "op": "count", "over": ["seq_len"]},
                          {"name": "avg", "field": "step_us", "op": "mean", "over": ["batch", "seq_len"]},
                          {"name": "all", "field": "step_us", "op": "max", "over": [
                              "gpu", "model", "tp", "ep", "dtype", "method", "batch", "cached_len", "seq_len"]}]},
                      {**BLOCKS["blocks"][2], "reduce": []}]}


def run(folder, document, name, *options):
    out = folder / name
    expect_status(call("run", write_sweep(folder, document), "-o", out, "--fresh", "--shard-bytes", "64G", *options))
    return out


def read_result(*words):
    return subprocess.run([str(READ_RESULT), *(str(word) for word in words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def read(path, block, field, n_threads, *selections):
    """The cells of a selection, in a row."""
    import numpy
    with tempfile.TemporaryDirectory(prefix="mfusweep-read-") as folder:
        out = Path(folder) / "cells"
        expect_status(read_result("read", path, block or "-", field, n_threads, out, *selections))
        return numpy.fromfile(out)


# ---- What h5py says -------------------------------------------------------------------------------------------------

def as_texts(dataset):
    import h5py
    is_text = h5py.check_string_dtype(dataset.dtype) is not None
    return [value.decode() for value in dataset[:]] if is_text else [int(value) for value in dataset[:]]


def axes_of(variable):
    """{axis: (dimension, values)}, axes along zips too."""
    axes = {}
    for i_dim, dim in enumerate(variable.dims):
        axes[dim[0].name.rsplit("/", 1)[1]] = (i_dim, as_texts(dim[0]))
    for name in variable.attrs.get("coordinates", b"").decode().split():
        scale = variable.parent[name].dims[0][0].name.rsplit("/", 1)[1]
        axes[name] = (axes[scale][0], as_texts(variable.parent[name]))
    return axes


def blocks_of(file):
    """{block: group} of a file without reductions."""
    groups = {name: item for name, item in file.items() if name != "meta" and hasattr(item, "keys")}
    return groups or {"": file}


def fields_of(group):
    return [name for name, item in group.items() if getattr(item, "ndim", 0) > 1]


def random_text(random_source, name, values):
    """A selection of an axis, and the values that it means."""
    texts = isinstance(values[0], str)
    several = sorted(random_source.sample(range(len(values)), random_source.randint(1, min(5, len(values)))))
    ways = ["some", "glob"] if texts else ["some", "between", "from", "nearest"]
    way = random_source.choice(ways)
    if way == "some":
        chosen = [values[i] for i in several]
        return f"{name}={','.join(str(value) for value in reversed(chosen))}", set(chosen)
    if way == "glob":
        pattern = values[several[0]][:4] + "*"
        return f"{name}={pattern.upper()}", {value for value in values if value.startswith(pattern[:-1])}
    low, high = min(values[several[0]], values[several[-1]]), max(values[several[0]], values[several[-1]])
    if way == "between":
        return f"{name}={low}:{high}", {value for value in values if low <= value <= high}
    if way == "from":
        return f"{name}={low}:", {value for value in values if value >= low}
    wanted = low + 0.25
    return f"{name}=nearest:{wanted}", {min(values, key=lambda value: (abs(value - wanted), values.index(value)))}


def random_selection(random_source, variable):
    """Texts, and the positions that they leave of each dimension; never none."""
    positions = [list(range(n)) for n in variable.shape]
    texts = []
    axes = axes_of(variable)
    for name, (i_dim, values) in random_source.sample(sorted(axes.items()), random_source.randint(0, 3)):
        text, meant = random_text(random_source, name, values)
        left = [i for i in positions[i_dim] if values[i] in meant]
        if left:
            texts.append(text)
            positions[i_dim] = left
    return texts, positions


def same(found, wanted):
    import numpy
    return found.size == wanted.size and numpy.array_equal(found, wanted.astype("f8").ravel(), equal_nan=True)


def check_selections(path, block, group, random_source, n):
    import numpy
    for _ in range(n):
        field = random_source.choice(fields_of(group))
        texts, positions = random_selection(random_source, group[field])
        wanted = group[field][()][numpy.ix_(*positions)]
        n_threads = random_source.randint(1, 3)
        found = read(path, block, field, n_threads, *texts)
        expect(same(found, wanted), f"{path.name}: {block}/{field} {texts} with {n_threads} threads")


def check_file(path, random_source, n=N_SELECTIONS):
    import h5py
    with h5py.File(path) as file:
        blocks = blocks_of(file)
        for block, group in blocks.items():
            check_selections(path, block.upper(), group, random_source, max(3, n // len(blocks)))
            for field in random_source.sample(fields_of(group), 2):
                expect(same(read(path, block, field, 2), group[field][()]), f"{path.name}: {block}/{field}")


# ---- Checks ---------------------------------------------------------------------------------------------------------

def check_apart(path, random_source):
    """Two positions of a dimension side by side, in one chunk and in two."""
    import h5py
    import numpy
    with h5py.File(path) as file, tempfile.TemporaryDirectory(prefix="mfusweep-apart-") as folder:
        out = Path(folder) / "cells"
        variable = file["step_us"]
        for name in ("tp", "batch", "kv_len", "method"):
            i_dim, values = axes_of(variable)[name]
            a, b = random_source.randrange(len(values)), random_source.randrange(len(values))
            expect_status(read_result("apart", path, "-", "step_us", name, a, b, 2, out, "kv_len=:2Ki"))
            keep = [i for i, kv_len in enumerate(axes_of(variable)["kv_len"][1]) if kv_len <= 2048]
            cells = variable[()]
            if name != "kv_len":
                cells = cells.take(keep, axis=axes_of(variable)["kv_len"][0])
            wanted = numpy.stack([cells.take(a, axis=i_dim), cells.take(b, axis=i_dim)], axis=-1)
            expect(same(numpy.fromfile(out), wanted), f"{name} at {a} and {b}")


def check_cells(folder, random_source):
    ways = {"one": [(), ("--compress", "none"), ("--keepbits", "9")], "zip": [("--fletcher32",)],
            "blocks": [("--compress", "none", "--fletcher32"), ("--fletcher32", "--keepbits", "9")]}
    for document in (ONE, BLOCKS, ZIP):
        for i_way, way in enumerate(ways[document["name"]]):
            check_file(run(folder, document, f"{document['name']}{i_way}.h5", *way), random_source, 9)
    large = run(folder, LARGE, "large.h5")
    check_file(large, random_source)
    check_apart(large, random_source)
    check_apart(folder / "one0.h5", random_source)


def make_shards(folder, document, shard_bytes):
    """The folder of shards that two tasks leave behind, and the whole result."""
    out = folder / f"{document['name']}-parts.h5"
    for i_task in range(2):
        expect_status(call("run", write_sweep(folder, document), "-o", out, "--shard", f"{i_task}/2", "--shard-bytes",
                           shard_bytes))
    return Path(f"{out}.shards"), run(folder, document, f"{document['name']}-whole.h5")


def check_shards(folder, random_source):
    import h5py
    import numpy
    for document, shard_bytes in ((BLOCKS, "16k"), (ONE, "200k"), (LARGE, "2M")):
        parts, whole = make_shards(folder, document, shard_bytes)
        shards = sorted(parts.glob("shard_*.h5"))
        expect(len(shards) > 3, f"{document['name']}: {len(shards)} shards")
        with h5py.File(whole) as file:
            for block, group in blocks_of(file).items():
                check_selections(parts, block, group, random_source, 5)
        counts = read_result("show", whole).stdout.replace(whole.name, "")
        expect(read_result("show", parts).stdout == counts, "shards tell the same as the whole")
        for shard in random_source.sample(shards, len(shards) // 2):
            shard.rename(folder / shard.name)
        check_missing(folder, parts, whole)
        check_one_shard(next(iter(sorted(parts.glob("shard_*.h5")))))
        out = expect_status(read_result("read", f"{parts}"[:-len(".shards")], "-", "step_us", 1, folder / "x"), 2)
        expect("there is no such file (its shards are in" in out.stderr, out.stderr)
        for shard in folder.glob("shard_*.h5"):
            shard.unlink()
    expect(numpy.isnan(read(parts, "", "step_us", 2)).any(), "missing shards leave cells without a number")


def check_missing(folder, parts, whole):
    """Cells are those of the whole or, in chunks that nobody has, what HDF5 fills in."""
    import h5py
    import numpy
    there = {}
    with h5py.File(whole) as file:
        for block, group in blocks_of(file).items():
            for field in fields_of(group)[::5]:
                variable = group[field]
                wanted = numpy.full(variable.shape, variable.fillvalue, dtype=variable.dtype)
                for shard in sorted(parts.glob("shard_*.h5")):
                    with h5py.File(shard) as part:
                        for i in range(part[variable.name].id.get_num_chunks()):
                            start = part[variable.name].id.get_chunk_info(i).chunk_offset
                            box = tuple(slice(a, a + n) for a, n in zip(start, variable.chunks))
                            wanted[box] = variable[box]
                expect(same(read(parts, block, field, 3), wanted), f"{parts.name}: {block}/{field} with missing shards")
                there[block] = there.get(block, 0) + 1
    expect(there, "no block was compared")


def check_one_shard(shard):
    """A shard by itself is a result with holes."""
    import h5py
    with h5py.File(shard) as file:
        for block, group in blocks_of(file).items():
            for field in fields_of(group)[:2]:
                expect(same(read(shard, block, field, 2), group[field][()]), f"{shard.name}: {block}/{field}")


def put_holes(file, out):
    """The result again with chunks that were never written, in three ways of storing, and one that went past its filter."""
    for name in file:
        if name == "meta" or file[name].ndim == 1:
            file.copy(name, out)
    out.attrs.update(file.attrs)
    for name, filters in (("step_us", {"compression": "gzip", "shuffle": True, "fletcher32": True}), ("bound", {}),
                          ("flags", {"compression": "gzip"})):
        old = file[name]
        new = out.create_dataset(name, old.shape, old.dtype, chunks=old.chunks, fillvalue=old.fillvalue, **filters)
        new.attrs.update({attr: old.attrs[attr] for attr in old.attrs if attr.startswith("flag_")})
        for i_dim in range(old.ndim):
            new.dims[i_dim].attach_scale(out[old.dims[i_dim][0].name])
        new[:, 1, 1:] = old[:, 1, 1:]
        if name == "flags":
            expect(old.chunks == (1, 1, 1, 1, 1, 1, 24, 64), f"chunks {old.chunks}")
            new.id.write_direct_chunk((0,) * 8, old[0:1, 0:1, 0:1, 0:1, 0:1, 0:1].tobytes(), filter_mask=1)


def check_other_programs(folder, random_source):
    """Files that were stored anew, with holes, with other filters or none."""
    import h5py
    import shutil
    one = run(folder, ONE, "one.h5")
    ways = {"CONTI": ["-l", "CONTI"], "other_chunk": ["-l", "step_us,bound:CHUNK=1x1x3x1x1x1x7x50"], "gzip9": ["-f", "GZIP=9"],
            "szip": ["-f", "step_us:SZIP=8,NN"]}
    for name, options in ways.items() if shutil.which("h5repack") else ():
        out = folder / f"{name}.h5"
        made = subprocess.run(["h5repack", *options, one, out], capture_output=True, text=True)
        expect(made.returncode == 0, f"{options}: {made.stderr}")
        check_file(out, random_source, 3)
    holes = folder / "holes.h5"
    with h5py.File(one) as file, h5py.File(holes, "w") as out:
        put_holes(file, out)
    check_file(holes, random_source)


def check_reduced_file(folder):
    import h5py
    path = run(folder, REDUCED, "reduced.h5")
    shown = expect_status(read_result("show", path)).stdout
    for block in ("decode", "prefill/n", "prefill/avg", "prefill/all", "mixed"):
        expect(f"block '{block}' phase '{'mixed' if block == 'mixed' else ''}'" in shown, f"{block} in\n{shown}")
    with h5py.File(path) as file:
        for block, names in (("decode", ["best_tp", "best_batch", "low", "n"]), ("prefill/n", ["n"]), ("prefill/avg", ["avg"]),
                             ("prefill/all", ["all"]), ("mixed", ["step_us", "flags"])):
            for name in names:
                wanted = file[f"{block.split('/')[0]}/{name}"][()]
                expect(same(read(path, block, name, 2), wanted), f"{block} {name}")
    parts, _ = make_shards(folder, REDUCED, "4k")
    out = expect_status(read_result("show", parts))
    expect(out.stdout.count("block '") == 1 and "what reductions made of 'decode' is not there" in out.stderr, out.stderr)
    with h5py.File(path) as file:
        expect(same(read(parts, "", "step_us", 2), file["mixed/step_us"][()]), "the block that is stored, in shards")


def check_reduced(folder, random_source):
    check_reduced_file(folder)
    check_other_programs(folder, random_source)


def check_damage(folder, random_source):
    import h5py
    for way, said in (((), ("cannot be inflated", "inflates to")), (("--fletcher32",), ("checksum does not match",))):
        path = run(folder, ONE, "one.h5", *way)
        with h5py.File(path) as file:
            info = file["step_us"].id.get_chunk_info(5)
        with open(path, "r+b") as file:
            file.seek(info.byte_offset + info.size // 2)
            spoilt = bytes(byte ^ 0xff for byte in file.read(8))
            file.seek(-8, os.SEEK_CUR)
            file.write(spoilt)
        out = expect_status(read_result("read", path, "-", "step_us", 2, folder / "x"), 1)
        at = ", ".join(str(start) for start in info.chunk_offset)
        expect(f"{path}: error: the chunk of '/step_us' at [{at}] is damaged: it" in out.stderr, out.stderr)
        expect(any(text in out.stderr for text in said), out.stderr)
        expect(out.stderr.count("\n") == 1, out.stderr)
        expect_status(read_result("read", path, "-", "bound", 2, folder / "x"))
    size = path.stat().st_size
    os.truncate(path, size // 2)
    out = expect_status(read_result("read", path, "-", "step_us", 2, folder / "x"), 2)
    expect("damaged" in out.stderr, out.stderr)
    out = expect_status(read_result("read", folder, "-", "step_us", 2, folder / "x"), 2)
    expect("there are no finished shards in this folder" in out.stderr, out.stderr)
    out = expect_status(read_result("read", ROOT / "README.md", "-", "step_us", 2, folder / "x"), 2)
    expect("is no result of mfusweep" in out.stderr, out.stderr)


def main():
    try:
        import h5py  # noqa: F401
        import numpy  # noqa: F401
    except ImportError as error:
        print("skipped:", error)
        return SKIPPED
    seed = int(os.environ.get("MSW_TEST_SEED", "20261122"))
    print("seed", seed)
    checks = {"cells": check_cells, "shards": check_shards, "reduced": check_reduced, "damage": check_damage}
    with tempfile.TemporaryDirectory(prefix="mfusweep-result-") as folder:
        checks[CHECK](Path(folder), random.Random(seed))
    print("well read")
    return 0


if __name__ == "__main__":
    sys.exit(main())
