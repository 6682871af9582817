#!/usr/bin/env python3
"""Sweeps in YAML through the tool: every sweep of the project, written as YAML by PyYAML in several ways, plans to the same and
has the same hash; a result made from one is the result of the other, and /meta keeps the text as given.

    check_yaml.py TOOL ROOT equal|result
"""
import json
import re
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, call, expect, expect_status

try:
    import yaml
except ImportError:
    print("needs PyYAML")
    sys.exit(SKIPPED)

WAYS = [dict(default_flow_style=False), dict(default_flow_style=None, width=60), dict(default_flow_style=True),
        dict(default_style='"', indent=4)]
SMALL = {"sweep": 1, "name": "small", "fixed": {"gpu": "h100", "tp": 1, "method": "v2-floor"},
         "axes": {"model": ["llama-2-7b-hf"], "batch": "1:4:*2", "kv_len": [1024, "2Ki"]}, "exclude": ["batch * kv_len > 4Ki"]}


def read_sweep(path):
    """A sweep file's document: JSON but for comments and trailing commas."""
    text = re.sub(r'"(?:\\.|[^"\\])*"|//[^\n]*|#[^\n]*|/\*.*?\*/', lambda m: m[0] if m[0][0] == '"' else " ", path.read_text(),
                  flags=re.S)
    return json.loads(re.sub(r'("(?:\\.|[^"\\])*")|,(\s*[}\]])', lambda m: m[1] or m[2], text))


def write_yaml(path, document, way):
    path.write_text("# as PyYAML writes it\n" + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, **way))
    expect(yaml.safe_load(path.read_text()) == document, f"{path}: PyYAML reads something else than it wrote")
    return path


def plan_of(path):
    """What `plan` says, but for the places in the file."""
    plan = json.loads(expect_status(call("plan", path, "--json")).stdout)
    return json.loads(re.sub(r'"(file|line)": [^,\n]*', r'"\1": 0', json.dumps(plan, indent=1)))


def hash_of(path, folder):
    """The hash that `run` tells before it sees that it must not write over a file; None where the sweep is too large to run."""
    taken = folder / "taken.h5"
    taken.write_text("not a result")
    done = expect_status(call("run", path, "-v", "-o", taken), 2)
    found = re.search(r", hash ([0-9a-f]{64})$", done.stderr, flags=re.M)
    return found and found[1]


def check_equal(folder):
    n_hashes = 0
    for sweep in sorted((ROOT / "sweeps").glob("*.json")):
        document, plan, digest = read_sweep(sweep), plan_of(sweep), hash_of(sweep, folder)
        n_hashes += digest is not None
        for i, way in enumerate(WAYS):
            copy = write_yaml(folder / f"{sweep.stem}-{i}.yaml", document, way)
            expect(plan_of(copy) == plan, f"{copy.name} plans to something else than {sweep.name}\n{copy.read_text()}")
            if i == 0:
                expect(hash_of(copy, folder) == digest, f"{copy.name} has another hash than {sweep.name}\n{copy.read_text()}")
    expect(n_hashes >= 3, f"only {n_hashes} sweeps have a hash")
    print(f"{n_hashes} hashes are equal")


def check_result(folder):
    try:
        import h5py
    except ImportError:
        print("needs h5py")
        sys.exit(SKIPPED)
    out, as_json = folder / "small.h5", folder / "small.json"
    as_yaml = write_yaml(folder / "small.yml", SMALL, WAYS[0])
    as_json.write_text(json.dumps(SMALL))
    expect_status(call("run", as_yaml, "-q", "-o", out))
    with h5py.File(out) as file:
        expect(file["meta/spec"][()].decode() == as_yaml.read_text(), "/meta/spec is not the text as given")
        expect(json.loads(file["meta/expanded"][()])["axes"]["batch"] == [1, 2, 4], "/meta/expanded is not the canonical sweep")
        expect(any(line.decode().endswith("small.yml") for line in file["meta/inputs"][()]), "/meta/inputs lacks the sweep")
    again = expect_status(call("run", as_json, "-o", out))
    expect("already complete" in again.stderr, f"the same sweep in JSON is another one:\n{again.stderr}")
    expect_status(call("verify", out))


def main():
    with tempfile.TemporaryDirectory(prefix="mfusweep-yaml-") as folder:
        {"equal": check_equal, "result": check_result}[sys.argv[3]](Path(folder))


if __name__ == "__main__":
    main()
