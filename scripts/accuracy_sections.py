"""The tables of docs/accuracy.md on methods and steps (sections 1, 2, 3 and 7), each from runs of the tool."""
import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

import accuracy_figures as figures
from accuracy_runs import ROOT, Failed, Runner, read_steps, slim_tables, write_steps
from accuracy_tables import NONE, number, pair, table

BY = ("gpu", "model", "tp", "phase")
FILES = ("h100_vllm_steps.csv", "h100_vllm_batch1.csv", "b300_vllm_steps_tp1_tp2.csv")
MEASURED_GPUS = ("h100_sxm", "b300_sxm")
NO_TABLES = "measured, no tables"
PUBLISHED = ("v2-interp", "v2-floor", "v1-calibrated")

# What the method `measured` has to reach on the sets, MAPE and p95 in percent.
GOALS = {("h100_sxm", "codellama-34b-instruct-hf", "2", "decode"): (3, 8),
         ("h100_sxm", "codellama-34b-instruct-hf", "2", "mixed"): (3, 8),
         ("h100_sxm", "llama-2-70b-hf", "4", "decode"): (3, 8), ("h100_sxm", "llama-2-70b-hf", "4", "mixed"): (3, 8),
         ("h100_sxm", "llama-2-7b-hf", "1", "decode"): (2, 4), ("h100_sxm", "llama-2-7b-hf", "1", "prefill"): (5, 8),
         ("b300_sxm", "qwen3-32b", "1", "decode"): (4.5, 10), ("b300_sxm", "qwen3-32b", "1", "prefill"): (5, 15),
         ("b300_sxm", "qwen3-32b", "2", "decode"): (4.5, 10), ("b300_sxm", "qwen3-32b", "2", "prefill"): (5, 15),
         ("b300_sxm", "qwen3-32b", "2", "mixed"): (4, 12)}
# What the authors' own code gave on these decode steps, MAPE in percent.
REFERENCE = {("llama-2-70b-hf", "v2-interp"): 9.2, ("llama-2-70b-hf", "v2-floor"): 46.5,
             ("llama-2-70b-hf", "v1-calibrated"): 5.9,
             ("codellama-34b-instruct-hf", "v2-interp"): 27.9, ("codellama-34b-instruct-hf", "v2-floor"): 71.3,
             ("codellama-34b-instruct-hf", "v1-calibrated"): 11.5}

CAUSES = {
    "small_kernel_us": "launch, ramp and tail of a norm, rotary embedding, cache write or activation under a CUDA graph",
    "step_overhead_us": "what the engine does between steps while the GPU waits",
    "sustained_gemm_fraction": "GEMM FLOP/s under the power limit, of the peak",
    "bw_efficiency": "memory bandwidth that a stream reaches; not fitted, one value for all",
    "chain_gb_per_s": "one SM reading one KV head of one request (section 4); 0: the kernel balances its load",
    "chain_queue_share": "chains that one more wave waits for, in mean requests",
    "cached_scan_ns_per_tok": "one tile of queries walking through cached keys, one after the other",
}
SETTINGS = {"fuse_all_reduce_norm": "the engine fuses the all-reduce and the norm after it",
            "graph_max_tok": "largest step that replays a CUDA graph"}
OF_THE_KERNELS = ("chain_gb_per_s", "chain_queue_share", "cached_scan_ns_per_tok")
OFF = {"small_kernel_us": 0, "step_overhead_us": 0, "sustained_gemm_fraction": 2, "bw_efficiency": 1, "chain_gb_per_s": 0,
       "chain_queue_share": 0, "cached_scan_ns_per_tok": 0, "graph_max_tok": 0}
VARIED = 0.2             # of a constant, for its sensitivity
FITS = (("h100_sxm", "vllm-0.15.1", "h100_vllm_steps.csv", "small_kernel_us,sustained_gemm_fraction"),
        ("b300_sxm", "vllm-0.20.1", "b300_vllm_steps_tp1_tp2.csv",
         "small_kernel_us,sustained_gemm_fraction,chain_gb_per_s,chain_queue_share,cached_scan_ns_per_tok"))
FIT_SAMPLE = 150


