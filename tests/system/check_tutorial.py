#!/usr/bin/env python3
"""docs/tutorial.md: its commands in a fresh folder print what stands below them.  check_tutorial.py TOOL ROOT; exit 0 passed,
1 failed, 77 skipped.

Blocks marked "console" are run: "$ " begins a command, the lines after it are what it prints, log and results in one. "..."
stands for any lines, or for the rest of one."""
import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from tool import ROOT, TOOL, expect

PAGE = ROOT / "docs" / "tutorial.md"
LEAST_COMMANDS = 4


def sessions(text):
    """(command, what it prints) of each console block."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = session.splitlines()
            end = next(i for i, line in enumerate(lines) if not line.endswith("\\")) + 1
            yield "\n".join(lines[:end]), lines[end:]


def pattern(lines):
    parts = [r"(?:[^\n]*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", "[^\n]*") + r" *\n" for line in lines]
    return re.compile("".join(parts))


def others(text):
    """Commands that the page names without their output."""
    for block in re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield from (line for line in block.splitlines() if line.startswith("mfusweep "))


def run(command, folder):
    environment = {**os.environ, "MFUSWEEP_DATA": str(ROOT), "PATH": f"{TOOL.parent}:{os.environ['PATH']}"}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def main():
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="msw_tutorial_") as folder:
        os.symlink(ROOT / "sweeps", Path(folder) / "sweeps")
        found = list(sessions(text))
        expect(len(found) >= LEAST_COMMANDS, f"{PAGE.name} has {len(found)} commands")
        for command, lines in found:
            done = run(command, folder)
            expect(done.returncode == 0 and pattern(lines).fullmatch(done.stdout),
                   f"{command}\nprints, with exit status {done.returncode}:\n{done.stdout}not:\n" + "\n".join(lines))
        for command in others(text):
            if shlex.split(command)[1] == "report":      # needs the page that scripts/report_page makes
                continue
            done = run(command, folder)
            expect(done.returncode == 0, f"{command}\n{done.stdout}")


if __name__ == "__main__":
    main()
