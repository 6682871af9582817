#!/usr/bin/env python3
"""The shipped coefficients of the kernel models against public tables (../shared/data/kernels), on shapes left out of the fit.

    check_kernel_targets.py

Prints median and 90th percentile of the error for every kernel of the five GPUs with tables. Exit status 0: within what was
aimed at (scripts/fit_kernels.py, TARGETS); 1: not; 77: no data or no NumPy.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "kernels" / "aiconfigurator"
SKIPPED = 77


def main():
    if not SHARED.is_dir() or not importlib.util.find_spec("numpy"):
        print(f"skipped: needs NumPy and {SHARED}")
        return SKIPPED
    return subprocess.run([sys.executable, "-B", ROOT / "scripts" / "fit_kernels.py", "--bench-data", SHARED, "--check"]).returncode


if __name__ == "__main__":
    sys.exit(main())