class Study:
    """What the runs have in common: the tool, tables, measured files, and rows that cannot be."""

    def __init__(self, tool, data, folder):
        self.data, self.folder, self.tool = Path(data), Path(folder), tool
        self.tables = self.data / "kernels" / "aiconfigurator"
        self.run = Runner(tool, [self.tables])
        slim = self.folder / "tables"
        for gpu in MEASURED_GPUS:
            slim_tables(self.tables, gpu, slim)
        self.slim = [slim]
        self.files = [self.data / "measured" / name for name in FILES]
        by_file = {path: read_steps(path) for path in self.files}
        self.rows = [row for rows in by_file.values() for row in rows]
        self.bad = figures.impossible(self.rows)
        bad = {id(row) for row in self.bad}
        self.possible = [self.folder / path.name for path in self.files]
        for path, rows in zip(self.possible, by_file.values()):
            write_steps(path, [row for row in rows if id(row) not in bad])

    def groups(self, methods, **options):
        """{method: {key: figures}} of the groups that have steps."""
        options.setdefault("tables", self.slim)
        options.setdefault("measured", self.files)
        reports = self.run.validate(options.pop("measured"), methods, BY, **options)
        return {name: {key: group for key, group in report["by"].items() if group["n"] + group["n_not_predicted"] > 0}
                for name, report in reports.items()}

    def main_groups(self):
        """Every method on every set: the figures that are checked too."""
        found = self.groups(["measured"])
        found[NO_TABLES] = self.groups(["measured"], tables=[])["measured"]
        found.update(self.groups([*PUBLISHED, "infersim"], tables=[self.data / "kernels" / "infersim"]))
        return found


def name_of(key):
    gpu, model, tp, phase = key
    return f"{gpu} {model} TP{tp}", phase


def goal_words(key, group):
    if key not in GOALS:
        return NONE, ""
    met = group["mape"] <= GOALS[key][0] and group["p95"] <= GOALS[key][1]
    return f"{GOALS[key][0]:g} / {GOALS[key][1]:g}", "met" if met else "**missed**"


# ---- 1: the data

def sets_table(study):
    rows, bad = [], Counter(id_of(row) for row in study.bad)
    for key in dict.fromkeys(id_of(row) for row in study.rows):
        mine = [row for row in study.rows if id_of(row) == key]
        counts = Counter(row["phase"] for row in mine)
        rows.append([f"`{key[0]}`", f"{mine[0]['gpu']}, {mine[0]['engine']}", f"{key[1]} TP{key[2]}", mine[0]["weight_dtype"],
                     *(counts.get(phase, 0) or NONE for phase in ("decode", "prefill", "mixed")), bad.get(key, 0) or NONE])
    return table(["source (as in the data)", "GPU, engine", "model", "weights", "decode", "prefill", "mixed", "impossible"],
                 rows, 4)


def id_of(row):
    return row["source"], row["model"], row["tp"]


def noise(study):
    """Repeatability by group."""
    groups = {}
    for row in study.rows:
        groups.setdefault((row["gpu"], row["model"], str(row["tp"]), row["phase"]), []).append(row)
    return {key: figures.repeatability(rows) for key, rows in groups.items()}


def noise_words(floor):
    return f"{number(floor['mape'])} / {number(floor['p95'])} ({floor['n']})" if floor else NONE


def tables_table(study):
    rows = {}
    for gpu, version, name, n in figures.table_rows(study.tables):
        rows.setdefault((gpu, version), []).append(f"{name.removesuffix('_perf.csv')} {n:,}")
    lines = [[gpu, version, ", ".join(names)] for (gpu, version), names in rows.items()]
    return table(["GPU", "measured with", "rows"], lines, 3)


# ---- 2: methods on sets

def measured_table(main, quiet, possible, floors):
    rows = []
    for key, group in main["measured"].items():
        goal, met = goal_words(key, group)
        rows.append([*name_of(key), f"{group['n']:,}", number(group["mape"]), number(group["p95"]), goal, met,
                     number(group["bias"], sign=True), number(group["p50"]), number(group["mape_by_batch"]), pair(quiet[key]),
                     noise_words(floors[key])])
        if possible[key]["n"] != group["n"]:
            group = possible[key]
            rows.append([name_of(key)[0], f"{key[3]}, possible ones", f"{group['n']:,}", number(group["mape"]),
                         number(group["p95"]), NONE, "", number(group["bias"], sign=True), number(group["p50"]),
                         number(group["mape_by_batch"]), NONE, NONE])
    return table(["set", "phase", "n", "MAPE", "p95", "goal", "", "bias", "p50", "by batch", "without stalls",
                  "repeatability (n)"], rows, 2)


def all_methods_table(main, quiet):
    rows = []
    for key in main["measured"]:
        for method, groups in main.items():
            group = groups[key]
            if group["n"]:
                rows.append([*name_of(key), method, f"{group['n']:,}", number(group["mape"]), number(group["bias"], sign=True),
                             number(group["p50"]), number(group["p95"]), number(group["mape_by_batch"]),
                             pair(quiet.get(method, {}).get(key))])
    return table(["set", "phase", "method", "n", "MAPE", "bias", "p50", "p95", "by batch", "without stalls"], rows, 3)


