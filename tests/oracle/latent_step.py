"""Steps of models with multi-head latent attention, in plain Python: that section of docs/measured.md in code, with experts,
and the closed forms of scripts/kernel_models.py where no table reaches. What they share with others is in measured_step.py.

Weights in bf16 or fp8, KV cache in 16 bit. Knows nothing of the C sources. Times are microseconds.
"""

import json
import math
import sys
from collections import namedtuple
from pathlib import Path

import measured_step
import surfaces
from latent_tables import MEASURED, MEASURED_DIM, Curves, Latent, never_slower, projections

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import kernel_models  # noqa: E402

load_gpu, Step = measured_step.load_gpu, measured_step.Step

EXPERT_FORMATS = {"bf16": ("bfloat16",), "fp8": ("fp8", "fp8_block")}  # the first that has the model's experts

# per_tok = how many experts a token takes; n_shared experts are taken by all
Experts = namedtuple("Experts", "n per_tok width n_shared")
# heads = of the whole model; kv_heads and head_dim: as if its latent were one KV head's keys and values
Model = namedtuple("Model", "layers hidden heads kv_heads head_dim ffn vocab window n_dense latent experts")


def load_model(root, name):
    """A model from its config.json."""
    config = json.loads((Path(root) / "model_configs" / name / "config.json").read_text(encoding="utf-8"))
    latent = Latent(config["q_lora_rank"] or 0, config["kv_lora_rank"], config["qk_nope_head_dim"], config["qk_rope_head_dim"],
                    config["v_head_dim"])
    experts, n_dense = None, config["num_hidden_layers"]
    if config.get("n_routed_experts"):
        experts = Experts(config["n_routed_experts"], config["num_experts_per_tok"], config["moe_intermediate_size"],
                          config.get("n_shared_experts") or 0)
        n_dense = config.get("first_k_dense_replace") or 0
    return Model(config["num_hidden_layers"], config["hidden_size"], config["num_attention_heads"], 1,
                 (latent.kv_rank + latent.rope) / 2, config["intermediate_size"], config["vocab_size"], 0, n_dense, latent,
                 experts)


# ---- Closed forms


class Closed:
    """The closed forms with the coefficients of a GPU's entry."""

    def __init__(self, root, name):
        entry = json.loads((Path(root) / "bench_data" / "gpus" / f"{name}.json").read_text(encoding="utf-8"))
        self.hw, self.fits, self.mla = kernel_models.Hardware.of(entry), entry["analytic"], entry["analytic_mla"]

    def gemm(self, dtype, m, n, k):
        return float(kernel_models.gemm_us(self.fits["gemm"][dtype], self.hw, dtype, float(m), float(n), float(k)))

    def experts(self, dtype, n_tok, hidden, experts, tp):
        return float(kernel_models.moe_us(self.fits["moe"][dtype], self.hw, dtype, float(n_tok), float(hidden),
                                          experts.width / tp, float(experts.per_tok), float(experts.n), 1.0))

    def all_reduce(self, n_bytes, tp):
        return float(kernel_models.all_reduce_us(self.fits["all_reduce"], self.hw, float(n_bytes), float(tp)))

    def decode(self, latent, heads, n_req, x):
        """A straight line between whole numbers."""
        low, high = (float(kernel_models.mla_decode_us(self.mla["decode"], self.hw, float(n_req), float(kv), heads,
                                                       float(latent.kv_rank), float(latent.rope)))
                     for kv in (math.floor(x), math.ceil(x)))
        return low + (high - low) * (x - math.floor(x))

    def prefill(self, latent, heads, n_req, x):
        """One new token is a decode on itself."""
        if x == 1:
            return self.decode(latent, heads, n_req, 1)
        return float(kernel_models.mla_prefill_us(self.mla["prefill"], self.hw, float(n_req), float(x), heads,
                                                  float(latent.nope), float(latent.rope), float(latent.v)))


# ---- The step


def sizes_read(latent, is_decode):
    """What a kernel of attention depends on besides heads: decodes attend to latents, prefills to heads."""
    return (latent.kv_rank, latent.rope) if is_decode else (latent.nope, latent.rope, latent.v)


