#!/usr/bin/env python3
"""mfusweep verify on results that were tampered with.  check_verify.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

numbers     changed numbers, codes and flags are found, counted, shown worst first, with a command that explains the cell
rounded     after --keepbits too, where the smallest change is a step of the kept bits
damage      a flipped bit under --fletcher32, a chunk that is not there, a variable that is not there
meta        counts and points that are not those of the cells
version     results of another version are not verified
include     the table of points opens in h5py and xarray
reduced     of reductions only that they are there
"""
import json
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, TOOL, call, expect

try:
    import h5py
    import numpy as np
except ImportError as error:
    print("skipped:", error)
    sys.exit(SKIPPED)

SWEEP = {"sweep": 1, "name": "doubted", "fixed": {"gpu": "h100"},
         "axes": {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2],
                  "method": [{"base": "v2-interp", "name": "interp", "mfu_source": "latency"}]},
         "constraints": [{"name": "quick", "expr": "step_us <= 30000"}],
         "blocks": [{"name": "decode", "axes": {"batch": "1:64:*2", "kv_len": "1:3000:70"},
                     "include": [{"model": "qwen3-8b", "tp": 4, "batch": 3, "kv_len": 77},
                                 {"model": "qwen3-8b", "tp": 3, "batch": 3, "kv_len": 77}]},
                    {"name": "prefill", "axes": {"batch": [1, 4], "seq_len": "1:9000:310", "cached_len": [0, 1000]}}]}


def make(folder, *options):
    sweep = folder / "doubted.json"
    sweep.write_text(json.dumps(SWEEP))
    done = call("run", sweep, "-q", "-o", folder / "out.h5", "--fresh", *options)
    expect(done.returncode == 0, done.stderr)
    return folder / "out.h5"