def side_by_side_table(main):
    rows = []
    for key in main["measured"]:
        rows.append([*name_of(key), *(pair(groups[key]) for method, groups in main.items() if method != "infersim")])
    return table(["set", "phase", *(method for method in main if method != "infersim")], rows, 2)


def reference_table(main):
    rows = []
    for (model, method), wanted in REFERENCE.items():
        (group,) = [group for key, group in main[method].items() if key[1] == model and key[3] == "decode"]
        rows.append([model, method, f"{group['n']:,}", number(wanted, 1), number(group["mape"]),
                     number(group["mape"] - wanted, sign=True)])
    return table(["decode steps of", "method", "n", "reference run", "here", "difference"], rows, 2)


# ---- 3: constants

def entries():
    for gpu in MEASURED_GPUS:
        for engine, values in figures.entry(gpu)["engines"].items():
            yield gpu, engine, values


def constants_table():
    columns = list(entries())
    rows = [[f"`{name}`", text, *(f"{values[name]:g}" for _, _, values in columns)] for name, text in CAUSES.items()]
    rows += [[f"`{name}`", f"{text} (a setting)", *(str(values[name]).lower() for _, _, values in columns)]
             for name, text in SETTINGS.items()]
    return table(["constant", "physical cause", *(f"{gpu} {engine}" for gpu, engine, _ in columns)], rows, 2)


def fit_reports(study):
    def one(fit):
        gpu, engine, name, constants = fit
        command = [sys.executable, "-B", str(ROOT / "scripts" / "fit_engine.py"), "--tool", str(study.tool), "--bench-data",
                   str(study.slim[0]), "--measured", str(study.folder / name), "--gpu", gpu, "--engine", engine, "--constants",
                   constants, "--leave-out", "--sample", str(FIT_SAMPLE), "--json"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Failed(run.stderr)
        return json.loads(run.stdout)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, FITS))


def leave_out_table(reports):
    rows = []
    for report in reports:
        fitted = {(g["model"], g["tp"], g["phase"]): g for g in report["groups"]}
        for left in report["left_out"]:
            values = ", ".join(f"{name} {value:g} ({report['constants'][name]:g})" for name, value in left["constants"].items())
            for i, group in enumerate(left["groups"]):
                with_it = fitted[(group["model"], group["tp"], group["phase"])]
                rows.append([f"{report['gpu']} {report['engine']}", f"{left['model']} TP{left['tp']}", "" if i else values,
                             group["phase"], group["n"], pair(with_it), pair(group)])
    return table(["engine", "left out", "constants fitted without it (with it)", "phase", "n", "fitted with it", "without it"],
                 rows, 4)


def preset(knobs):
    return "+".join(["measured", *(f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value}"
                                   for name, value in knobs.items())])


def across_table(study):
    """Each GPU's constants on the other's steps: all of them, and all but those of the attention kernels."""
    shipped = {(gpu, engine): values for gpu, engine, values in entries()}
    pairs = [(("h100_sxm", "vllm-0.15.1"), "b300_sxm"), (("b300_sxm", "vllm-0.20.1"), "h100_sxm")]
    own = study.groups(["measured"], measured=study.possible)["measured"]
    rows = []
    for donor, gpu in pairs:
        knobs = {name: shipped[donor][name] for name in CAUSES}
        shared = {name: value for name, value in knobs.items() if name not in OF_THE_KERNELS}
        found = study.groups([preset(knobs), preset(shared)], measured=study.possible, where=f"gpu == '{gpu}'")
        for key, group in found[preset(knobs)].items():
            rows.append([" ".join(donor), *name_of(key), f"{group['n']:,}", pair(own[key]), pair(found[preset(shared)][key]),
                         pair(group)])
    older = shipped[("h100_sxm", "vllm-0.15.1")]
    knobs = {name: older[name] for name in CAUSES}
    for key, group in study.groups([preset(knobs)], where="engine == 'vllm-0.11.0'")[preset(knobs)].items():
        rows.append(["h100_sxm vllm-0.15.1", *name_of(key), f"{group['n']:,}", pair(own[key]), NONE, pair(group)])
    return table(["constants of", "set", "phase", "n", "own constants", "all but those of attention kernels", "all"], rows, 3)


def worth_table(study):
    """MAPE with each constant switched off, where that changes something."""
    methods = {name: preset({name: value}) for name, value in OFF.items()}
    methods["kv_spread"] = preset({"kv_spread": "equal"})
    found = study.groups(["measured", *methods.values()], measured=study.possible)
    rows = []
    for key, group in found["measured"].items():
        shipped, changed = number(group["mape"]), (number(found[method][key]["mape"]) for method in methods.values())
        rows.append([*name_of(key), shipped, *("·" if text == shipped else text for text in changed)])
    header = [f"{name} = {value:g}" for name, value in OFF.items()] + ["kv_spread = equal"]
    return table(["set", "phase", "as shipped", *header], rows, 2), found[methods["kv_spread"]]


