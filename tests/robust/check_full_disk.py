#!/usr/bin/env python3
"""A disk that fills up at any point of a run: exit status 1, a message, nothing left.

    check_full_disk.py --mfusweep PATH --source ROOT

Runs one sweep on file systems of growing size, until it fits. 77: no tmpfs can be mounted.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SKIP = 77
STEP_KIB = 12
SWEEP = """{ "sweep": 1, "name": "small", "fixed": {"gpu": "h100", "model": "llama-2-7b-hf", "method": "v1-calibrated"},
  "axes": {"tp": [1, 2], "batch": [1, 8], "kv_len": "1:100"} }
"""
SCRIPT = """mkdir -p "$1" && mount -t tmpfs -o "size=$4" tmpfs "$1" || exit 77
cd "$1"
"$2" run "$3" -q -o out.h5 2> ../said
status=$?
ls -A > ../left
cd /
umount "$1"
exit $status
"""


def run_on_disk(args, folder, size):
    """(exit status, stderr, names left) of a run on a tmpfs of that size; None where none can be mounted."""
    for name in ("said", "left"):
        (folder / name).unlink(missing_ok=True)
    rootless = ["--user", "--map-root-user"] if os.geteuid() != 0 else []
    command = ["unshare", "--mount", *rootless, "sh", "-c", SCRIPT, "sh", folder / "disk", args.mfusweep, folder / "sweep.json", size]
    env = {**os.environ, "MFUSWEEP_DATA": args.source}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if not (folder / "left").exists():
        print(f"skipped: no tmpfs can be mounted here: {done.stderr.strip()}")
        return None
    said, left = ((folder / name).read_text(encoding="utf-8") for name in ("said", "left"))
    return done.returncode, said.strip(), left.split()


def is_tidy(status, said, left):
    """As it must be on a disk of some size."""
    if status == 0:
        return left == ["out.h5"]
    refused_beforehand = status == 2 and "would not do" in said
    return not left and (refused_beforehand or (status == 1 and "no space left on device" in said))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True)
    parser.add_argument("--source", required=True)
    args = parser.parse_args()
    n_untidy, status, n_kib = 0, None, 4
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sweep.json").write_text(SWEEP, encoding="utf-8")
        while status != 0 and n_kib < 1000:
            ended = run_on_disk(args, folder, f"{n_kib}k")
            if not ended:
                return SKIP
            status, said, left = ended
            n_untidy += not is_tidy(*ended)
            print(f"{n_kib} KiB: exit status {status}, {said or 'no word'}, leaves {left}{'' if is_tidy(*ended) else ': WRONG'}")
            n_kib += STEP_KIB
    return 1 if n_untidy or status != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
