#!/usr/bin/env python3
"""What a user of a shell sees at TAB: the shells themselves complete command lines of mfusweep.

    check_completion.py MFUSWEEP SOURCE bash|zsh|fish
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The command line up to the cursor, behind "mfusweep "; what is offered for its last word.
LINES = [
    ("pl", ["plan"]),
    ("help st", ["status"]),
    ("run --compress ", ["deflate", "none"]),
    ("run --compress=d", ["--compress=deflate"]),
    ("run --fres", ["--fresh"]),
    ("run one.json --fresh --fres", []),
    ("run --only tp=1 --on", ["--only"]),
    ("run one.json -- --f", []),
    ("plan o", ["one.json", "other.yaml"]),
    ("plan --set fixed.met", ["fixed.method="]),
    ("run --data-dir fol", ["folder/"]),
    ("merge fol", ["folder/"]),
    ("eval --steps=st", ["--steps=steps.csv"]),
    ("eval --gpu h100_p", ["h100_pcie"]),
    ("explain --model llama-2-7b", ["llama-2-7b-hf"]),
    ("explain --model LLAMA-2-7b", ["llama-2-7b-hf"]),
    ("explain --set mixed_ru", ["mixed_rule="]),
    ("explain --set mixed_rule=f", ["mixed_rule=fused"]),
    ("run --only model=llama-2-7b", ["model=llama-2-7b-hf"]),
    ("validate --method v1-calibrated,v2-f", ["v1-calibrated,v2-floor"]),
    ("crossval --method log", ["log-log"]),
    ("completion z", ["zsh"]),
    ("nothing of ours", []),
]

BASH = """
source <(mfusweep completion bash)
while IFS= read -r line; do
  read -r -a COMP_WORDS <<<"${line//=/ = }"   # as bash cuts them
  [[ $line == *[\\ =] ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  _mfusweep mfusweep
  for word in "${COMPREPLY[@]}"; do printf '%s\\037' "$word"; done
  echo
done
"""


def bash_offers(run, folder):
    done = run(["bash", "--norc", "-c", BASH], input="".join(f"mfusweep {line}\n" for line, _ in LINES))
    offers = [[word for word in line.split("\037") if word] for line in done.stdout.split("\n")[:-1]]
    for (line, _), words in zip(LINES, offers):
        word = line.rpartition(" ")[2]
        before = word[:word.rfind("=") + 1]
        for i, offer in enumerate(words):   # bash replaces what follows the =, and puts a / behind folders by itself
            words[i] = before + offer + ("/" if (folder / offer).is_dir() else "")
    return offers


def fish_offers(run, folder):
    del folder
    done = run(["fish", "--no-config", "-c", "mfusweep completion fish | source; while read -l line; complete -C \"$line\"; echo ===; end"],
               input="".join(f"mfusweep {line}\n" for line, _ in LINES))
    return [[re.split("\t", line)[0] for line in part.splitlines()] for part in done.stdout.split("===\n")[:-1]]


def check_offers(offers):
    if len(offers) != len(LINES):
        sys.exit(f"{len(offers)} answers to {len(LINES)} lines: {offers}")
    wrong = [f"mfusweep {line}: offers {sorted(words)}, wanted {sorted(wanted)}"
             for (line, wanted), words in zip(LINES, offers) if sorted(set(words)) != sorted(wanted)]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(LINES)} lines completed")


def main():
    tool, source, shell = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    if not shutil.which(shell):
        print(f"{shell} is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="mfusweep-completion-") as top:
        programs, folder = Path(top) / "bin", Path(top) / "work"
        for path in (programs, folder / "folder"):
            path.mkdir(parents=True)
        (programs / "mfusweep").symlink_to(tool)
        for name in ("one.json", "other.yaml", "odd.txt", "steps.csv", "strange.json"):
            (folder / name).touch()
        env = {**os.environ, "MFUSWEEP_DATA": str(source), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": top, "TERM": "dumb"}

        def run(command, **more):
            return subprocess.run(command, cwd=folder, env=env, check=True, text=True, stdout=subprocess.PIPE, **more)

        run([shell, "-n", "/dev/stdin"] if shell != "fish" else ["fish", "--no-config", "-n", "/dev/stdin"],
            input=run(["mfusweep", "completion", shell]).stdout)
        if shell == "bash":
            check_offers(bash_offers(run, folder))
        elif shell == "fish":
            check_offers(fish_offers(run, folder))


if __name__ == "__main__":
    main()
