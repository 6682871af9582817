#!/usr/bin/env python3
"""The method `measured` for models with multi-head latent attention against an oracle written from its document alone
(tests/oracle/latent_step.py), operation by operation: within 1e-9 on public tables (../shared/data/kernels); where a closed
form has a part, within what the tool's curves may miss of it.

    check_latent.py --mfusweep PATH [--seed N] [--steps N]

Random decode, prefill and mixed steps of DeepSeek's models and made-up ones, with and without tables, with every engine's
constants. Exit status 0: all agree; 1: not; 77: no data, no NumPy.
"""

import argparse
import json
import math
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "oracle"), str(ROOT / "tests" / "golden")]
try:
    import check_measured as dense
    import latent_step as oracle
    import latent_tables
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(SKIPPED)

TOLERANCE = 1e-9
# A closed form enters a case as a curve, within 1 % almost everywhere.
CURVE_TOLERANCE, MOST_OFF, CURVE_LIMIT = 0.01, 0.01, 0.05
SUMS = {"step", "step_overhead"}  # of other operations
# With tables of the whole block, with tables without it, with no tables at all
MEASURED_GPUS = ["h100_sxm", "h200_sxm", "b200_sxm"]
OTHER_GPUS = ["a100_sxm", "b300_sxm"]
BARE_GPUS = ["a100_pcie", "b200_sxm", "gb200", "h20", "h100_sxm", "l40s"]
MODELS = ["deepseek-v3", "deepseek-v2-lite"]
NO_EXPERTS = {"n_routed_experts": None, "n_shared_experts": None, "num_experts_per_tok": None, "moe_intermediate_size": None,
              "first_k_dense_replace": None}
# Numbers of heads between measured ones and beyond; sizes with which only decodes or only prefills are looked up; experts that
# tables have, none, and dense layers: {name: (model, changes of its config.json)}
MADE_UP_MODELS = {
    "many-heads": ("deepseek-v3", {"num_attention_heads": 160, "num_key_value_heads": 160, "num_hidden_layers": 7}),
    "odd-heads": ("deepseek-v3", {"num_attention_heads": 48, "num_key_value_heads": 48, "q_lora_rank": 768}),
    "narrow-latent": ("deepseek-v3", {"kv_lora_rank": 256, "num_hidden_layers": 20}),
    "wide-values": ("deepseek-v2-lite", {"v_head_dim": 192, "first_k_dense_replace": 0}),
    "wide-keys": ("deepseek-v3", {"qk_nope_head_dim": 192, "n_shared_experts": 0}),
    "few-experts": ("deepseek-v3", {"hidden_size": 4096, "n_routed_experts": 128, "moe_intermediate_size": 1536}),
    "dense": ("deepseek-v3", {"num_hidden_layers": 33, **NO_EXPERTS}),
}


