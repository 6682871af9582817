#!/usr/bin/env python3
"""The scripts that draw results.  check_plots.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

grids       every script draws results of every shape: blocks, zips, axes of one value, reductions, few fields, no numbers
bound       parts of a step name the same bottleneck as the field bound
pareto      fronts from JSON and CSV, by an axis of names and of numbers
differences what mfusweep compare wrote is drawn like the result that it compared
errors      what a user gets wrong: exit status 2, one line that says what there is
"""
import subprocess
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, call, expect, expect_status, write_sweep

try:
    import h5py
    import matplotlib
    import numpy as np
    import PIL
except ImportError as error:
    print("skipped:", error)
    sys.exit(SKIPPED)

SCRIPTS = ROOT / "scripts"
sys.path.insert(0, str(SCRIPTS))
sys.dont_write_bytecode = True
LEAST_BYTES, LEAST_WIDTH = 8_000, 1000
METHODS = ["measured", {"base": "v2-interp", "name": "v2-interp", "mfu_source": "latency"}]
DECODE = {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2, 4], "method": METHODS, "batch": [1, 4, 16, 64],
          "kv_len": "1Ki:32Ki:*2"}
SWEEPS = {
    "plain": {"fixed": {"gpu": "h100"}, "axes": DECODE},
    "blocks": {"fixed": {"gpu": "h100", "model": "qwen3-8b", "tp": 1},
               "blocks": [{"name": "one", "axes": {"batch": "1:5", "kv_len": "1Ki:3Ki:512"}},
                          {"name": "two", "axes": {"batch": [4], "seq_len": "1Ki:4Ki:*2"}}]},
    "zip": {"fixed": {"gpu": "h100", "model": "qwen3-8b", "tp": 1, "kv_len": 2048}, "axes": {"batch": [1, 8]},
            "zip": {"chunk": {"cached_len": [0, 512, 0], "seq_len": [512, 512, 1024]}}},
    "single": {"fixed": {"gpu": "h100", "model": "qwen3-8b", "tp": 1, "batch": 3, "kv_len": 1000}},
    "reduced": {"fixed": {"gpu": "h100"}, "axes": DECODE,
                "output": {"reduce": [{"name": "top", "op": "max", "field": "tok_per_s_per_gpu", "over": ["tp", "batch"]},
                                      {"name": "best", "op": "argmax", "field": "tok_per_s_per_gpu", "over": ["method"]},
                                      {"name": "n", "op": "count", "over": ["model", "method"], "where": "step_us < 20000"}]}},
    "few": {"fixed": {"gpu": "h100"}, "axes": DECODE, "fields": ["step_us", "gemm_us", "attn_us"]},
    "void": {"fixed": {"gpu": "h100", "model": "mixtral-8x7b-v0.1", "method": "v2-interp"},
             "axes": {"tp": [1, 2], "batch": [1, 2], "kv_len": [1024, 2048]}},
}


def result(folder, name, **changes):
    path = folder / f"{name}.h5"
    if not path.exists():
        expect_status(call("run", write_sweep(folder, {"sweep": 1, "name": name, **SWEEPS[name], **changes}), "-o", path))
    return path


def script(name, *words):
    return subprocess.run([sys.executable, "-B", SCRIPTS / name, *map(str, words)], capture_output=True, text=True, check=False)


def draws(name, *words):
    with tempfile.TemporaryDirectory(prefix="msw_picture_") as folder:
        picture = Path(folder) / "picture.png"
        done = script(name, *words, "-o", picture)
        expect(done.returncode == 0 and not done.stderr, f"{name} {words}: exit status {done.returncode}\n{done.stderr}")
        with PIL.Image.open(picture) as image:
            expect(image.width >= LEAST_WIDTH and picture.stat().st_size >= LEAST_BYTES, f"{name} {words}: empty picture")


def check_grids(folder):
    for name in ("plain", "zip", "single", "void", "few"):
        for one in ("plot_heatmap.py", "plot_bottleneck.py", "plot_scaling.py"):
            draws(one, result(folder, name))
    for one in ("plot_heatmap.py", "plot_bottleneck.py", "plot_scaling.py"):
        draws(one, result(folder, "blocks"), "--block", "two")
    draws("plot_heatmap.py", result(folder, "reduced"), "--field", "top")
    draws("plot_scaling.py", result(folder, "reduced"), "--field", "top", "--x", "kv_len", "--lines", "method")
    draws("plot_heatmap.py", result(folder, "reduced"), "--field", "n")
    draws("plot_bottleneck.py", result(folder, "reduced"), "--field", "best_method")
    draws("plot_scaling.py", result(folder, "zip"), "--x", "chunk", "--lines", "batch", "--field", "step_us",
          "prefill_us", "kv_gib")
    draws("plot_scaling.py", result(folder, "plain"), "--lines", "tp", "--x", "method")


