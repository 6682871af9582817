"""Sweeps that several checks of this folder run: small ones, with what makes results differ in form."""
METHODS = [{"base": base, "name": base, "mfu_source": "latency"} for base in ("v2-floor", "v2-interp")]

ONE = {"sweep": 1, "name": "one", "fixed": {"gpu": "h100"},
       "axes": {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2, 4], "method": METHODS, "batch": "1:24",
                "kv_len": "64:4096:64"},
       "exclude": ["batch * kv_len > 40000"]}
# Tiles of 131072 cells at most: several for each case here, with borders that do not divide.
LARGE = {"sweep": 1, "name": "large", "fixed": {"gpu": "h100"}, "fields": ["step_us", "bound", "flags"],
         "axes": {"model": ["llama-2-7b-hf"], "tp": [1, 2], "method": METHODS[1:], "batch": "1:300",
                  "kv_len": "64:64000:64"}}
BLOCKS = {"sweep": 1, "name": "blocks", "fixed": {"gpu": "h100"},
          "axes": {"model": ["llama-2-7b-hf", "qwen3-8b"], "tp": [1, 2], "method": METHODS[1:]},
          "exclude": [{"model": "qwen3-8b", "tp": 2}],
          "blocks": [{"name": "decode", "axes": {"batch": "1:64:*2", "kv_len": "1:3000:70"}},
                     {"name": "prefill", "axes": {"batch": [1, 4], "seq_len": "1:9000:310", "cached_len": [0, 1000]}},
                     {"name": "mixed", "axes": {"batch": [1, 8], "kv_len": [100, 5000], "seq_len": "64:4096:640"}}]}
ZIP = {"sweep": 1, "name": "zip", "fixed": {"gpu": "h100"},
       "axes": {"method": METHODS, "batch": [1, 8, 32], "kv_len": "64:4096:64"},
       "zip": {"pair": {"model": ["llama-2-7b-hf", "qwen3-8b", "qwen3-8b"], "tp": [1, 2, 4]}}}
