#!/usr/bin/env python3
"""Colours and the redrawn line of progress: on a terminal only, and as TERM and NO_COLOR say.

    check_terminal.py MFUSWEEP SOURCE
"""

import json
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

BOLD_RED, BOLD_YELLOW, PLAIN, ERASE = b"\x1b[1;31m", b"\x1b[1;33m", b"\x1b[0m", b"\r\x1b[K"


def on_terminal(command, folder, env):
    """What the command writes to a terminal that is its stderr."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:   # the other side is closed
        pass
    os.close(ours)
    process.wait()
    return said


def expect(condition, text, said):
    if not condition:
        sys.exit(f"FAILED: {text}: {said!r}")


def main():
    tool, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory(prefix="mfusweep-terminal-") as folder:
        plain = {key: value for key, value in os.environ.items() if key not in ("TERM", "NO_COLOR")}
        plain["MFUSWEEP_DATA"] = str(source)
        sweep = {"sweep": 1, "name": "s", "defs": {"unused": 1}, "output": {"file": "s.h5"},
                 "axes": {"gpu": "h100", "model": "llama-2-7b-hf", "tp": 1, "method": "v1-calibrated", "batch": "1:64", "kv_len": "1:512"}}
        (Path(folder) / "s.json").write_text(json.dumps(sweep), encoding="utf-8")
        wrong, warned = [tool, "plan", "--fersh"], [tool, "plan", "s.json"]
        for env, colored in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": ""}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                             ({"TERM": "dumb"}, False), ({}, False)):
            said = on_terminal(wrong, folder, {**plain, **env})
            expect(b"error" in said and (BOLD_RED + b"error" + PLAIN in said) == colored and (b"\x1b" in said) == colored, f"errors with {env}", said)
            said = on_terminal(warned, folder, {**plain, **env})
            expect(b"warning" in said and (BOLD_YELLOW + b"warning" + PLAIN in said) == colored, f"warnings with {env}", said)
        for env, redrawn in (({"TERM": "xterm", "NO_COLOR": "1"}, True), ({"TERM": "dumb"}, False)):
            said = on_terminal([tool, "run", "s.json", "-j", "1", "--fresh", "--shard-bytes", "64k"], folder, {**plain, **env})
            expect(b"s.h5" in said and (redrawn or ERASE not in said), f"progress with {env}", said)
        for command in (wrong, warned):
            said = subprocess.run(command, cwd=folder, env={**plain, "TERM": "xterm"}, capture_output=True, check=False).stderr
            expect(said and b"\x1b" not in said, "no colours in a pipe", said)


if __name__ == "__main__":
    main()