def verify(path, status, *options):
    done = call("verify", path, "--all", "--json", *options)
    expect(done.returncode == status, f"exit status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.stdout else done.stderr


def cells_with_numbers(data):
    """Where two of them stand."""
    numbers = np.argwhere(np.isfinite(data))
    return tuple(numbers[len(numbers) // 2]), tuple(numbers[3])


def check_numbers(folder):
    path = make(folder)
    verify(path, 0)
    with h5py.File(path, "r+") as file:
        step, bound, flags = (file[f"decode/{name}"] for name in ("step_us", "bound", "flags"))
        at, other = cells_with_numbers(step[()])
        step[at] = np.nextafter(step[at], np.float32(np.inf))
        step[other] = step[other] * np.float32(1.5)
        bound[at] = 5
        flags[at] = flags[at] | 1 << 12
    report = verify(path, 3)
    expect(report["differ_from_grid"] == 4 and not report["same"], report)
    expect(report["differ_from_reference"] in (3, 4), report)   # one ulp more may still be within two of the reference
    fields = [worst["field"] for worst in report["worst"]]
    expect(sorted(fields[:2]) == ["bound", "flags"] and fields[2:] == ["step_us", "step_us"], fields)
    expect(report["worst"][3]["ulps"] == 1 and report["worst"][2]["ulps"] > 1000, report["worst"])
    worst = report["worst"][2]
    expect(abs(worst["found"] / worst["grid"] - 1.5) < 1e-6 and abs(worst["reference"] / worst["grid"] - 1) < 1e-6, worst)
    words = worst["explain"].replace("'", "").split()[1:]
    explained = call(*words, "--json")
    expect(explained.returncode == 0, explained.stderr)
    expect(f"{worst['reference']:.10g}"[:8] in explained.stdout, (worst, explained.stdout[:2000]))
    text = call("verify", path, "--all")
    expect(text.returncode == 3 and "4 numbers differ" in text.stdout and "mfusweep explain --gpu" in text.stdout, text.stdout)
    # a sample looks at whole tiles: few cells, every tile of this small file
    expect(call("verify", path, "--sample", 8).returncode == 3, "a sample of one cell a tile")


def check_rounded(folder):
    path = make(folder, "--keepbits", 7)
    verify(path, 0)
    with h5py.File(path, "r+") as file:
        gemm = file["prefill/gemm_us"]
        at, _ = cells_with_numbers(gemm[()])
        gemm[at] = (gemm[at].view(np.uint32) + np.uint32(1 << 16)).view(np.float32)   # the next with 7 bits
    report = verify(path, 3)
    expect(report["differ_from_grid"] == 1 and report["worst"][0]["ulps"] == 1 << 16, report)


def check_damage(folder):
    path = make(folder, "--fletcher32", "--compress", "none")
    with h5py.File(path) as file:
        chunk = file["decode/kv_gib"].id.get_chunk_info(1)
        place = chunk.byte_offset + 40
    with open(path, "r+b") as raw:
        raw.seek(place)
        byte = raw.read(1)[0]
        raw.seek(place)
        raw.write(bytes([byte ^ 4]))
    report = verify(path, 3)
    expect(len(report["problems"]) == 1 and "/decode/kv_gib: a chunk of case 1 cannot be read" in report["problems"][0], report)
    expect(report["differ_from_grid"] == 0, report)

    path = make(folder)
    with h5py.File(path, "r+") as file:
        old = file["prefill/comm_us"]
        del file["prefill/weight_gib"]
        new = file["prefill"].create_dataset("new", shape=old.shape, chunks=old.chunks, dtype="f4", fillvalue=np.nan)
        new[0, 0, 0] = old[0, 0, 0]
        del file["prefill/comm_us"]
        file.move("prefill/new", "prefill/comm_us")
    report = verify(path, 3)
    expect(report["problems"] == ["/prefill/comm_us has 1 chunks instead of 4", "/prefill/weight_gib is missing"], report["problems"])


def check_meta(folder):
    path = make(folder)
    with h5py.File(path, "r+") as file:
        file["meta/decode"].attrs.modify("n_evaluated", file["meta/decode"].attrs["n_evaluated"] + np.uint64(1))
        counts = file["meta/prefill/flag_counts"]
        counts[20] = counts[20] + 1       # the first constraint
        file["meta/include/decode/step_us"][0] = 1
    report = verify(path, 3)
    problems = " | ".join(report["problems"])
    expect(report["n_problems"] == 4 and report["differ_from_grid"] == 0, report)
    for part in ("do not add up to n_total", "/meta/decode: n_evaluated says", "cells are quick, counted",
                 "/meta/include/decode/step_us is not what its points give"):
        expect(part in problems, problems)
    done = call("verify", path)   # without --all the counts of cells are not known
    expect(done.returncode == 3 and "quick" not in done.stdout, done.stdout)


def check_version(folder):
    path = make(folder)
    with h5py.File(path, "r+") as file:
        file["meta"].attrs.modify("version", np.bytes_("0.0.9"))
    said = verify(path, 2)
    expect("was written by mfusweep 0.0.9, and this is" in said, said)
    with h5py.File(path, "r+") as file:
        file["meta"].attrs.modify("format", np.int32(99))
    said = verify(path, 2)
    expect("result format 99" in said, said)


def check_include(folder):
    path = make(folder)
    with h5py.File(path) as file:
        table = file["meta/include/decode"]
        expect(list(table["tp"][()]) == [4, 3] and np.isnan(table["step_us"][1]) and table["step_us"][0] > 0, "h5py")
        expect("meta/include/prefill" not in file, "no points, no table")
    try:
        import xarray
    except ImportError:
        return
    for engine in ("netcdf4", "h5netcdf"):
        try:
            with xarray.open_dataset(path, group="meta/include/decode", engine=engine) as table:
                expect(table.sizes["point"] == 2 and list(table["model"].values) == ["qwen3-8b"] * 2, engine)
        except (ImportError, ValueError) as error:
            expect("engine" in str(error), error)   # not installed


def check_reduced(folder):
    sweep = folder / "reduced.json"
    reduced = [{"name": "best", "field": "step_us", "op": "min", "over": ["tp", "batch"]},
               {"name": "where", "field": "step_us", "op": "argmin", "over": ["tp", "batch"]}]
    document = {**SWEEP, "blocks": [{**SWEEP["blocks"][0], "reduce": reduced}, SWEEP["blocks"][1]]}
    del document["constraints"]
    sweep.write_text(json.dumps(document))
    path = folder / "out.h5"
    done = call("run", sweep, "-q", "-o", path)
    expect(done.returncode == 0, done.stderr)
    report = verify(path, 0)
    expect(report["checked"]["reduced_blocks"] == ["decode"] and report["checked"]["tiles"] == 4, report)
    with h5py.File(path, "r+") as file:
        del file["decode/where_batch"]
    expect(verify(path, 3)["problems"] == ["/decode/where_batch is missing"], "a variable is gone")


CHECKS = {"numbers": check_numbers, "rounded": check_rounded, "damage": check_damage, "meta": check_meta,
          "version": check_version, "include": check_include, "reduced": check_reduced}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="mfusweep-verify-") as top:
        CHECKS[sys.argv[3]](Path(top))
