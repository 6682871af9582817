#!/usr/bin/env python3
"""scripts/fit_kernels.py on made-up tables: it finds back what made them, and puts it into GPU entries without harming them.

usage: check_fit_kernels.py SOURCE
"""
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

SOURCE = Path(sys.argv[1])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "scripts"))
import fit_kernels  # noqa: E402
import kernel_models as models  # noqa: E402
import kernel_rows  # noqa: E402

GPU, OTHER = "h100_sxm", "h20"
NOISE = .01
MADE = {
    "gemm": {"launch_us": 2.0, "mfu": .8, "sm_load_gb_per_s": 150.0, "epilogue_us": .7, "k_us": .2, "bw_fraction": .85,
             "overlap_power": 3.0, "wave_quantisation": .4, "split_us": 2.0, "split_passes": 1.0, "throttle_fraction": .1},
    "prefill_attention": {"launch_us": 9.0, "mfu": .7, "softmax_us": .8, "cta_us": 1.5, "tail_fraction": .8,
                          "overlap_power": 2.0, "bw_fraction": .7, "kv_passes": 3.0, "token_us": .1, "throttle_fraction": .1},
    "decode_attention": {"launch_us": 8.0, "cta_us": 2.0, "block_us": .2, "sm_load_gb_per_s": 90.0, "group_us": .8,
                         "bw_fraction": .9, "overlap_power": 1.5, "combine_us": 1.3, "combine_passes": .4},
}


def made_rows(kernel, hw, entry):
    """Arguments and times of the model with MADE's coefficients, a little noise on them."""
    if kernel == "gemm":
        args = np.meshgrid([1, 16, 64, 256, 1024, 8192], [256, 1024, 4096, 14336], [512, 4096, 8192, 28672])
    elif kernel == "prefill_attention":
        args = np.meshgrid([1, 4, 32], [32, 512, 4096], [0], [8, 32], [4, 8], [64, 128])
    else:
        args = np.meshgrid([1, 8, 64, 512], [16, 512, 2048, 16384], [8, 32], [4, 8], [64, 128])
    args = [arg.astype(float).reshape(-1) for arg in args]
    rows = kernel_rows.Rows(args, np.ones(len(args[0])), np.zeros(len(args[0]), bool))
    _, facts = fit_kernels.terms_of(kernel, "bf16", entry, rows)
    us = fit_kernels.model_of(kernel, "bf16", hw)({**facts, **MADE[kernel]}, *args)
    return args, us * np.exp(np.random.default_rng(7).normal(0, NOISE, len(us)))


def write_csv(path, head, *columns):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(zip(*columns))


def write_tables(folder, hw, entry):
    folder.mkdir(parents=True)
    (m, n, k), us = made_rows("gemm", hw, entry)
    write_csv(folder / "gemm_perf.csv", ("kernel_source", "gemm_dtype", "m", "n", "k", "latency"),
              ["made"] * len(m), ["bfloat16"] * len(m), m, n, k, us / 1e3)
    head = ("batch_size", "isl", "step", "num_heads", "num_key_value_heads", "head_dim", "window_size", "kv_cache_dtype",
            "latency")
    (batch, seq, cached, *shape), us = made_rows("prefill_attention", hw, entry)
    dtype, window = ["bfloat16"] * len(us), [0] * len(us)
    write_csv(folder / "context_attention_perf.csv", head, batch, seq, cached, *shape, window, dtype, us / 1e3)
    (batch, kv, *shape), us = made_rows("decode_attention", hw, entry)
    dtype, window = ["bfloat16"] * len(us), [0] * len(us)
    write_csv(folder / "generation_attention_perf.csv", head, batch, np.ones(len(us)), kv - 1, *shape, window, dtype, us / 1e3)


def fit(tables, gpus, *more):
    return subprocess.run([sys.executable, "-B", SOURCE / "scripts" / "fit_kernels.py", "--bench-data", tables, "--gpus", gpus,
                           "--date", "2000-01-01", *more], text=True, capture_output=True)


def check_times(hw, c):
    """No kernel is faster than its FLOP at the peak and its bytes at full bandwidth; more work never takes less time."""
    m = np.array([1., 2, 16, 64, 500, 4096])
    for n, k in ((64., 64.), (4096., 14336.)):
        us = models.gemm_us(c["gemm"]["bf16"], hw, "bf16", m, n, k)
        assert (us >= 2 * m * n * k / hw.flop_per_us["bf16"]).all()
        assert (us >= 2 * (m * k + n * k + m * n) / hw.bytes_per_us).all()
    kv = np.array([1., 128, 1000, 1e5])
    us = models.decode_us(c["decode_attention"]["bf16"], hw, "bf16", 8., kv, 32., 8., 128.)
    assert (np.diff(us) >= 0).all() and (us >= 2 * 2 * 8 * 8 * kv * 128 / hw.bytes_per_us).all()
    seq = np.array([2., 128, 1000, 32768])
    us = models.prefill_us(c["prefill_attention"]["bf16"], hw, "bf16", 2., seq, 100., 32., 8., 128.)
    assert (np.diff(us) > 0).all() and (us >= 4 * 2 * 32 * 128 * seq * seq / 2 / hw.flop_per_us["bf16"]).all()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gpus, tables = folder / "gpus", folder / "tables"
        gpus.mkdir()
        before = {}
        for gpu in (GPU, OTHER):
            entry = json.loads((SOURCE / "bench_data" / "gpus" / f"{gpu}.json").read_text())
            before[gpu] = {key: value for key, value in entry.items() if key != "analytic"}
            (gpus / f"{gpu}.json").write_text((SOURCE / "bench_data" / "gpus" / f"{gpu}.json").read_text())
        entry = fit_kernels.load_entry(gpus / f"{GPU}.json")
        hw = models.Hardware.of(entry)
        write_tables(tables / GPU / "made-1", hw, entry)

        done = fit(tables, gpus, "--write")
        assert done.returncode == 0, done.stderr
        texts = {gpu: (gpus / f"{gpu}.json").read_text() for gpu in before}
        after = {gpu: json.loads(text) for gpu, text in texts.items()}
        for gpu in before:
            left = {key: value for key, value in after[gpu].items() if key != "analytic"}
            assert left == {**before[gpu], "num_sm": fit_kernels.NUM_SM[gpu]}, gpu
            assert after[gpu]["analytic"]["fitted_on"] == GPU
            assert all(len(line) <= 128 for line in texts[gpu].split('"analytic"')[1].splitlines() if '"source"' not in line)
        block = after[GPU]["analytic"]
        for kernel in MADE:
            found = block[kernel]["bf16"]["residuals"]
            assert found["n"] > 0 and found["median_percent"] < 3 and found["p90_percent"] < 8, (kernel, found)
        assert abs(block["gemm"]["bf16"]["bw_fraction"] / MADE["gemm"]["bw_fraction"] - 1) < .1
        check_times(hw, block)
        assert "residuals" not in json.dumps(after[OTHER]["analytic"]), "residuals of another GPU"
        assert block["memory_op"]["launch_us"] == block["gemm"]["bf16"]["launch_us"]

        again = fit(tables, gpus, "--write")
        assert again.returncode == 0 and texts == {gpu: (gpus / f"{gpu}.json").read_text() for gpu in before}, "not repeatable"
        assert fit(tables, gpus, "--gpu", "h1000").returncode == 2
        nothing = fit(tables, gpus, "--gpu", OTHER)
        assert nothing.returncode == 2 and f"no tables of {OTHER}" in nothing.stderr, nothing.stderr
    print("fit_kernels.py finds back what made the tables")


if __name__ == "__main__":
    main()