def sensitivity_table(study):
    """Mean of the groups' MAPE of an engine with a constant a fifth smaller and larger."""
    rows = []
    for gpu, engine, values in entries():
        varied = [name for name in CAUSES if values[name] > 0]
        def of(name, factor):
            return preset({name: values[name] * factor})
        presets = [of(name, factor) for name in varied for factor in (1 - VARIED, 1 + VARIED)]
        found = study.groups(["measured", *presets], measured=study.possible, where=f"engine == '{engine}' && gpu == '{gpu}'")
        score = {name: mean(group["mape"] for group in groups.values()) for name, groups in found.items()}
        rows += [[f"{gpu} {engine}", f"`{name}`", f"{values[name]:g}", number(score[of(name, 1 - VARIED)]),
                  number(score["measured"]), number(score[of(name, 1 + VARIED)])] for name in varied]
    return table(["engine", "constant", "shipped", f"−{100 * VARIED:.0f} %", "as shipped", f"+{100 * VARIED:.0f} %"], rows, 2)


# ---- 7: where not to trust it

def weak_table(study, equal_lengths):
    """Regions of the sets where errors are larger than elsewhere, and what nobody has measured a step of."""
    out, variants = study.folder / "rows.csv", {"GEMM without power limit": {"sustained_gemm_fraction": 2}}
    study.run("validate", "--method", ",".join(["measured", *map(preset, variants.values())]), "-o", out,
              *(w for path in study.possible for w in ("--measured", path)), tables=study.slim)
    every = list(figures.read_errors(out))
    steps = [row for row in every if row["method"] == "measured"]
    first, last = 300, 3000

    def late(r):
        return (r["gpu"] == "b300_sxm" and r["tp"] == "1" and r["phase"] == "mixed" and
                first <= int(r["prefill_tokens"]) <= last and not int(r["prefill_cached_tokens"]))
    regions = [(f"B300 TP1 mixed steps, {first} to {last} new tokens, nothing cached", late),
               ("B300 TP1 mixed steps on cached tokens: a full chunk came before",
                lambda r: r["gpu"] == "b300_sxm" and r["tp"] == "1" and r["phase"] == "mixed" and int(r["prefill_cached_tokens"])),
               (f"B300 prefill up to {first} tokens (the engine's warm-up)",
                lambda r: r["gpu"] == "b300_sxm" and r["phase"] == "prefill" and int(r["prefill_tokens"]) <= first),
               ("B300 prefill beyond", lambda r: r["gpu"] == "b300_sxm" and r["phase"] == "prefill" and
                int(r["prefill_tokens"]) > first),
               ("H100 batch-1 prefill", lambda r: r["gpu"] == "h100_sxm" and r["phase"] == "prefill"),
               ("stalls (more than 10 % over their like)", lambda r: r["stall"] == "1"),
               ("one decode request, B300", lambda r: r["gpu"] == "b300_sxm" and r["phase"] == "decode" and r["batch"] == "1")]
    chosen = [(name, [row for row in steps if inside(row)]) for name, inside in regions]
    chosen[1:1] = [(f"the same, {name}", [row for row in every if row["method"] == preset(knobs) and late(row)])
                   for name, knobs in variants.items()]
    rows = []
    for name, picked in chosen:
        found = figures.summary(picked)
        rows.append([name, f"{found['n']:,}", number(found["mape"]), number(found["bias"], sign=True), number(found["p95"]),
                     number(found["max"])])
    for key, group in equal_lengths.items():
        if key[0] == "b300_sxm" and key[3] == "decode":
            rows.append([f"decode of {' '.join(name_of(key)[:1])} taken as equal requests (as grids do)", f"{group['n']:,}",
                         number(group["mape"]), number(group["bias"], sign=True), number(group["p95"]), number(group["max"])])
    return table(["steps", "n", "MAPE", "bias", "p95", "largest"], rows)


def gpu_names():
    return sorted(path.stem for path in (ROOT / "bench_data" / "gpus").glob("*.json"))


def without_engine():
    """GPUs that nobody measured steps on: their entry has no constants, or those of another."""
    return ", ".join(name for name in gpu_names()
                     if not any(values["fitted_on"] == name for values in figures.entry(name).get("engines", {}).values()))


def measured_formats(study):
    return ", ".join(sorted({row["weight_dtype"] for row in study.rows}))
