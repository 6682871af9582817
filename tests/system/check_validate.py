#!/usr/bin/env python3
"""mfusweep validate.  check_validate.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

figures     every figure of the JSON report, by group, without stalls and of the error grid, from the rows with numpy alone
readers     the error grid opens in xarray with both engines and in ncdump, and h5py finds what h5web draws
steps       predictions are those of eval for the same steps
plots       scripts/validate_plots.py draws the rows
published   the published methods' errors on measured H100 steps (../shared), within two points of the reference runs
"""
import csv
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, call, expect, expect_status

try:
    import h5py
    import numpy as np
except ImportError as error:
    print("skipped:", error)
    sys.exit(SKIPPED)

COLUMNS = ["source", "gpu", "engine", "model", "tp", "weight_dtype", "kv_dtype", "decode_requests", "decode_kv_tokens",
           "prefill_requests", "prefill_tokens", "prefill_cached_tokens", "latency_us", "n_obs", "predicted_us"]
SHARED = ROOT / ".." / "shared" / "data"


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def made_row(rng):
    decodes = rng.choice([0, 1, 2, 7, 32, 32, 32])
    prefills = rng.choice([0, 1, 3]) if decodes else rng.choice([1, 2])
    return {"source": "made", "gpu": "h100", "engine": "made-1", "model": rng.choice(["llama-2-7b-hf", "qwen3-8b"]),
            "tp": rng.choice([1, 2]), "weight_dtype": "bf16", "kv_dtype": "bf16", "decode_requests": decodes,
            "decode_kv_tokens": decodes * rng.choice([1000, 1010, 1017, 2500]), "prefill_requests": prefills,
            "prefill_tokens": prefills * rng.randint(1, 2000), "prefill_cached_tokens": prefills * rng.choice([0, 300]),
            "latency_us": rng.choice([1, 1, 1, 1, 1.4]) * rng.uniform(14000, 15000), "n_obs": rng.choice([1, 1, 5]),
            "predicted_us": rng.choice(["", 15000, rng.uniform(8000, 30000)])}


def make_steps(folder, n=400):
    rng = random.Random(7)
    return write_csv(folder / "steps.csv", [made_row(rng) for _ in range(n)])


METHODS = ["v1-calibrated", "v2-floor", "v2-interp+mfu_source=latency", "column:predicted_us"]


def validate(steps, *options):
    return expect_status(call("validate", "--measured", steps, "--method", ",".join(METHODS), *options)).stdout


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figures_of(rows):
    """The figures again, from what the rows say of measured and predicted."""
    kept = [row for row in rows if row["method_us"] != "nan"]
    if not kept:
        return {"n": 0, "n_obs": 0}
    measured, predicted, n_obs, batch = (np.array([float(row[name]) for row in kept])
                                         for name in ("latency_us", "method_us", "n_obs", "batch"))
    errors = 100 * (predicted / measured - 1)
    size = abs(errors)
    figures = {"n": len(kept), "n_obs": n_obs.sum(), "mape": size.mean(), "bias": errors.mean(), "max": size.max(),
               "mape_by_obs": (size * n_obs).sum() / n_obs.sum(),
               "mape_by_batch": np.mean([size[batch == value].mean() for value in np.unique(batch)])}
    return figures | {f"p{percent}": np.percentile(size, percent) for percent in (50, 90, 95, 99)}


def expect_figures(found, rows, what):
    for name, wanted in figures_of(rows).items():
        expect(math.isclose(found[name], wanted, rel_tol=1e-9, abs_tol=1e-9), f"{what}: {name} {found[name]} not {wanted}")


def stalls_of(rows):
    """Lines of the rows of one method that are stalls."""
    like = {}
    for i_row, row in enumerate(rows):
        if row["phase"] == "decode":
            bin_end = math.ceil(8 * math.log2(float(row["kv_len"])) - 1e-9)
            key = tuple(row[name] for name in COLUMNS[:7]) + (float(row["batch"]), bin_end)
            like.setdefault(key, []).append(i_row)
    found = set()
    for members in like.values():
        latencies = np.array([float(rows[i_row]["latency_us"]) for i_row in members])
        found |= {i_row for i_row, late in zip(members, latencies > 1.1 * np.median(latencies)) if late}
    return found


def size_label(value):
    value = math.ceil(float(value))
    if value <= 2:
        return str(value)
    end = 2 ** math.ceil(math.log2(value))
    return f"{end // 2 + 1}..{end}"


