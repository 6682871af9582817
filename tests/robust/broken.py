"""What the checks of broken inputs share: ways to break a file, and running the tool on the result."""

import argparse
import json
import os
import random
import re
import resource
import subprocess
from pathlib import Path

JUNK = [b"", b"nan", b"-1", b"0", b"1e999", b"1e-999", b"9223372036854775808", b"\"", b",", b"{", b"]", b"\0", b"\xff\xfe", b"\xe2\x82",
        b"\r", b"\n", b"//", b"/*", b"$kv", b"true", b"null", b"1:999999999", b"1:9:*1", b"0:1:0", b"a" * 5000, b"[" * 200, b"-", b"inf"]


def flip(rng, data):
    """Some bytes replaced."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        if data:
            data[rng.randrange(len(data))] = rng.choice([rng.randrange(256), rng.randrange(32, 127)])
    return bytes(data)


def splice(rng, data):
    """A stretch replaced by junk, or by another stretch of the same file."""
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice([0, 1, 1, 3, 10, 100]))
    at = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice([rng.choice(JUNK), data[at:at + rng.randrange(60)]]) + data[end:]


def edit_number(rng, data):
    """One run of digits replaced by another number."""
    places = [i for i in range(len(data)) if data[i:i + 1].isdigit()]
    if not places:
        return data
    start = end = rng.choice(places)
    while end < len(data) and data[end:end + 1].isdigit():
        end += 1
    number = rng.choice([b"0", b"-7", b"1", b"2", b"3", b"1e30", b"99999999999999999999", b"0.5", b"1e308", b"65537", b"", b"1e-320"])
    return data[:start] + number + data[end:]


def shuffle_lines(rng, data):
    """A line dropped, doubled or moved."""
    lines = data.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def truncate(rng, data):
    """The beginning alone."""
    return data[:rng.randrange(len(data) + 1)]


MUTATIONS = [flip, flip, splice, splice, edit_number, edit_number, shuffle_lines, truncate]

WHOLE_FILE = ("has no rows", "found an empty file", "header line, found none", "cannot be read", "more errors are not shown")
MOST_CPU_S = 300   # of one process: one that goes astray is ended by a signal


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_told(said, path):
    """Is the broken file named by an error: with a line, unless it is the file as a whole? The command line may be at fault
    too, for a name that the file no longer has."""
    place = re.compile(rf"^(?:\S*/)?{re.escape(path.name)}(?P<line>:\d+)?(?::\d+)?: error: (?P<what>.*)")
    for line in said.splitlines():
        found = place.match(line)
        if line.startswith("mfusweep: error: --") or (found and (found["line"] or found["what"].endswith(WHOLE_FILE))):
            return True
    return False


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def is_json(text):
    try:
        json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        return False
    return True


class Trial:
    """One broken file in the root, all fitting commands run on it."""

    def __init__(self, mfusweep, root, outputs, must_name_file=False):
        self.mfusweep, self.root, self.outputs, self.must_name_file = mfusweep, root, set(outputs), must_name_file
        self.n_runs = self.n_refused = self.n_problems = 0
        self.env = {**os.environ, "MFUSWEEP_DATA": str(root), "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"}

    def problem(self, command, path, done, made):
        """What is wrong with how a command ended, or None."""
        said = done.stderr.decode(errors="replace")
        if done.returncode not in (0, 2):
            return f"exit status {done.returncode}"
        if done.returncode == 2 and made:
            return f"refused, but made {sorted(made)}"
        if done.returncode == 2 and "error" not in said:
            return "refused without a message"
        if done.returncode == 2 and self.must_name_file and not is_told(said, path):
            return "refused without its place"
        if made - self.outputs:
            return f"leaves {sorted(made)}"
        if done.returncode == 0 and "--json" in command and not is_json(done.stdout):
            return "what it prints is not JSON"
        return None

    def run(self, command, path, data):
        """Runs one command; reports what is wrong with how it ended."""
        before = {item.name for item in self.root.iterdir()}
        done = subprocess.run([self.mfusweep, *command], cwd=self.root, env=self.env, capture_output=True, check=False,
                              preexec_fn=limit)
        made = {item.name for item in self.root.iterdir()} - before
        problem = self.problem(command, path, done, made)
        for name in made:
            (self.root / name).unlink()
        self.n_runs += 1
        self.n_refused += done.returncode == 2
        if problem:
            self.n_problems += 1
            said = done.stderr.decode(errors="replace")
            print(f"{' '.join(command)}: {problem}\n  {path.relative_to(self.root)} was {data!r}\n  {said[-500:]}")

    def break_file(self, path, data, commands):
        """Puts `data` in place of a file, runs the commands, puts the file back."""
        whole = path.read_bytes()
        path.write_bytes(data)
        for command in commands:
            self.run(command, path, data)
        path.write_bytes(whole)


def read_arguments(doc, seed, rounds, what="random mutations, each with one command"):
    """The command line of these checks, and the generator that its seed makes."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfusweep", required=True)
    parser.add_argument("--source", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument("--rounds", type=int, default=rounds, help=what)
    args = parser.parse_args()
    print(f"seed {args.seed}")
    return args, random.Random(args.seed)
