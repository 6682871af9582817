#!/usr/bin/env python3
"""A sweep in YAML, truncated, corrupted and mutilated: planned and run, or refused with its place, never a crash.

    check_broken_yaml.py --mfusweep PATH --source ROOT [--seed N] [--rounds N]
"""

import sys
import tempfile
from pathlib import Path

from broken import MUTATIONS, Trial, read_arguments
from check_broken_inputs import build_root

SWEEP = """# a sweep with something of everything
%s---
sweep: 1
name: all
defs:
  kv: {log: [128, 8Ki, 7], round: int}
fixed: {gpu: h100}
axes:
  model: [llama-2-7b-hf, 'llama-3.1-*']
  tp: &tp [1, 2, 4]
  dtype: [config, fp8]
  method:
    - v2-interp
    - base: v2-floor
      name: f
      mfu_source: latency
      prefill_bucket: [512, 4096]
exclude:
  - batch * kv_len > 64k      # too much
  - {tp: *tp, batch: [1, 2], kv_len: 128}
  - >-
    model.num_kv_heads %% tp != 0
  - "tp > 4 ? 1 : 0"
fields: [step_us, bound, flags]
limits: {max_cells: 1M, max_bytes: 64MiB}
blocks:
- name: d
  phase: decode
  axes: {batch: 1:8:*2, kv_len: $kv}
- name: m
  phase: mixed
  axes: {batch: [1, 64], kv_len: [512], seq_len: {union: [64, 512:2Ki:512]}}
  zip: {z: {prefill_batch: [1, 2], cached_len: !!seq [0, 512]}}
...
""" % "%YAML 1.2\n"
COMMANDS = [["plan", "sweep.yaml", "--json"],
            ["run", "sweep.yaml", "-q", "-j", "1", "-o", "out.h5", "--set", "limits.max_cells=200000"]]
MARKS = [b"*", b"*tp", b"&a ", b"&tp ", b"! ", b"!t ", b"!!int ", b"- ", b": ", b":", b"\t",
         b"---\n", b"...\n", b"<<: *tp\n", b"|\n",
         b">\n", b"? ", b"%YAML 1.9\n", b"{", b"}", b"[", b"]", b"'", b"\"", b"#", b" #", b"\\", b"@", b"`",
         b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"010", b"0x1f", b".inf", b"~", b"yes", b"  ", b"\n", b"\r"]


def put_mark(rng, data):
    """Something that means something to YAML, put in or in place of a few bytes."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(MARKS) + data[at + rng.choice([0, 0, 1, 2]):]


def indent(rng, data):
    """A line moved to the left or right, or its neighbours joined with it."""
    lines = data.split(b"\n")
    i = rng.randrange(len(lines))
    line = lines[i]
    lines[i] = rng.choice([b" " + line, b"  " + line, line[1:], line.lstrip(), b"\t" + line, line + b" " + lines[i - 1]])
    return b"\n".join(lines)


def main():
    args, rng = read_arguments(__doc__, 20261122, 500)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir()
        build_root(args.source, root)
        sweep = root / "sweep.yaml"
        whole = SWEEP.encode()
        sweep.write_bytes(whole)
        trial = Trial(args.mfusweep, root, ["out.h5"], must_name_file=True)
        for command in COMMANDS:
            trial.run(command, sweep, whole)
        if trial.n_refused:
            raise SystemExit("the sweep is refused unbroken")
        for end in [i for i in range(len(whole)) if whole[i:i + 1] in b"\n:"]:
            trial.break_file(sweep, whole[:end], COMMANDS[:1])
        for _ in range(args.rounds):
            data = rng.choice([*MUTATIONS, put_mark, put_mark, put_mark, put_mark, indent, indent])(rng, whole)
            trial.break_file(sweep, data, [rng.choice(COMMANDS)])
    print(f"{trial.n_runs} runs, {trial.n_refused} refused, {trial.n_problems} problems")
    return 1 if trial.n_problems or not trial.n_refused else 0


if __name__ == "__main__":
    sys.exit(main())
