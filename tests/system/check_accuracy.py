#!/usr/bin/env python3
"""docs/accuracy.md.  check_accuracy.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

document    its main figures are what the tool gives now (scripts/accuracy --check)
gap         scripts/decode_gap.py finds the lengths of a made-up run back, and says so where totals do not follow
fit         scripts/fit_engine.py --json --leave-out on made-up steps: the constant that made them comes back
"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, TOOL, call, expect, expect_status

SHARED = ROOT / ".." / "shared" / "data"
HEADER = ("source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_requests,decode_kv_tokens,prefill_requests,prefill_tokens,"
          "prefill_cached_tokens,latency_us,n_obs")


def script(name, *words):
    return subprocess.run([sys.executable, "-B", ROOT / "scripts" / name, *(str(word) for word in words)], capture_output=True,
                          text=True, check=False)


def check_document(_):
    try:
        import numpy
    except ImportError as error:
        print("skipped:", error)
        sys.exit(SKIPPED)
    if not (SHARED / "measured").is_dir():
        print("skipped: no measured steps in ../shared, numpy", numpy.__version__)
        sys.exit(SKIPPED)
    done = script("accuracy", "--tool", TOOL, "--data", SHARED, "--check", ROOT / "docs" / "accuracy.md")
    print(done.stdout, done.stderr)
    expect(done.returncode == 0, "docs/accuracy.md is not what the tool gives; run scripts/accuracy")


def made_run(lengths, ends):
    """A prompt, then requests that grow until they end: lengths at the start, and the step in which each is last there."""
    rows = ["made,b300_sxm,vllm-0.20.1,qwen3-32b,1,bf16,bf16,0,0,1,100,0,9000,1"]
    for i_step in range(max(ends) + 1):
        alive = [length + i_step for length, end in zip(lengths, ends) if i_step <= end]
        rows.append(f"made,b300_sxm,vllm-0.20.1,qwen3-32b,1,bf16,bf16,{len(alive)},{sum(alive)},0,0,0,{8000 + max(alive)},1")
    return rows


def check_gap(folder):
    rng = random.Random(3)
    n = 12
    lengths, ends = [rng.randint(100, 9000) for _ in range(n)], rng.sample(range(400), n)
    rows = made_run(lengths, ends)
    path = folder / "steps.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    done = script("decode_gap.py", path, "--json")
    expect(done.returncode == 0, done.stderr)
    found = json.loads(done.stdout)["1"]
    expect(len(found["ends"]) == n - 1, f"{len(found['ends'])} ends")
    in_order = sorted(zip(ends, lengths))
    for i, end in enumerate(found["ends"]):
        last_step = in_order[i][0]
        before = [length + last_step for at, length in in_order[i:]]
        expect(end["longest"][0] == max(before) and abs(end["mean"][0] - sum(before) / len(before)) < 1e-9, f"end {i}: {end}")
    broken = rows[:5] + [rows[5].replace(",8", ",7", 1)] + rows[7:]
    path.write_text("\n".join([HEADER, *broken]) + "\n", encoding="utf-8")
    done = script("decode_gap.py", path)
    expect(done.returncode == 1 and "totals do not follow" in done.stderr, done.stderr)


TRUE_SMALL_KERNEL_US = 4.2


def made_steps(tool_rows, path):
    lines = [f"made,h100_sxm,vllm-0.15.1,{model},{tp},bf16,bf16,{n},{n * kv},0,0,0,{us},1"
             for (model, tp, n, kv), us in tool_rows]
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")


def check_fit(folder):
    models = (("llama-2-7b-hf", 1), ("llama-2-13b-hf", 2))
    steps = [(model, tp, n, kv) for model, tp in models for n in (1, 8, 20) for kv in (500, 3000)]
    lines = ["model,tp,decode,prefill"] + [f"{model},{tp},{n}*{kv}," for model, tp, n, kv in steps]
    (folder / "eval.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = expect_status(call("eval", "--gpu", "h100", "--method", "measured", "--dtype", "bf16", "--set", "engine=vllm-0.15.1",
                             "--set", f"small_kernel_us={TRUE_SMALL_KERNEL_US}", "--steps", folder / "eval.csv"))
    out = out.stdout.splitlines()
    at = out[0].split(",").index("step_us")
    made_steps(zip(steps, (line.split(",")[at] for line in out[1:])), folder / "made.csv")
    done = script("fit_engine.py", "--tool", TOOL, "--measured", folder / "made.csv", "--gpu", "h100_sxm", "--engine",
                  "vllm-0.15.1", "--constants", "small_kernel_us", "--leave-out", "--sample", 4, "--json")
    expect(done.returncode == 0, done.stderr)
    report = json.loads(done.stdout)
    fits = [report, *report["left_out"]]
    expect(len(fits) == 3 and all(len(fit["groups"]) == count for fit, count in zip(fits, (2, 1, 1))), done.stdout)
    expect(all(group["n"] == 4 for fit in fits for group in fit["groups"]), "sample")
    for fit in fits:
        expect(abs(fit["constants"]["small_kernel_us"] - TRUE_SMALL_KERNEL_US) < 0.06, f"{fit['constants']}")


CHECKS = {"document": check_document, "gap": check_gap, "fit": check_fit}


def main():
    with tempfile.TemporaryDirectory(prefix="msw_accuracy_") as folder:
        CHECKS[sys.argv[3]](Path(folder))


if __name__ == "__main__":
    main()
