#!/usr/bin/env python3
"""One memory request after the other fails, in the tool or in a library below it: the tool says so and leaves nothing behind.

    check_out_of_memory.py --mfusweep PATH --preload fail_nth_malloc.so --source ROOT [--most N] [--all]

For every n looked at the exit status is 0, 1 or 2. 0: the output is the one without failures, byte by byte. Otherwise there
is a message, and the output file is that one or not there. Never a signal, never a file that is not whole.

Two libraries do not survive all of their own failing requests: libhdf5 follows null pointers, and libomp (clang's OpenMP)
aborts. Where one of theirs fails, how the process ends is their affair; the result must be whole or absent even then, and the
next run must bring it about and clear away what was left. 77: --skip says why it cannot be tried in this build.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SKIP = 77
LIBRARY = "libhdf5:libomp"
LIBRARY_SHARE = 5  # less effort: these take a second run each
DENSE = 50  # so many from the first on, then evenly spread ones
WORKERS = 2

SWEEP = """{ "sweep": 1, "name": "tiny", "fixed": {"gpu": "h100", "method": "v2-interp", "model": "llama-2-7b-hf"},
  "axes": {"tp": [1, 2], "batch": "1:64:*4", "kv_len": {"pow2": [512, 8192], "per_octave": 2}}, "exclude": ["batch * kv_len > 100000"] }
"""
YAML_SWEEP = """# the same
sweep: 1
name: tiny
fixed: {gpu: h100, method: v2-interp, model: llama-2-7b-hf}
axes: {tp: &tp [1, 2], batch: 1:64:*4, kv_len: {"pow2": [512, 8192], per_octave: 2}}
exclude: ["batch * kv_len > 100000"]
"""
STEPS = "model,tp,decode,prefill\nllama-2-7b-hf,1,16*4096+4*512,1*0:512\nllama-2-7b-hf,2,,2*100:3000+1*0:7\n"
INPUTS = {"sweep.json": SWEEP, "sweep.yaml": YAML_SWEEP, "steps.csv": STEPS}


class Case:
    """A command, the file that it writes, and what it does without failures."""

    def __init__(self, args, name, command, output, fail_of):
        self.args, self.name, self.command, self.output, self.fail_of = args, name, command, output, fail_of
        with tempfile.TemporaryDirectory() as folder:
            count_file = Path(folder) / "count"
            self.reference = self.run(0, COUNT_FILE=str(count_file))
            self.n_requests = int(count_file.read_text(encoding="utf-8"))
        if self.reference[0] != 0:
            raise SystemExit(f"{name}: fails by itself: {self.reference}")

    def execute(self, work, nth, **more):
        """(exit status, stderr, digest of stdout, of the output file or None, names of other files)."""
        env = {**os.environ, "LD_PRELOAD": self.args.preload, "MFUSWEEP_DATA": self.args.source, "FAIL_NTH": str(nth),
               "FAIL_OF": self.fail_of, "LC_ALL": "C.UTF-8", **more}
        done = subprocess.run([self.args.mfusweep, *self.command], cwd=work, env=env, capture_output=True, check=False, timeout=600)
        output = work / self.output if self.output else None
        made = {path.name for path in work.iterdir()} - {*INPUTS, self.output}
        whole = hashlib.sha256(output.read_bytes()).hexdigest() if output and output.exists() else None
        return done.returncode, done.stderr.decode(errors="replace"), hashlib.sha256(done.stdout).hexdigest(), whole, made

    def run(self, nth, **more):
        """One execution in a fresh folder."""
        with tempfile.TemporaryDirectory() as folder:
            return self.execute(fill(folder), nth, **more)

    def problem(self, nth):
        """What is wrong when the nth request fails, or None."""
        status, said, stdout, output, made = self.run(nth)
        if status not in (0, 1, 2):
            return f"exit status {status}: {said[-300:]}"
        if made:
            return f"leaves {sorted(made)}"
        if status == 0 and (stdout, output) != self.reference[2:4]:
            return f"exit status 0 with another output: {said[-300:]}"
        if output not in (None, self.reference[3]):
            return f"exit status {status} and a broken output"
        return None if status == 0 or said.strip() else f"exit status {status} without a word"

    def problem_of_library(self, nth):
        """The same where a library fails that may end the process as it likes."""
        with tempfile.TemporaryDirectory() as folder:
            work = fill(folder)
            output = self.execute(work, nth)[3]
            if output not in (None, self.reference[3]):
                return "a broken output"
            status, said, _, output, made = self.execute(work, 0)
            if status != 0 or output != self.reference[3] or made:
                return f"the next run: exit status {status}, leaves {sorted(made)}: {said[-300:]}"
        return None


def fill(folder):
    """A working directory with the inputs."""
    for name, text in INPUTS.items():
        (Path(folder) / name).write_text(text, encoding="utf-8")
    return Path(folder)


def requests_to_fail(n_requests, most):
    """The first DENSE ones and evenly spread others, `most` in all."""
    if n_requests <= most:
        return range(1, n_requests + 1)
    spread = {1 + DENSE + i * (n_requests - DENSE) // (most - DENSE) for i in range(most - DENSE)}
    return sorted({*range(1, DENSE + 1), *(n for n in spread if n <= n_requests)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True)
    parser.add_argument("--preload", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--most", type=int, default=300, help="requests per command")
    parser.add_argument("--all", action="store_true", help="every request, of the libraries a fifth of them")
    parser.add_argument("--skip", metavar="WHY")
    args = parser.parse_args()
    if args.skip:
        print(f"skipped: {args.skip}")
        return SKIP
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run = ["run", "sweep.json", "-q", "-o", "out.h5", "-j"]
    cases = [
        ("plan", ["plan", "sweep.json", "--json"], None, "!" + LIBRARY),
        ("plan of YAML, its library", ["plan", "sweep.yaml", "--json"], None, "libyaml"),
        ("eval", ["eval", "--gpu", "h100", "--method", "v2-interp", "--per-op", "--steps", "steps.csv", "-o", "out.csv"], "out.csv",
         "!" + LIBRARY),
        ("run", [*run, "1"], "out.h5", "!" + LIBRARY),
        ("run with two threads", [*run, "2"], "out.h5", "!" + LIBRARY),
        ("run, libraries", [*run, "1"], "out.h5", LIBRARY),
    ]
    n_problems = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for name, command, output, fail_of in cases:
            case = Case(args, name, command, output, fail_of)
            most = case.n_requests if args.all else args.most
            chosen = requests_to_fail(case.n_requests, most // LIBRARY_SHARE if fail_of == LIBRARY else most)
            look = case.problem_of_library if fail_of == LIBRARY else case.problem
            found = [(n, problem) for n, problem in zip(chosen, pool.map(look, chosen)) if problem]
            print(f"{name}: {case.n_requests} requests, {len(chosen)} of them failed, {len(found)} problems", flush=True)
            for nth, problem in found[:10]:
                print(f"    request {nth}: {problem}")
            n_problems += len(found)
    return 1 if n_problems else 0


if __name__ == "__main__":
    sys.exit(main())
