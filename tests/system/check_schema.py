#!/usr/bin/env python3
"""The JSON Schema of sweep files against the loader: `mfusweep schema` beside what the loader says of many documents.

    check_schema.py MFUSWEEP SOURCE shipped|tests|mutated [UNIT_TEST...]

shipped   sweeps/*.json and the sweeps of the command-line cases that are run there
tests     every sweep that the unit tests load, right and wrong ones
mutated   shipped sweeps with keys added and values replaced or taken away, which `plan` reads too

What the loader takes, the schema takes. What the loader refuses, the schema refuses, but for what only the loader can know.
"""

import collections
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("needs python3-jsonschema")
    sys.exit(77)

# Expressions, names of things elsewhere, and how parts of a document go together.
LOADER_ONLY = [re.compile(text) for text in (
    # expressions, and where they may stand
    r'unknown (name|function|GPU|model|dtype) ', r'no (GPU|model|dtype) matches', r'leaves no ', r'names no axis', r'names too many',
    r'known only after evaluation', r'names \w+ itself', r'needs itself', r'but the expression ends', r'expected an operator',
    r'expected a number, a text or a name', r'a text can only be compared', r'cannot be had here', r'nested too deeply',
    r'is a code, ',
    # names that others have, or that other parts do not
    r'is named twice', r'are called "', r'a second block', r'name of a zip', r'there is no axis or zip', r'"defs" has no',
    r'refers to itself', r'defs grow too large', r'is another name of', r'two methods', r'is in the list twice',
    # which axes a phase has, which values go together
    r'steps have no axis', r'no block has the axis', r'block needs ', r'cannot tell the phase', r'the phase is given twice',
    r'is both in "fixed" and in "axes"', r'is also in ', r'in the sweep\'s zip', r'is in the zip', r'lists of different lengths',
    r'has a "when" of its own', r'no values that could count', r'no values at all', r'goes with an axis under "axes" only',
    r'values where (one is fixed|a point has one)', r'has no value for', r'has its points in the blocks', r'names no torch_dtype',
    r'divides? the attention heads', r'ep above 1',
    # numbers
    r'is (below|above) ', r'not a whole number', r'must be above', r'its start lies above', r'^(?:[^:]*: )?more than \d+', r'number of values',
    r'both start and stop', r'ascending lengths', r'take no patterns', r'include\[\d+\]\.method: unknown method', r'per_octave" must be', r'power of two', r'cells with the blocks', r'10\^\d+ cells', r'within an? ',
    # files and the environment
    r'there is no file', r'extends itself', r'extends too many', r'environment', r'without "\}"', r'is no plain text',
    r'missing key "num_hidden_layers"', r'^[^:]*: expected 1, the version', r'duplicate key')]

TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|#[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|#[^\n]*|/\*.*?\*/)*[\]}])', re.DOTALL)


def parse(text):
    """JSON with comments and trailing commas; None where it is not even that."""
    try:
        return json.loads(TOKEN.sub(lambda match: match.group(0) if match.group(0)[0] == '"' else " ", text))
    except (ValueError, RecursionError):
        return None