def data_root(args, folder):
    """A data root without kernel tables, and with the made-up models."""
    root, models = Path(args.data_dir).resolve(), Path(folder) / "model_configs"
    (Path(folder) / "bench_data").mkdir()
    (Path(folder) / "bench_data" / "gpus").symlink_to(root / "bench_data" / "gpus")
    for name, (base, changes) in {**{name: (name, {}) for name in MODELS}, **MADE_UP_MODELS}.items():
        config = json.loads((root / "model_configs" / base / "config.json").read_text(encoding="utf-8"))
        config = {key: value for key, value in {**config, **changes}.items() if value is not None or key == "q_lora_rank"}
        (models / name).mkdir(parents=True)
        (models / name / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return Path(folder)


class Comparison:
    """Counts what differs, operation by operation: within 1e-9 ("table"), or for closed forms within their limit."""

    def __init__(self):
        self.n_steps, self.n_off, self.n_times, self.worst, self.wrong = 0, 0, Counter(), Counter(), Counter()

    def add(self, where, row, want, modelled):
        """Compares one step; modelled are the operations with a closed form."""
        got = dense.op_times(row)
        got["step"], want["step"] = float(row["step_us"]), math.fsum(want.values())
        slack = CURVE_LIMIT * math.fsum(want[name] for name in modelled)
        self.n_steps += 1
        if ("analytic" in row["flags"].split("|")) != bool(modelled):
            self.wrong["flags"] += 1
            print(f"{where}: flags {row['flags']}, closed forms in {sorted(modelled)}")
        for name in sorted(got.keys() | want.keys()):
            a, b = got.get(name, 0.0), want.get(name, 0.0)
            allowed = TOLERANCE * max(abs(a), abs(b))
            if name in SUMS:
                allowed += slack
            elif name in modelled:
                allowed = CURVE_LIMIT * b
                self.n_off += abs(a - b) > CURVE_TOLERANCE * b
            self.count("sum" if name in SUMS else "closed form" if name in modelled else "table", a, b)
            if not abs(a - b) <= allowed:
                self.wrong[name] += 1
                if self.wrong[name] <= 5:
                    print(f"{where} {row['decode']!r} {row['prefill']!r}\n    {name}: mfusweep {a:.17g}, oracle {b:.17g} us, "
                          f"flags {row['flags']}")

    def count(self, kind, a, b):
        """One time more, and how far it is off."""
        self.n_times[kind] += 1
        self.worst[kind] = max(self.worst[kind], 0.0 if a == b else abs(a - b) / max(abs(a), abs(b)))

    def says(self):
        """How many, how far off, and whether that will do."""
        for kind, n in self.n_times.items():
            print(f"{kind}: {n} times, worst {self.worst[kind]:.2g}")
        too_many = self.n_off > MOST_OFF * self.n_times["closed form"]
        print(f"{self.n_steps} steps; wrong: {dict(self.wrong) or 'none'}; closed forms off by more than {CURVE_TOLERANCE:g}: "
              f"{self.n_off}{', too many' if too_many else ''}")
        return not self.wrong and not too_many


def tps_of(model):
    """Degrees that divide everything."""
    widths = [model.heads, model.ffn] + ([model.experts.width] if model.experts else [])
    return [tp for tp in (1, 2, 4, 8, 16, 32) if all(width % tp == 0 for width in widths)]


def compare(args, root, rng, comparison, name, has_tables):
    """Random steps on one GPU, with settings by chance."""
    gpu, closed = oracle.load_gpu(root, name), oracle.Closed(root, name)
    tables = latent_tables.load_tables(dense.SHARED, gpu) if has_tables else latent_tables.NO_TABLES
    models = {each: oracle.load_model(root, each) for each in [*MODELS, *MADE_UP_MODELS]}
    dtypes = [dtype for dtype in ("bf16", "fp8") if dtype in closed.fits["gemm"] and dtype in closed.fits["moe"]]
    cases = [(case, dtype) for case in dense.settings_of(gpu) for dtype in dtypes]
    n_cases = args.settings if tables.decode.table else -(-args.settings // 2)
    for (settings, constants, kv_spread), dtype in rng.sample(cases, min(len(cases), n_cases)):
        drawn = [(rng.choice([*models, *MODELS]), dense.random_step(rng)) for _ in range(args.steps)]
        drawn = [(model, rng.choice(tps_of(models[model])), step) for model, step in drawn]
        rows = dense.run_mfusweep(args, root, name, settings, dtype, [dense.as_row(*each) for each in drawn], has_tables)
        for (model, tp, step), row in zip(drawn, rows, strict=True):
            asked = oracle.Oracle(models[model], gpu, tables, closed, tp, constants, kv_spread, dtype)
            want = asked.step(step)
            where = f"{name}{'' if has_tables else ' without tables'} {settings} {dtype} {model} tp {tp}"
            comparison.add(where, row, want, asked.modelled)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True, help="the executable")
    parser.add_argument("--data-dir", default=ROOT, help="model_configs and bench_data")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--steps", type=int, default=24, help="steps per GPU and setting")
    parser.add_argument("--settings", type=int, default=2, help="settings per GPU with tables of the block; others half")
    args = parser.parse_args()
    if not dense.SHARED.is_dir():
        print(f"no tables in {dense.SHARED}")
        return SKIPPED
    comparison, rng = Comparison(), random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = data_root(args, folder)
        for name, has_tables in [(name, True) for name in MEASURED_GPUS + OTHER_GPUS] + [(name, False) for name in BARE_GPUS]:
            compare(args, root, rng, comparison, name, has_tables)
    print(f"seed {args.seed}")
    return 0 if comparison.says() else 1


if __name__ == "__main__":
    sys.exit(main())
