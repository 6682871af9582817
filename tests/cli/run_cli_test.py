#!/usr/bin/env python3
"""Runs one case of tests/cli/cases: a command line and everything that can be seen of it.

A case is a folder:
    cmd      a sh script; `mfusweep` is the tool under test
    in/      files that lie in the working directory beforehand (besides tests/cli/shared/*)
    stdout   expected exactly; absent: nothing
    stderr   expected line by line, each a glob pattern (* ? [..]); a line "..." stands for any number of lines;
             absent: nothing
    exit     expected exit code; absent: 0
    files    files that are there afterwards and were not before, one a line; absent: none
A cmd that exits with 77 says that it cannot run here; ctest shows the case as skipped.
It runs in a fresh folder, with MFUSWEEP_DATA=data, a link to the source tree. `files` shows that nothing half-written is left.
A case is a few seconds of work and a few MB: one that goes astray is stopped, it must not keep a core busy or fill a disk.

--update writes what happened as what is expected. A stderr that its patterns already describe is left alone.
"""

import argparse
import fnmatch
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile


def prepare(work, case, source, tool):
    """Fills the working directory; returns the environment."""
    for folder in (case.parent.parent / "shared", case / "in"):
        if folder.is_dir():
            shutil.copytree(folder, work, dirs_exist_ok=True)
    (work / "data").symlink_to(source, target_is_directory=True)
    programs = work.parent / "bin"
    programs.mkdir()
    (programs / "mfusweep").symlink_to(tool)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MFUSWEEP", "OMP_", "OMPI_", "SLURM_"))}
    env.update(MFUSWEEP_DATA="data", LC_ALL="C.UTF-8", PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    return env


MOST_FILE_BYTES = 1 << 30      # of one file; writing more fails with EFBIG, or SIGXFSZ ends the process
MOST_CPU_S = 300               # of one process: also where nobody is left to stop it
MOST_WALL_S = 500              # of the case: less than ctest's TIMEOUT, which would kill this script and nothing else


def lower(limit, most):
    """A limit for this process and its children; one that is lower already stays."""
    soft, hard = resource.getrlimit(limit)
    known = [value for value in (soft, most) if value != resource.RLIM_INFINITY]
    resource.setrlimit(limit, (min(known), hard))


def limit_case():
    lower(resource.RLIMIT_FSIZE, MOST_FILE_BYTES)
    lower(resource.RLIMIT_CPU, MOST_CPU_S)
    lower(resource.RLIMIT_CORE, 0)


def run_script(script, work, env):
    """(exit status, stdout, stderr) of the script; nothing that it started outlives it."""
    process = subprocess.Popen(["sh", script], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, preexec_fn=limit_case)
    try:
        out, err = process.communicate(timeout=MOST_WALL_S)
    except subprocess.TimeoutExpired:
        sys.exit(f"{script}: stopped after {MOST_WALL_S} s")
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)   # the group of the new session: what the script left running
        except ProcessLookupError:
            pass
    return process.returncode, out, err


def list_files(work):
    found = set()
    for folder, _, names in os.walk(work):   # does not follow the link data
        found.update(os.path.relpath(os.path.join(folder, name), work) for name in names)
    return found


def execute(case, source, tool):
    """What the case did: {stdout, stderr, exit, files}, all texts."""
    with tempfile.TemporaryDirectory(prefix="mfusweep-cli-") as top:
        work = pathlib.Path(top) / "work"
        work.mkdir()
        env = prepare(work, case, source, tool)
        before = list_files(work)
        status, out, err = run_script(case / "cmd", work, env)
        files = sorted(list_files(work) - before)
        return {
            "stdout": out.decode("utf-8", "replace"),
            "stderr": err.decode("utf-8", "replace"),
            "exit": f"{status}\n",
            "files": "".join(f"{name}\n" for name in files),
        }


def lines_match(lines, patterns):
    """Glob patterns line by line; "..." takes any number of lines."""
    if not patterns:
        return not lines
    if patterns[0] == "...":
        return any(lines_match(lines[skipped:], patterns[1:]) for skipped in range(len(lines) + 1))
    return bool(lines) and fnmatch.fnmatchcase(lines[0], patterns[0]) and lines_match(lines[1:], patterns[1:])


SKIPPED = "77\n"
DEFAULTS = {"stdout": "", "stderr": "", "exit": "0\n", "files": ""}


def expected_text(case, name):
    path = case / name
    return path.read_text(encoding="utf-8") if path.exists() else DEFAULTS[name]


def is_expected(name, text, wanted):
    if name == "stderr":
        return lines_match(text.splitlines(), wanted.splitlines())
    return text == wanted


def as_pattern(text):
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def update(case, happened):
    for name, text in happened.items():
        if is_expected(name, text, expected_text(case, name)):
            continue
        path = case / name
        if text == DEFAULTS[name]:
            path.unlink(missing_ok=True)
        else:
            path.write_text(as_pattern(text) if name == "stderr" else text, encoding="utf-8")
        print(f"{case.name}: {name} recorded")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True, type=pathlib.Path, help="the mfusweep executable")
    parser.add_argument("--source", required=True, type=pathlib.Path, help="the source tree (model_configs, bench_data)")
    parser.add_argument("--update", action="store_true", help="record instead of compare")
    parser.add_argument("cases", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    failed = skipped = False
    for case in args.cases:
        case = case.resolve()
        happened = execute(case, args.source.resolve(), args.tool.resolve())
        if happened["exit"] == SKIPPED:
            skipped = True
            print(f"{case.name}: skipped")
            continue
        if args.update:
            update(case, happened)
            continue
        for name, text in happened.items():
            wanted = expected_text(case, name)
            if not is_expected(name, text, wanted):
                failed = True
                print(f"{case.name}: {name} differs\n--- expected\n{wanted}--- happened\n{text}---")
    sys.exit(1 if failed else int(SKIPPED) if skipped else 0)


if __name__ == "__main__":
    main()