def validator_of(tool, change=lambda schema: None):
    schema = json.loads(subprocess.run([tool, "schema"], check=True, capture_output=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    change(schema)
    return jsonschema.Draft202012Validator(schema)


class Tally:
    """Verdicts of both, side by side."""

    def __init__(self, validator):
        self.validator, self.n, self.problems = validator, collections.Counter(), []

    def hold(self, document, messages, where):
        """`messages`: the loader's errors, none where it takes the document."""
        error = jsonschema.exceptions.best_match(self.validator.iter_errors(document))
        self.n["wrong" if messages else "right", "refused" if error else "accepted"] += 1
        if error and not messages:
            self.problems.append(f"{where}: the schema refuses what the loader takes: {error.json_path}: {error.message[:200]}")
        if messages and not error and not any(rule.search(text) for text in messages for rule in LOADER_ONLY):
            self.problems.append(f"{where}: the schema takes what the loader refuses: {messages[0]}")

    def report(self):
        print(", ".join(f"{loader} {schema}: {n}" for (loader, schema), n in sorted(self.n.items())))
        if self.problems:
            sys.exit("\n".join(self.problems))


def errors_in(said):
    """The messages of errors, places and paths of files left out."""
    return [line.split("error: ", 1)[1] for line in said.splitlines() if "error: " in line]


def check_shipped(tool, source):
    tally = Tally(validator_of(tool))
    cases = source / "tests/cli/cases"
    used = {path for path in [*(source / "sweeps").glob("*.json"), *(source / "tests/cli/shared").glob("*.json")]}
    used |= {path for path in cases.glob("*/in/*.json") if not (path.parent.parent / "exit").exists()}
    for path in sorted(used):
        document = parse(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and ("sweep" in document or "extends" in document):
            tally.hold(document, [], path.name)
    if tally.n.total() < 10:
        sys.exit(f"only {tally.n.total()} documents")
    tally.report()


def leave_upper_layers_alone(schema):
    """The layer that these tests are of does not know which presets and fields there are."""
    schema["$defs"]["values_method"] = {}
    schema["$defs"]["fields"] = {}


def check_tests(tool, programs):
    tally = Tally(validator_of(tool, leave_upper_layers_alone))
    n_unparsable = 0
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            subprocess.run([program], env={**os.environ, "MSW_SPEC_CORPUS": folder}, check=True, capture_output=True)
        for path in sorted(Path(folder).glob("*.json")):
            text, said = path.read_text(encoding="utf-8"), path.with_suffix(".said").read_text(encoding="utf-8")
            document = parse(text)
            if document is None:
                n_unparsable += 1
                continue
            messages = errors_in(said)
            # methods and fields are left alone, so is what goes wrong in them
            if not any(re.match(r"[\w.\[\]]*(method|fields)\b", message) for message in messages):
                tally.hold(document, messages, text)
    if tally.n["right", "accepted"] < 100 or tally.n["wrong", "refused"] < 50 or n_unparsable > 10:
        sys.exit(f"too little to go by: {dict(tally.n)}, {n_unparsable} unparsable")
    tally.report()


def places(value, path=()):
    """Every value below the root by its path, but for free texts."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if not path and key in ("defs", "description", "$schema", "extends"):
            continue
        yield path + (key,)
        yield from places(child, path + (key,))


def mutate(rng, document):
    """One value replaced or taken away, or a key added that nobody knows."""
    document = copy.deepcopy(document)
    path = rng.choice(list(places(document)))
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if rng.random() < 0.2:
        del parent[path[-1]]
    elif isinstance(parent[path[-1]], dict) and rng.random() < 0.5:
        parent[path[-1]]["no_such_key"] = rng.choice([1, "x", [1]])
    else:
        parent[path[-1]] = rng.choice([True, None, 1, 4, 0.5, -1, "", "x", "1:8:*2", "1:x", [], {}, [[]], [1, 1], {"a": 1}, {"union": []}, "$nothing"])
    return document


def check_mutated(tool, source):
    tally = Tally(validator_of(tool))
    rng = random.Random(20261122)
    shipped = [parse(path.read_text(encoding="utf-8")) for path in sorted((source / "sweeps").glob("*.json"))]
    more = [parse((source / "tests/cli/cases" / name).read_text(encoding="utf-8"))
            for name in ("plan_reduce/in/reduce.json", "plan_when/in/when.json", "plan_zip/in/zip.json", "run_include/in/points.json")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.json"
        for _ in range(250):
            document = mutate(rng, rng.choice(shipped + more))
            path.write_text(json.dumps(document), encoding="utf-8")
            done = subprocess.run([tool, "plan", path, "--json"], cwd=folder, env={**os.environ, "MFUSWEEP_DATA": str(source)},
                                  capture_output=True, check=False)
            messages = errors_in(done.stderr.decode("utf-8", "replace"))
            if done.returncode not in (0, 2) or (done.returncode == 2) != bool(messages):
                sys.exit(f"plan ended with {done.returncode}: {done.stderr[-500:]}")
            tally.hold(document, messages, json.dumps(document))
    tally.report()


def main():
    tool, source, check = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if check == "shipped":
        check_shipped(tool, source)
    elif check == "tests":
        check_tests(tool, sys.argv[4:])
    else:
        check_mutated(tool, source)


if __name__ == "__main__":
    main()