def check_figures(folder):
    steps = make_steps(folder)
    report = json.loads(validate(steps, "--json", "--by", "phase,tp,batch", "-o", folder / "rows.csv",
                                 "--hdf5", folder / "grid.h5"))
    rows = read_rows(folder / "rows.csv")
    expect([method["method"] for method in report["methods"]] == METHODS, "methods")
    for method in report["methods"]:
        own = [row for row in rows if row["method"] == method["method"]]
        expect(len(own) == report["rows"]["n"] == 400, "rows")
        expect_figures(method["overall"], own, method["method"])
        stalls = stalls_of(own)
        expect({i_row for i_row, row in enumerate(own) if row["stall"] == "1"} == stalls, "stalls")
        expect(len(stalls) == report["rows"]["stalls"] > 0, "number of stalls")
        expect_figures(method["without_stalls"], [row for i_row, row in enumerate(own) if i_row not in stalls], "stalls")
        groups = {}
        for row in own:
            groups.setdefault((row["phase"], float(row["tp"]), size_label(row["batch"])), []).append(row)
        expect(len(groups) == len(method["groups"]), "number of groups")
        for group in method["groups"]:
            members = groups[group["phase"], group["tp"], group["batch"]]
            expect_figures(group, members, str(group))
            expect(group["n"] + group["n_not_predicted"] == len(members), "not predicted")
        n_none = sum(row["method_us"] == "nan" for row in own)
        expect(sum(reason["n"] for reason in method["not_predicted"]) == n_none, "reasons")
    check_grid(folder / "grid.h5", rows)


def check_grid(path, rows):
    """Every cell of the error grid."""
    with h5py.File(path) as file:
        for phase, length in (("decode", "kv_len"), ("prefill", "seq_len"), ("mixed", "kv_len")):
            group = file[phase]
            sets, methods = ([text.decode() for text in group[name][...]] for name in ("set", "method"))
            ends, cells = group[length][...], {}
            for row in rows:
                if row["phase"] != phase or row["method_us"] == "nan":
                    continue
                which = f"{row['gpu']} {row['engine']} {row['model']} tp{row['tp']} {row['weight_dtype']}/{row['kv_dtype']}"
                place = (sets.index(which), methods.index(row["method"]),
                         list(group["batch"][...]).index(int(row["batch"])),
                         int(np.searchsorted(ends, max(float(row[length]), 1) * (1 - 1e-12))))
                cells.setdefault(place, []).append(row)
            n = group["n"][...]
            expect(n.sum() == sum(map(len, cells.values())) and (n > 0).sum() == len(cells), f"{phase}: n")
            for place, members in cells.items():
                figures = figures_of(members)
                for name in ("mape", "bias"):
                    same = math.isclose(group[name][place], figures[name], rel_tol=1e-5, abs_tol=1e-4)
                    expect(same, f"{phase} {place}: {name}")
            expect(np.isnan(group["bias"][...][n == 0]).all(), "empty cells")


