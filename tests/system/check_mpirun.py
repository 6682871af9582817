#!/usr/bin/env python3
"""A sweep by the ranks of Open MPI's mpirun, on one machine.

    check_mpirun.py TOOL ROOT; exit 0 passed, 1 failed, 77 skipped: mpirun is not there or starts nothing.

Four ranks share the work; the first attempt is ended in mid-run (the test holds the lock of one shard, so that one rank
waits), the second goes on with what is left; then the shards are merged.
"""
import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from many_processes import Sweep, expect, hold, shards_of

SKIPPED = 77
MOST_SECONDS = 240              # only a hang takes so long
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "4"]


def mpirun_works(env):
    """Open MPI's, and able to start four processes here; else the reason is printed."""
    try:
        version = subprocess.run(["mpirun", "--version"], env=env, capture_output=True, text=True, check=False).stdout
        if "Open MPI" not in version:
            print("skipped: mpirun is not Open MPI's")
            return False
        trial = subprocess.run([*MPIRUN, "true"], env=env, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as reason:
        print(f"skipped: {reason} (scripts/bootstrap slurm installs Open MPI)")
        return False
    if trial.returncode != 0:
        print(f"skipped: mpirun starts nothing here\n{trial.stderr}")
    return trial.returncode == 0


def start(sweep, out):
    return subprocess.Popen([*MPIRUN, sweep.tool, "run", sweep.spec, "-o", out, "-j", "1", *sweep.run_options], env=sweep.env,
                            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=sweep.folder)


def end(process):
    """Exit status and stderr; what hangs is killed."""
    try:
        said = process.communicate(timeout=MOST_SECONDS)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        expect(False, f"mpirun does not end\n{process.communicate()[1]}")
    return process.returncode, said


def interrupt_in_mid_run(sweep, out):
    """The shards that are there then."""
    i_held = 1
    with hold(out, [i_held]):
        process = start(sweep, out)
        wanted = {f"shard_{i_shard:05}.h5" for i_shard in range(sweep.n_shards) if i_shard != i_held}
        deadline = time.monotonic() + MOST_SECONDS
        while set(shards_of(out)) != wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        status, said = end(process)
        expect(set(shards_of(out)) == wanted and status != 0, f"exit status {status}, {sorted(shards_of(out))}\n{said}")
    return shards_of(out)


def check(sweep):
    out = sweep.folder / "mpirun.h5"
    before = interrupt_in_mid_run(sweep, out)
    status, said = end(start(sweep, out))
    expect(status == 0 and "task 3 of 4 (by OMPI_COMM_WORLD_RANK)" in said, f"exit status {status}\n{said}")
    now = shards_of(out)
    expect(len(now) == sweep.n_shards and {name: now[name] for name in before} == before, "a finished shard was touched")
    merged = subprocess.run([sweep.tool, "merge", f"{out}.shards", "-o", out], env=sweep.env, capture_output=True, text=True,
                            check=False)
    expect(merged.returncode == 0, merged.stderr)
    expect(not Path(f"{out}.shards").exists(), "the folder of shards stays")
    sweep.compare(out)
    print(f"{len(before)} of {sweep.n_shards} shards were there when the ranks began again, and stayed as they were")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", metavar="TOOL", type=Path)
    parser.add_argument("root", metavar="ROOT", type=Path)
    args = parser.parse_args()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MFUSWEEP", "SLURM_", "OMPI_"))}
    if not mpirun_works(env):
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="mfusweep-mpirun-") as folder:
        check(Sweep(args.tool.resolve(), args.root.resolve(), Path(folder), env))
    return 0


if __name__ == "__main__":
    sys.exit(main())
