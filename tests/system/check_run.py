#!/usr/bin/env python3
"""Whole runs of mfusweep, seen from outside.  check_run.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

threads     1, 2 and 3 threads give the same file, byte for byte
processors  the variants of the row kernels give the same file, byte for byte
repeat      a second run leaves a complete result alone; another sweep is refused; --fresh replaces it
interrupt   SIGINT and SIGTERM end a run with exit status 130 and leave nothing behind
killed      what kill -9 leaves behind goes away with the next run
full_disk   no space: exit status 1, a clear message, nothing left (needs the right to mount a tmpfs)
readers     h5py, netCDF4, h5netcdf, xarray and ncdump open one block, three blocks and a zip
"""
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tool import ROOT, SKIPPED, TOOL, expect, expect_status



def sweep(**changes):
    """A small decode sweep with the shipped data, as a dictionary."""
    method = [{"base": base, "name": base, "mfu_source": "latency"} for base in ("v2-floor", "v2-interp")]
    return {"sweep": 1, "name": "system",
            "fixed": {"gpu": "h100"},
            "axes": {"model": ["llama-2-7b-hf", "llama-3.1-8b-instruct"], "tp": [1, 2, 4], "method": method,
                     "batch": "1:64", "kv_len": "64:65536:64"},
            "exclude": ["batch * kv_len > 1Mi"], **changes}


def three_blocks():
    document = sweep()
    del document["axes"]["kv_len"], document["exclude"]
    document["blocks"] = [
        {"name": "decode", "axes": {"kv_len": "1:3000:7"}},
        {"name": "prefill", "axes": {"seq_len": "1:9000:31", "cached_len": [0, 1000]}},
        {"name": "mixed", "axes": {"kv_len": [100, 5000], "seq_len": "64:4096:64", "prefill_batch": [1, 4]}}]
    return document


def with_zip():
    document = sweep(zip={"pair": {"model": ["llama-2-7b-hf", "qwen3-8b", "qwen3-8b"], "tp": [1, 2, 4]}})
    del document["axes"]["model"], document["axes"]["tp"]
    document["axes"]["batch"] = [1, 8, 32]
    return document


def long_sweep():
    """Some seconds of work, so that a signal finds it at work."""
    document = sweep()
    document["axes"]["kv_len"] = "1:65536:1"
    return document


def command(document, out, *options):
    spec = Path(out).parent / f"{document['name']}.json"
    spec.write_text(json.dumps(document))
    return [str(TOOL), "run", str(spec), "-o", str(out), "--data-dir", str(ROOT), *options]


def run(document, out, *options):
    return subprocess.run(command(document, out, *options), capture_output=True, text=True, stdin=subprocess.DEVNULL)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def check_threads(folder):
    for document in (sweep(), three_blocks(), with_zip()):
        sums = {}
        for n_threads in (1, 2, 3):
            out = folder / f"{n_threads}.h5"
            expect_status(run(document, out, "-j", str(n_threads), "--fresh"), 0)
            sums[n_threads] = sha256(out)
        expect(len(set(sums.values())) == 1, f"bytes differ between thread counts: {sums}")
        print("same bytes:", sums[1])


def check_processors(folder):
    """The row kernels' variants give the same file; those that this processor lacks fall back to another."""
    for document in (sweep(), three_blocks(), sweep(fields=["step_us"])):
        sums = {}
        for isa in ("", "avx2", "base"):
            out = folder / f"{isa}.h5"
            result = subprocess.run(command(document, out, "--fresh"), capture_output=True, text=True,
                                    env=dict(os.environ, MFUSWEEP_ISA=isa))
            expect_status(result, 0)
            sums[isa] = sha256(out)
        expect(len(set(sums.values())) == 1, f"bytes differ between instruction sets: {sums}")
        print("same bytes:", sums[""])


def check_repeat(folder):
    out = folder / "a.h5"
    expect_status(run(sweep(), out), 0)
    before = (sha256(out), out.stat().st_mtime_ns)
    again = run(sweep(description="a comment is no other sweep"), out)
    expect_status(again, 0)
    expect("already complete" in again.stderr, again.stderr)
    expect(before == (sha256(out), out.stat().st_mtime_ns), "a complete result was touched")
    other = sweep()
    other["axes"]["tp"] = [1]
    refused = run(other, out)
    expect_status(refused, 2)
    expect("--fresh" in refused.stderr, refused.stderr)
    expect(before[0] == sha256(out), "a refused run changed the file")
    expect_status(run(other, out, "--fresh"), 0)
    expect(before[0] != sha256(out), "--fresh did not replace the file")
    expect(sorted(p.suffix for p in folder.iterdir()) == [".h5", ".json"], "something was left behind")


def start(document, out):
    """Starts a run into one file and waits until its temporary file is there."""
    process = subprocess.Popen(command(document, out, "--shard-bytes", "1T"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for _ in range(2000):
        if any(".tmp-" in path.name for path in Path(out).parent.iterdir()) or process.poll() is not None:
            break
        time.sleep(0.005)
    if process.poll() is not None:
        expect(False, f"the run ended too early: {process.stderr.read()}")
    return process


def check_interrupt(folder):
    for number in (signal.SIGINT, signal.SIGTERM):
        process = start(long_sweep(), folder / "a.h5")
        process.send_signal(number)
        _, errors = process.communicate()
        expect(process.returncode == 130, f"exit status {process.returncode} after {number!r}\n{errors}")
        expect([p.name for p in folder.iterdir()] == ["system.json"], f"left behind: {list(folder.iterdir())}")


def check_killed(folder):
    process = start(long_sweep(), folder / "a.h5")
    process.kill()
    process.communicate()
    expect(not (folder / "a.h5").exists(), "a killed run left a file under the final name")
    expect_status(run(sweep(), folder / "a.h5"), 0)
    expect(sorted(p.name for p in folder.iterdir()) == ["a.h5", "system.json"], f"left: {list(folder.iterdir())}")


def check_full_disk(folder):
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        print("skipped: mounting a tmpfs is not permitted")
        return SKIPPED
    try:
        document = sweep(fields=["step_us", "attn_us"])
        document["axes"]["batch"] = [1, 2, 3]   # small enough to pass the check before the run
        document["axes"]["kv_len"] = "1:40000:1"
        spec = folder / "system.json"
        spec.write_text(json.dumps(document))
        result = subprocess.run([str(TOOL), "run", str(spec), "-o", str(disk / "a.h5"), "--data-dir", str(ROOT)],
                                capture_output=True, text=True, stdin=subprocess.DEVNULL)
        expect(result.returncode in (1, 2), f"exit status {result.returncode}\n{result.stderr}")
        expect("space" in result.stderr or "free" in result.stderr, result.stderr)
        expect(not list(disk.iterdir()), f"left on the full disk: {list(disk.iterdir())}")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    return 0


def check_readers(folder):
    script = Path(__file__).with_name("check_readers.py")
    statuses = []
    for name, document in (("one", sweep()), ("three", three_blocks()), ("zip", with_zip())):
        out = folder / f"{name}.h5"
        expect_status(run({**document, "name": name}, out), 0)
        statuses.append(subprocess.run([sys.executable, str(script), str(out)]).returncode)
    expect(set(statuses) <= {0, SKIPPED}, f"readers: exit statuses {statuses}")
    return max(statuses)


def main():
    check = globals()[f"check_{sys.argv[3]}"]
    os.environ.pop("MFUSWEEP_DATA", None)
    with tempfile.TemporaryDirectory(prefix="mfusweep-system-") as folder:
        return check(Path(folder)) or 0


if __name__ == "__main__":
    sys.exit(main())