def words(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def check_readers(folder):
    path = folder / "grid.h5"
    validate(make_steps(folder), "--hdf5", path)
    with h5py.File(path) as file:
        group = file[words(file.attrs["default"])]
        expect(words(group.attrs["NX_class"]) == "NXdata" and words(group.attrs["signal"]) == "bias", "NXdata")
        expect(list(map(words, group.attrs["axes"])) == [".", ".", "batch", "kv_len"], "axes")
        expect(list(group["bias"].dims[3].keys()) == ["kv_len"], "dimension scales")
    try:
        import xarray
    except ImportError as error:
        print("skipped:", error)
        sys.exit(SKIPPED)
    for engine in ("netcdf4", "h5netcdf"):
        with xarray.open_dataset(path, group="decode", engine=engine) as grid:
            expect(grid.bias.dims == ("set", "method", "batch", "kv_len"), f"{engine}: {grid.bias.dims}")
            expect(set(grid.method.values) == set(METHODS), f"{engine}: methods")
            expect(np.isfinite(grid.mape.sel(method="v1-calibrated").max()), f"{engine}: mape")
    try:
        from silx.io import nxdata
        with h5py.File(path) as file:
            shown = nxdata.get_default(file)
            expect(shown is not None and shown.is_valid and shown.signal_name == "bias", "silx finds no default plot")
    except ImportError as error:
        print("without silx:", error)
    if shutil.which("ncdump"):
        shown = subprocess.run(["ncdump", "-h", str(path)], capture_output=True, text=True, check=False)
        expect(shown.returncode == 0 and "float bias(set, method, batch, kv_len)" in shown.stdout, shown.stderr)


def check_steps(folder):
    """Where the requests' tokens are whole, eval takes the same steps."""
    steps = make_steps(folder, 60)
    validate(steps, "-o", folder / "rows.csv")
    with open(folder / "eval.csv", "w", encoding="utf-8") as file:
        file.write("model,tp,decode,prefill\n")
        for row in read_rows(steps):
            decodes, prefills = int(row["decode_requests"]), int(row["prefill_requests"])
            decode = f"{decodes}*{int(row['decode_kv_tokens']) // decodes}" if decodes else ""
            prefill = (f"{prefills}*{int(row['prefill_cached_tokens']) // prefills}:{int(row['prefill_tokens']) // prefills}"
                       if prefills else "")
            file.write(f"{row['model']},{row['tp']},{decode},{prefill}\n")
    for method, words in (("v2-floor", []), ("v2-interp+mfu_source=latency", ["--set", "mfu_source=latency"])):
        expect_status(call("eval", "--gpu", "h100", "--method", method.split("+")[0], *words, "--dtype", "bf16",
                           "--steps", folder / "eval.csv", "-o", folder / "out.csv"))
        wanted = [row["step_us"] for row in read_rows(folder / "out.csv")]
        found = [row["method_us"] for row in read_rows(folder / "rows.csv") if row["method"] == method]
        expect(wanted == found, f"{method}: not what eval says")


def check_plots(folder):
    try:
        import matplotlib
    except ImportError as error:
        print("skipped:", error)
        sys.exit(SKIPPED)
    validate(make_steps(folder), "-o", folder / "rows.csv")
    script = ROOT / "scripts" / "validate_plots.py"
    done = subprocess.run([sys.executable, "-B", script, folder / "rows.csv", "-o", folder / "picture"], capture_output=True,
                          text=True, check=False)
    expect(done.returncode == 0, done.stderr)
    for name in ("picture_scatter.png", "picture_by_batch.png"):
        expect((folder / name).stat().st_size > 10000, name)
    done = subprocess.run([sys.executable, "-B", script, folder / "steps.csv", "-o", folder / "none"], capture_output=True,
                          text=True, check=False)
    expect(done.returncode == 2 and "method_us" in done.stderr, done.stderr)


PUBLISHED = {("llama-2-70b-hf", "v2-interp"): 9.2, ("llama-2-70b-hf", "v2-floor"): 46.5,
             ("llama-2-70b-hf", "v1-calibrated"): 5.9, ("codellama-34b-instruct-hf", "v2-interp"): 27.9,
             ("codellama-34b-instruct-hf", "v2-floor"): 71.3, ("codellama-34b-instruct-hf", "v1-calibrated"): 11.5}
WITHIN_POINTS = 2


def check_published(_):
    steps, kernels = SHARED / "measured" / "h100_vllm_steps.csv", SHARED / "kernels" / "infersim"
    if not steps.is_file() or not kernels.is_dir():
        print("skipped: no measured steps in ../shared")
        sys.exit(SKIPPED)
    report = json.loads(expect_status(call(
        "validate", "--measured", steps, "--method", "v2-interp,v2-floor,v1-calibrated", "--by", "model", "--json",
        "--where", "phase == 'decode'", "--bench-data", kernels)).stdout)
    seen = {(group["model"], method["method"]): group["mape"] for method in report["methods"] for group in method["groups"]}
    expect(set(seen) == set(PUBLISHED), f"groups {sorted(seen)}")
    for key, wanted in PUBLISHED.items():
        print(f"{key[0]:28} {key[1]:14} MAPE {seen[key]:.2f}, reference run {wanted}")
        expect(abs(seen[key] - wanted) <= WITHIN_POINTS, f"{key}: {seen[key]:.2f}")


CHECKS = {"figures": check_figures, "readers": check_readers, "steps": check_steps, "plots": check_plots,
          "published": check_published}


def main():
    with tempfile.TemporaryDirectory(prefix="msw_validate_") as folder:
        CHECKS[sys.argv[3]](Path(folder))


if __name__ == "__main__":
    main()
