#!/usr/bin/env python3
"""Shards and what they are merged into, seen from outside.  check_merge.py TOOL ROOT CHECK; exit 0 passed, 1 failed,
77 skipped.

equal       a merged result is the one of a single run in everything: groups, data sets, chunks as stored, attributes
shards      a shard opens by itself: its cells are those of the whole result, all others are absent
readers     h5py, netCDF4, h5netcdf, xarray and ncdump open shards and merged results
checksums   h5py accepts the checksums of --fletcher32 and notices a flipped bit
rounding    --keepbits rounds to the nearest float32 with that many bits, ties to even, and touches nothing else
interrupt   SIGINT and SIGTERM end a merge with exit status 130 within a second or two; the shards stay as they were
full_disk   no space: exit status 1, a message that names the result, shards untouched (needs the right to mount a tmpfs)
"""
import hashlib
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sweeps import BLOCKS, LARGE, ONE, ZIP
from tool import SKIPPED, TOOL, call, expect, expect_status, plain_value, write_sweep


def run_whole(folder, document, *options):
    """The result of one run that never had shards."""
    out = folder / "whole.h5"
    expect_status(call("run", write_sweep(folder, document), "-o", out, "--fresh", "--shard", "0/1", "--shard-bytes", "64G", *options))
    return out


def make_shards(folder, document, shard_bytes, *options, n_tasks=2):
    """The folder of shards that so many tasks leave behind."""
    out = folder / "parts.h5"
    for i_task in range(n_tasks):
        expect_status(call("run", write_sweep(folder, document), "-o", out, "--shard", f"{i_task}/{n_tasks}",
                  "--shard-bytes", shard_bytes, *options))
    return folder / "parts.h5.shards"


def shards_in(folder):
    return sorted(folder.glob("shard_*.h5"))