def check_bound(folder):
    """By numpy: what the script works out from parts is what the tool wrote."""
    from plot_bottleneck import PARTS, codes, largest
    from result_grid import Grid
    grid = Grid(result(folder, "plain"))
    names = h5py.File(result(folder, "plain"))["bound"].attrs["flag_meanings"].decode().split()
    expect(names == ["none", *PARTS], f"bound knows {names}")
    seen = set()
    for method in ("measured", "v2-interp"):
        for model in grid.values["model"]:
            index = grid.indices([f"method={method}", f"model={model}"])
            wanted, found = codes(grid, "bound", "kv_len", "batch", index)[0] - 1, largest(grid, "kv_len", "batch", index)[0]
            expect(np.array_equal(wanted, found), f"{method} {model}:\n{wanted}\n{found}")
            seen |= set(wanted.ravel())
    expect(len(seen) >= 2, f"the sweep shows only {seen}")


def check_pareto(folder):
    path = result(folder, "plain")
    goals = ("--max", "tok_per_s_per_gpu", "--max", "tok_per_s_per_user")
    for by in ((), ("--by", "model"), ("--by", "tp")):
        for suffix in ("json", "csv"):
            front = folder / f"front{len(by) and by[1]}.{suffix}"
            expect_status(call("pareto", path, *goals, *by, "-o", front))
            draws("plot_pareto.py", front)
    three = folder / "three.json"
    expect_status(call("pareto", path, *goals, "--min", "kv_gib", "-o", three))
    draws("plot_pareto.py", three, "--x", "kv_gib", "--y", "tok_per_s_per_user", "--by", "method", "--label", "tp")
    nothing = folder / "nothing.json"
    expect_status(call("pareto", path, *goals, "--where", "step_us < 0", "-o", nothing))
    failed = script("plot_pareto.py", nothing)
    expect(failed.returncode == 2 and "has no points" in failed.stderr, failed.stderr)
    failed = script("plot_pareto.py", path.with_suffix(".json"))
    expect(failed.returncode == 2 and "is not what mfusweep pareto writes" in failed.stderr, failed.stderr)


def check_differences(folder):
    path, difference = result(folder, "plain"), folder / "difference.h5"
    expect_status(call("compare", path, "--along", "method", "--misfits", "-o", difference))
    draws("plot_method_difference.py", path)
    draws("plot_method_difference.py", difference)
    from result_grid import Grid
    wrote, own = Grid(difference), Grid(path)
    index = own.indices(["model=qwen3-8b"])
    a, b = (own.plane("step_us", "kv_len", "batch", {**index, "method": place}).astype(float) for place in (1, 0))
    drawn = wrote.plane("step_us_difference", "kv_len", "batch", wrote.indices(["model=qwen3-8b"]))
    expect(np.allclose(drawn, 100 * (a - b) / b, rtol=1e-5, equal_nan=True), "not the difference of the result's cells")


ERRORS = [
    (("plot_heatmap.py", "plain", "--field", "bound"), "bound holds codes, not a quantity"),
    (("plot_bottleneck.py", "plain", "--field", "step_us"), "step_us holds no codes; plot_heatmap.py draws it"),
    (("plot_bottleneck.py", "reduced", "--field", "top"), "top holds no codes"),
    (("plot_scaling.py", "plain", "--field", "stepus"), "there is no field 'stepus'; did you mean 'step_us'?"),
    (("plot_scaling.py", "plain", "--x", "kvlen"), "there is no axis 'kvlen'; did you mean 'kv_len'?"),
    (("plot_scaling.py", "plain", "--x", "tp", "--lines", "tp"), "the axis tp cannot be used twice"),
    (("plot_scaling.py", "plain", "--select", "model=qwen3-9b"), "did you mean 'qwen3-8b'?"),
    (("plot_bottleneck.py", "blocks", "--block", "three"), "there is no block 'three'"),
    (("plot_pareto.py", "plain.csv"), "cannot read"),
    (("plot_method_difference.py", "single"), "the axis method has one value here"),
]


def check_errors(folder):
    for (name, sweep, *words), message in ERRORS:
        path = folder / sweep if "." in sweep else result(folder, sweep)
        done = script(name, path, *words, "-o", folder / "none.png")
        expect(done.returncode == 2, f"{name} {words}: exit status {done.returncode}\n{done.stderr}")
        expect(message in done.stderr and done.stderr.count("\n") == 1, f"{name} {words}: {done.stderr}")
        expect(not (folder / "none.png").exists(), "a picture all the same")
    done = script("plot_scaling.py", result(folder, "plain"), "-o", folder / "no" / "such.png")
    expect(done.returncode == 2 and "cannot write" in done.stderr, done.stderr)


CHECKS = {"grids": check_grids, "bound": check_bound, "pareto": check_pareto, "differences": check_differences,
          "errors": check_errors}


def main():
    with tempfile.TemporaryDirectory(prefix="msw_plots_") as folder:
        CHECKS[sys.argv[3]](Path(folder))


if __name__ == "__main__":
    main()