class Oracle(measured_step.Oracle):
    """Steps of one model on one GPU at one tp with an engine's constants; dtype is the weights' number format. `modelled`
    are the operations of the last step in which a closed form has a part.
    """

    def __init__(self, model, gpu, tables, closed, tp, constants, kv_spread="equal", dtype="bf16"):
        super().__init__(model, gpu, tables, tp, constants, kv_spread, dtype)
        self.closed, self.measured, self.modelled, self.is_modelled = closed, Curves(tables.gemm), set(), False

    def model_says(self, time):
        """Notes that a time is a closed form's."""
        self.is_modelled = True
        return time

    def gemm(self, dtype, m, n, k):
        """As measured or modelled, but not above the power limit."""
        time = self.measured.at(dtype, m, n, k)
        if time is None:
            time = self.model_says(self.closed.gemm(dtype, m, n, k))
        return max(time, 2 * m * n * k / (self.gpu.peaks[dtype] * self.constants["sustained_gemm_fraction"]))

    def attention(self, block, n_req, x):
        """The time of n_req equal requests."""
        latent, found = self.model.latent, None
        if block.table and sizes_read(latent, block.is_decode) == sizes_read(MEASURED, block.is_decode):
            found = surfaces.attention_at(block.table, MEASURED_DIM, 0, 1, self.heads, n_req, x)
        if found:
            return found[0]
        modelled = self.closed.decode if block.is_decode else self.closed.prefill
        return self.model_says(modelled(latent, self.heads, n_req, x))

    def chain(self, groups, n_req, mean):
        """These kernels spread parts of requests over the SMs."""
        return 0.0

    def all_reduce(self, n_bytes):
        if self.tp in self.tables.all_reduce:
            return super().all_reduce(n_bytes)
        return self.model_says(self.closed.all_reduce(n_bytes, self.tp))

    def routed_experts(self, m):
        """One layer's."""
        experts, hidden = self.model.experts, self.model.hidden
        for name in EXPERT_FORMATS[self.dtype]:
            line = self.tables.experts.get((name, hidden, experts.width, experts.per_tok, experts.n, self.tp))
            if line:
                return never_slower(line, m)
        return self.model_says(self.closed.experts(self.dtype, m, hidden, experts, self.tp))

    def small_kernels(self, m):
        """Norms and activation; all else is in the measured block."""
        model, fused = self.model, self.constants["fuse_all_reduce_norm"] and self.tp > 1
        launches = (1 if fused else 3) * model.layers + 2
        ffn = 0 if model.experts else model.ffn // self.tp
        n_bytes = 2 * m * (model.layers * (8 * model.hidden + 3 * ffn) + 4 * model.hidden)
        return launches * self.constants["small_kernel_us"] + n_bytes / self.bytes_per_us

    def kernels(self, step):
        """(name, calls, kernel, its arguments) of a step but for the overhead."""
        model, tp, experts = self.model, self.tp, self.model.experts
        hidden, n_moe = model.hidden, model.layers - model.n_dense
        n_req = sum(group[0] for group in step.decode) + sum(group[0] for group in step.prefill)
        n_tok = sum(group[0] for group in step.decode) + sum(count * new for count, _, new in step.prefill)
        m = measured_step.padded(n_tok, self.constants["graph_max_tok"])

        def mlp(prefix, calls, width):
            yield prefix + "gate_up_proj", calls, self.gemm, (self.dtype, m, 2 * width, hidden)
            yield prefix + "down_proj", calls, self.gemm, (self.dtype, m, hidden, width)

        shapes = projections(model.latent, hidden, self.heads)
        for name, shape in shapes.items():
            yield name, model.layers, self.gemm, (self.dtype, m, *shape)
        if model.n_dense:
            yield from mlp("", model.n_dense, model.ffn // tp)
        if experts:
            yield "experts", n_moe, self.routed_experts, (m,)
            if experts.n_shared:
                yield from mlp("shared_", n_moe, experts.n_shared * experts.width // tp)
        yield "lm_head", 1, self.gemm, ("bf16", n_req, math.ceil(model.vocab / tp), hidden)
        yield "small_kernels", 1, self.small_kernels, (m,)
        if step.decode:
            yield "decode_attention", model.layers, self.decode_attention, (step.decode, bool(step.prefill))
        if step.prefill:
            yield "prefill_attention", model.layers, self.prefill_attention, (step.prefill,)
            n_cached = sum(count * cached for count, cached, _ in step.prefill)
            if n_cached:
                yield "cached_kv_b_proj", model.layers, self.gemm, (self.dtype, n_cached, *shapes["kv_b_proj"])
        if tp > 1:
            yield "all_reduce", 2 * model.layers, self.all_reduce, (2 * hidden * m,)

    def step(self, step):
        """{operation: us}, all layers, one GPU's share."""
        ops, self.modelled = {}, set()
        for name, calls, kernel, args in self.kernels(step):
            self.is_modelled = False
            ops[name] = calls * kernel(*args)
            if self.is_modelled:
                self.modelled.add(name)
        ops["step_overhead"] = self.overhead(step, math.fsum(ops.values()))
        return ops