def states(paths):
    """What shows whether a file was touched."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in paths}


# ---- Two files are the same -----------------------------------------------------------------------------------------

def describe(item):
    """All of a data set but its cells."""
    if not hasattr(item, "dtype"):
        return ("group", *item)   # in order of creation
    fill = item.fillvalue.tobytes() if item.chunks else None   # of texts it would crash h5py 3.7
    return ("data set", str(item.dtype), item.shape, item.chunks, item.compression, item.compression_opts, item.shuffle,
            item.fletcher32, fill)


def stored_cells(item):
    """Chunks as they are stored, or the values where there are none."""
    if not hasattr(item, "dtype"):
        return None
    if item.chunks is None:
        return plain_value(item.file, item[()])
    found = {}
    for i_chunk in range(item.id.get_num_chunks()):
        offset = item.id.get_chunk_info(i_chunk).chunk_offset
        found[offset] = item.id.read_direct_chunk(offset)
    return found


def everything(path):
    """{name: (description, attributes, cells)} of a file, and the names in order of creation."""
    import h5py
    found = {}
    with h5py.File(path, "r", track_order=True) as file:

        def note(name, item):
            attributes = {key: plain_value(file, value) for key, value in item.attrs.items()}
            found[name] = (describe(item), attributes, stored_cells(item))

        note("/", file)
        file.visititems(note)
    return found


def check_same(merged, whole, where):
    a, b = everything(merged), everything(whole)
    expect(list(a) == list(b), f"{where}: {sorted(set(a) ^ set(b)) or 'the order of creation'} differs")
    for name, (description, attributes, cells) in b.items():
        expect(a[name][0] == description, f"{where}: {name} is {a[name][0]}, expected {description}")
        expect(list(a[name][1]) == list(attributes), f"{where}: {name}: attributes {list(a[name][1])}")
        for key, value in attributes.items():
            expect(a[name][1][key] == value, f"{where}: {name}@{key} is {a[name][1][key]}, expected {value}")
        expect(a[name][2] == cells, f"{where}: {name} holds other cells")


def check_equal(folder):
    cases = [(ONE, "20k", []), (ONE, "1", ["--compress", "none"]), (LARGE, "1500k", ["--fletcher32"]),
             (LARGE, "1500k", ["--compress", "none", "--keepbits", "9"]), (BLOCKS, "8k", ["--keepbits", "12"]),
             (BLOCKS, "1", ["--compress", "none", "--fletcher32"]), (ZIP, "5k", []),
             (ZIP, "1", ["--keepbits", "3", "--fletcher32"])]
    for i_case, (document, shard_bytes, options) in enumerate(cases):
        case = folder / str(i_case)
        case.mkdir()
        where = f"{document['name']} {' '.join(options)}"
        whole = run_whole(case, document, *options)
        parts = make_shards(case, document, shard_bytes, *options)
        n_shards = len(shards_in(parts))
        expect(n_shards > 1, f"{where}: only {n_shards} shard")
        before = states(shards_in(parts))
        merged = case / "merged.h5"
        expect_status(call("merge", parts, "-o", merged, "--keep-shards"))
        expect(states(shards_in(parts)) == before, f"{where}: the merge changed shards")
        check_same(merged, whole, where)
        expect_status(call("merge", parts, "-o", merged))           # already complete: only clears away
        expect(not parts.exists(), f"{where}: the folder of shards is still there")
        print(f"{where}: {n_shards} shards merge into what one run writes")


# ---- Shards by themselves -------------------------------------------------------------------------------------------

def check_shards(folder):
    import h5py
    import numpy
    whole = run_whole(folder, BLOCKS)
    parts = make_shards(folder, BLOCKS, "8k", n_tasks=3)
    absent = 0xffffffff
    n_cells = 0
    with h5py.File(whole) as result:
        total = sum(group["flags"].size for name, group in result.items() if name != "meta")
        for path in shards_in(parts):
            with h5py.File(path) as shard:
                for name, group in result.items():
                    if name == "meta":
                        continue
                    here = shard[name]["flags"][()] != absent
                    n_cells += here.sum()
                    expect(shard[f"meta/{name}"].attrs["n_total"] == here.sum(), f"{path.name}: wrong n_total of {name}")
                    for field, dataset in group.items():
                        cells, expected = shard[name][field][()], dataset[()]
                        if cells.shape != here.shape:
                            expect(numpy.array_equal(cells, expected), f"{path.name}: {name}/{field} differs")
                            continue
                        is_float = cells.dtype.kind == "f"
                        expect(numpy.array_equal(cells[here], expected[here], equal_nan=is_float),
                               f"{path.name}: cells of {name}/{field} differ")
                        if is_float:
                            expect(numpy.isnan(cells[~here]).all(), f"{path.name}: {name}/{field} has cells too many")
    expect(n_cells == total, f"the shards hold {n_cells} cells, the result {total}")
    print(f"{len(shards_in(parts))} shards hold each of {total} cells once")


def check_readers(folder):
    reader = Path(__file__).with_name("check_readers.py")
    skipped = True
    for i_case, (document, options) in enumerate([(BLOCKS, ["--keepbits", "12", "--fletcher32"]),
                                                  (ZIP, ["--compress", "none"])]):
        case = folder / str(i_case)
        case.mkdir()
        parts = make_shards(case, document, "20k", *options)
        merged = case / "merged.h5"
        expect_status(call("merge", parts, "-o", merged, "--keep-shards"))
        for path in (shards_in(parts)[-1], merged):
            result = subprocess.run([sys.executable, "-B", str(reader), str(path)], capture_output=True, text=True)
            print(f"{document['name']}, {path.name}:\n{result.stdout}", end="")
            expect(result.returncode in (0, SKIPPED), f"{path.name} does not open:\n{result.stdout}{result.stderr}")
            skipped = skipped and result.returncode == SKIPPED
    return SKIPPED if skipped else 0


# ---- Storage --------------------------------------------------------------------------------------------------------

def check_checksums(folder):
    import h5py
    for compress in ("none", "deflate"):
        path = run_whole(folder, LARGE, "--compress", compress, "--fletcher32")
        with h5py.File(path) as file:
            for name in ("step_us", "bound", "flags"):
                expect(file[name].fletcher32, f"{name} has no checksums")
                file[name][()]
            chunk = file["step_us"].id.get_chunk_info(1)
        with open(path, "r+b") as file:
            file.seek(chunk.byte_offset + chunk.size // 2)
            byte = file.read(1)[0]
            file.seek(chunk.byte_offset + chunk.size // 2)
            file.write(bytes([byte ^ 1]))
        try:
            with h5py.File(path) as file:
                file["step_us"][()]
        except OSError as error:
            print(f"{compress}: h5py reads every chunk, and says of a flipped bit: {error}")
        else:
            expect(False, f"{compress}: a flipped bit went unnoticed")


def check_rounding(folder):
    import h5py
    import numpy
    exact = folder / "exact.h5"
    run_whole(folder, ONE).rename(exact)
    for keepbits in (1, 9, 15, 22):
        path = run_whole(folder, ONE, "--keepbits", str(keepbits))
        with h5py.File(exact) as before, h5py.File(path) as after:
            expect(after.attrs["Conventions"] == b"CF-1.12", "Conventions")
            info = after["quantization_info"].attrs
            expect(info["algorithm"] == b"bitround" and info["implementation"].startswith(b"mfusweep version "), "container")
            for name in (name for name, item in before.items() if hasattr(item, "chunks") and item.chunks):
                old, new = before[name][()], after[name][()]
                if old.dtype != numpy.float32:
                    expect(numpy.array_equal(old, new), f"{name} was rounded")
                    continue
                expect(after[name].attrs["quantization_nsb"] == keepbits, f"{name}: quantization_nsb")
                unit = numpy.float64(2.0) ** (numpy.frexp(old.astype(numpy.float64))[1] - 1 - keepbits)
                wanted = (numpy.rint(old.astype(numpy.float64) / unit) * unit).astype(numpy.float32)   # rint: ties to even
                expect(numpy.array_equal(wanted, new, equal_nan=True), f"{name}: not the nearest with {keepbits} bits")
    print("keepbits 1, 9, 15 and 22 keep what they say")


# ---- Trouble --------------------------------------------------------------------------------------------------------

def slow_merge(folder):
    """Shards whose merge takes a while: many small ones."""
    document = dict(ONE, name="slow", axes=dict(ONE["axes"], model=["llama-2-7b-hf", "qwen3-8b", "llama-3.1-8b-instruct"],
                                                tp=[1, 2, 4, 8], kv_len="16:8192:16"))
    return make_shards(folder, document, "1", "--compress", "none")


def check_interrupt(folder):
    parts = slow_merge(folder)
    before, out = states(parts.iterdir()), folder / "merged.h5"
    n_stopped = 0
    for wanted in (signal.SIGINT, signal.SIGTERM) * 4:
        merge = subprocess.Popen([str(TOOL), "merge", str(parts), "-o", str(out), "--keep-shards"], cwd=folder,
                                 stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        while merge.poll() is None and not list(folder.glob("merged.h5.tmp-*")):
            time.sleep(0.0005)
        merge.send_signal(wanted)
        stderr = merge.communicate()[1]
        if merge.returncode == 0:      # it was faster
            out.unlink()
            continue
        expect(merge.returncode == 130, f"exit status {merge.returncode} after {wanted.name}\n{stderr}")
        expect("was not written; the shards are kept" in stderr, stderr)
        expect(not list(folder.glob("merged.h5*")), f"left behind: {list(folder.glob('merged.h5*'))}")
        n_stopped += 1
    expect(states(parts.iterdir()) == before, "a merge that was interrupted touched the shards")
    expect_status(call("merge", parts, "-o", out))
    print(f"{n_stopped} of 8 merges were caught at work and left nothing")


def fill(disk):
    """Another program's file takes all that is left."""
    with open(disk / "ballast", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            pass


def merge_on(disk, parts, is_filled_meanwhile):
    """Exit status and stderr of a merge onto the disk; None where it was done before the disk was full."""
    merge = subprocess.Popen([str(TOOL), "merge", str(parts), "-o", str(disk / "merged.h5"), "--keep-shards"],
                             stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if is_filled_meanwhile:
        while merge.poll() is None and not list(disk.glob("merged.h5.tmp-*")):
            time.sleep(0.0005)
        fill(disk)
    stderr = merge.communicate()[1]
    return None if merge.returncode == 0 else (merge.returncode, stderr)


def check_full_disk(folder):
    parts = slow_merge(folder)
    n_bytes = sum(path.stat().st_size for path in shards_in(parts))
    disk = folder / "disk"
    disk.mkdir()
    before = states(parts.iterdir())
    for room, meanwhile, says in ((0.3, False, "the shards take"), (1.1, True, "no space left on device")):
        size = int(n_bytes * room)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], capture_output=True).returncode:
            print("SKIPPED: no right to mount a tmpfs")
            return SKIPPED
        try:
            ended = merge_on(disk, parts, meanwhile)
            expect(ended or meanwhile, "a merge went onto a disk that is too small")
            if not ended:
                print("the merge was faster than the ballast")
                continue
            expect(ended[0] == 1, f"exit status {ended[0]}\n{ended[1]}")
            expect(f"{disk / 'merged.h5'}: error: " in ended[1] and ".tmp-" not in ended[1], ended[1])
            expect(says in ended[1].lower(), ended[1])
            expect(not list(disk.glob("merged*")), f"left behind: {list(disk.glob('merged*'))}")
            print(ended[1].splitlines()[-1])
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    expect(states(parts.iterdir()) == before, "a merge that failed touched the shards")
    return 0


CHECKS = {"equal": check_equal, "shards": check_shards, "readers": check_readers, "checksums": check_checksums,
          "rounding": check_rounding, "interrupt": check_interrupt, "full_disk": check_full_disk}


def main():
    name = sys.argv[3]
    if name in ("equal", "shards", "checksums", "rounding"):
        try:
            import h5py  # noqa: F401
        except ImportError:
            print("SKIPPED: no h5py")
            return SKIPPED
    with tempfile.TemporaryDirectory(prefix="mfusweep-merge-") as folder:
        return CHECKS[name](Path(folder)) or 0


if __name__ == "__main__":
    sys.exit(main())
