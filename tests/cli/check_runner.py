#!/usr/bin/env python3
"""The runner of the command-line cases itself: one that goes astray leaves no process and fills no disk."""
import os
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run_cli_test  # noqa: E402


def run(folder, script):
    path = folder / "cmd"
    path.write_text(script)
    return run_cli_test.run_script(path, folder, dict(os.environ))


def is_alive(pid):
    """A process that waits for its parent to take note of its end is not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def expect(condition, text):
    if not condition:
        sys.exit(f"FAILED: {text}")


def main():
    if not pathlib.Path("/proc/self/stat").exists():
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="mfusweep-runner-") as top:
        folder = pathlib.Path(top)
        status, out, _ = run(folder, "sleep 1000 > /dev/null 2>&1 & echo $!; exit 3")
        expect(status == 3, f"exit status {status}")
        pid = int(out)
        for _ in range(1000):   # the signal is sent; the process ends when it is next scheduled
            if not is_alive(pid):
                break
            time.sleep(0.01)
        expect(not is_alive(pid), "what a case leaves running ends with it")

        _, out, _ = run(folder, "ulimit -f; ulimit -t; ulimit -c")
        blocks, seconds, core = out.decode().split()
        expect(blocks.isdigit() and int(blocks) * 512 <= run_cli_test.MOST_FILE_BYTES * 2, f"files of {blocks} blocks")
        expect(seconds.isdigit() and int(seconds) <= run_cli_test.MOST_CPU_S, f"{seconds} s of work")
        expect(core == "0", f"core files of {core} blocks")


if __name__ == "__main__":
    main()
