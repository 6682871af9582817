"""Made-up measurements in every layout that the tool reads: kernel latencies as aiconfigurator and the project have them, and
measured steps. Times are those of no machine, but none is faster than an H100 can be."""

ATTENTION = ("kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,beam_width,attn_dtype,kv_cache_dtype,step,"
             "window_size,latency\n")
MLA = "kernel_source,mla_dtype,kv_cache_dtype,num_heads,batch_size,isl,step,latency\n"
MODULE = "kernel_source,model,architecture,mla_dtype,kv_cache_dtype,gemm_type,num_heads,batch_size,isl,tp_size,step,latency\n"
MOE = ("kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,distribution,"
       "latency\n")
FORMATS = ("bfloat16", "fp8")
LENGTHS = (16, 256, 1024, 4096)


def table(header, rows):
    return header + "".join(f"{row}\n" for row in rows)


def gemm():
    return table("kernel_source,gemm_dtype,m,n,k,latency\n", [
        f"torch,{dtype},{m},{n},{k},{.01 + 4e-12 * m * n * k + n * k / 1e9:.6g}" for dtype in ("bfloat16", "fp8_block")
        for n, k in ((4096, 4096), (12288, 4096), (4096, 11008)) for m in (1, 8, 64, 512, 4096)])


def prefill():
    return table(ATTENTION, [
        f"fa3,{batch},{seq},32,8,128,1,bfloat16,{kv},0,0,{.01 + batch * seq * seq * 5e-8:.6g}" for kv in FORMATS
        for batch in (1, 8) for seq in LENGTHS])


def decode():
    return table(ATTENTION, [
        f"fa3,{batch},1,32,{heads},128,1,bfloat16,{kv},{length - 1},{window},{.01 + batch * length * heads * 5e-7:.6g}"
        for kv in FORMATS for heads, window in ((8, 0), (32, 1024)) for batch in (1, 8) for length in LENGTHS])


def all_reduce():
    return table("kernel_source,allreduce_dtype,num_gpus,message_size,latency,backend\n", [
        f"vLLM_{how},bfloat16,{gpus},{size},{.005 + size * 1e-8:.6g},vllm_{how}" for how in ("graph", "eager") for gpus in (2, 4)
        for size in (128, 8192, 524288)])


def nccl():
    return table("op_name,kernel_source,nccl_dtype,num_gpus,message_size,latency\n", [
        f"{operation},NCCL,{dtype},2,{size},{.005 + size * 1e-8:.6g}" for operation in ("all_gather", "all_reduce")
        for dtype in ("half", "int8") for size in (256, 65536)])


def moe():
    return table(MOE, [
        f"v,{dtype},{tok},4096,14336,2,8,2,1,{spread},{.3 + tok * 3e-3:.6g}" for dtype in FORMATS
        for spread in ("power_law_1.01", "balanced") for tok in (1, 64, 512)])


def latent(header, is_prefill, columns):
    """Attention on a latent cache, the core or the whole block."""
    rows = []
    for batch in (1, 4):
        for length in LENGTHS[:3]:
            new, step = (length, 0) if is_prefill else (1, length)
            rows.append(columns.format(batch=batch, new=new, step=step) + f",{.2 + batch * length * 1e-4:.6g}")
    return table(header, rows)


CORE = "x,bfloat16,fp8,128,{batch},{new},{step}"
BLOCK = "x,deepseek-ai/DeepSeek-V3,D,bfloat16,bfloat16,fp8_block,128,{batch},{new},1,{step}"

# Below a bench folder.
TABLES = {
    "h100/vllm-0.24.0/gemm_perf.csv": gemm(),
    "h100/vllm-0.24.0/context_attention_perf.csv": prefill(),
    "h100/vllm-0.24.0/generation_attention_perf.csv": decode(),
    "h100/vllm-0.24.0/custom_allreduce_perf.csv": all_reduce(),
    "h100/vllm-0.24.0/nccl_perf.csv": nccl(),
    "h100/vllm-0.24.0/moe_perf.csv": moe(),
    "h100/vllm-0.24.0/context_mla_perf.csv": latent(MLA, True, CORE),
    "h100/vllm-0.24.0/generation_mla_perf.csv": latent(MLA, False, CORE),
    "h100/vllm-0.24.0/mla_context_module_perf.csv": latent(MODULE, True, BLOCK),
    "h100/vllm-0.24.0/mla_generation_module_perf.csv": latent(MODULE, False, BLOCK),
    "misc/h100/data.csv": "kernel,bytes,latency_us\ncopy,1024,2\ncopy,1048576,3\nrms_norm,4096,2.5\n",
    "gemm/h100/data.csv": "m,k,n,latency_us,mfu\n1,4096,4096,20,0.0017\n64,4096,4096,21,0.1033\n1024,4096,4096,70,0.496\n",
    "gemm/h100/SOURCE.json": '{\n  "gpu": "h100",\n  "dtype": "bf16",\n  "peak_tflops": 989.5\n}\n',
    "mha/prefill/h100/32-8-128.csv": "dtype,seq_len,latency_us,batch_size,cached_len\nbf16,128,20,1,0\nbf16,1024,90,1,512\n",
    "mha/decode/h100/32-8-128-tp1.csv": "dtype,kv_dtype,batch_size,kv_len,latency_us\nbf16,bf16,1,128,10\nbf16,bf16,8,1024,30\n",
}

STEPS = """source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_requests,decode_kv_tokens,prefill_requests,prefill_tokens,\
prefill_cached_tokens,latency_us,n_obs,note
made,h100,vllm-0.15.1,llama-2-7b-hf,1,bf16,bf16,8,8000,0,0,0,10000,1,x
made,h100,vllm-0.11.0,llama-2-7b-hf,2,,,0,0,2,3001,500,50000,3,"a,b"
made,H100,,llama-3.1-8b,4,fp8,fp8,4,2050,1,512,0,25000,2.5,
made,h100,vllm-0.13,mixtral-8x7b-v0.1,2,,,64,64064,0,0,0,20000,1,y
"""
