#!/usr/bin/env python3
"""The shipped coefficients of the kernel models against public tables (../shared/data/kernels), on shapes left out of the fit.

    check_kernel_targets.py

Prints median and 90th percentile of the error for every kernel of the five GPUs with tables. Exit status 0: within what was
aimed at (TARGETS of scripts/fit_kernels.py and scripts/fit_mla.py); 1: not; 77: no data or no NumPy.
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
    checks = [[sys.executable, "-B", ROOT / "scripts" / name, "--bench-data", SHARED, "--check"] for name in ("fit_kernels.py", "fit_mla.py")]
    return 1 if any([subprocess.run(check).returncode for check in checks]) else 0


if __name__ == "__main__":
    sys.exit(main())
