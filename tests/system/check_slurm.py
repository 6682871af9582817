#!/usr/bin/env python3
"""Sweeps through scripts/slurm on a real Slurm of one node, brought up for the while (slurm_cluster.py).

    check_slurm.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped: Slurm is not there or does not come up.

array       an array and the merge that depends on it; one task is requeued in mid-run, another runs out of time
cancel      a cancelled task stays cancelled and nothing is merged; the same command once more goes on
srun        one job with a step of several tasks, whose time runs out
claim       an array without numbers, whose tasks share by locks: one of them merges
submit      what submit.sh prints and refuses (needs no Slurm)

A task is held in mid-run without a race: the test holds the lock of one of its shards (docs/resume.md), so that the task
does all the others and then waits.
"""
import argparse
import contextlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from many_processes import Sweep, expect, hold, shards_of
from slurm_cluster import CannotStart, Cluster

SKIPPED = 77
MOST_SECONDS = 500              # for any one thing to happen; only a hang takes so long


class World(Sweep):
    """A sweep, a plain run of it, and the job scripts."""

    def __init__(self, args, folder, slurm):
        super().__init__(args.tool.resolve(), args.root.resolve(), Path(folder) / "work", slurm.env)
        self.scripts = self.root / "scripts" / "slurm"
        self.env["MFUSWEEP"] = str(self.tool)

    def call(self, *command, status=0):
        """stdout and stderr."""
        done = subprocess.run([str(word) for word in command], env=self.env, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, cwd=self.folder)
        expect(done.returncode == status, f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def submit(self, out, *options):
        """Numbers of the job that computes and of the one that merges."""
        said = self.call(self.scripts / "submit.sh", *options, self.spec, out, *self.run_options)
        found = re.search(r"Job (\d+) computes, job (\d+) merges", said)
        expect(found, said)
        return found.groups()

    def job(self, number):
        """What Slurm knows of a job: JobState, Restarts, Reason ..."""
        return dict(word.split("=", 1) for word in self.call("scontrol", "show", "job", "-o", number).split() if "=" in word)

    def wait(self, what, is_so):
        """Polls, for what the cluster does takes the time that it takes."""
        deadline = time.monotonic() + MOST_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                print(self.call("scontrol", "show", "jobs", "-o"), self.logs())
                expect(False, f"{MOST_SECONDS} s passed: {what}")
            time.sleep(0.3)

    def wait_for_state(self, number, *states):
        self.wait(f"job {number} is {states}", lambda: self.job(number)["JobState"] in states)

    def wait_for_attempt(self, number, attempt):
        """Requeued and running again."""
        self.wait(f"job {number} begins again", lambda: self.job(number)["Restarts"] == str(attempt - 1)
                  and self.job(number)["JobState"] == "RUNNING")

    def wait_for_shards(self, out, numbers):
        names = {f"shard_{number:05}.h5" for number in numbers}
        self.wait(f"shards {sorted(numbers)}", lambda: set(shards_of(out)) == names)

    def logs(self):
        logs = sorted(self.folder.glob("mfusweep-*.log"))
        return "".join(f"---- {path.name}\n{path.read_text(errors='replace')}" for path in logs)

    def end(self, out, array, merge):
        """Both jobs come to their end, and with them the result."""
        self.wait_for_state(merge, "COMPLETED", "FAILED", "CANCELLED")
        states = {number: self.job(number)["JobState"] for number in (*array, merge)}
        expect(set(states.values()) == {"COMPLETED"}, f"{states}\n{self.logs()}")
        expect(not Path(f"{out}.shards").exists(), "the folder of shards stays")
        self.compare(out)


def tasks_of(number, n_tasks):
    return [f"{number}_{i_task}" for i_task in range(n_tasks)]


def check_array(world):
    out = world.folder / "array.h5"
    with hold(out, [1, 2]):
        number, merge = world.submit(out, "--tasks", 4)
        tasks = tasks_of(number, 4)
        world.wait_for_shards(out, set(range(world.n_shards)) - {1, 2})
        world.wait_for_state(tasks[0], "COMPLETED")
        before = shards_of(out)
        world.call("scontrol", "requeue", tasks[1])                          # as when a node is wanted for something else
        world.call("scancel", "--batch", "--signal=USR1", tasks[2])           # as --signal=B:USR1@120 does it
        for task in tasks[1:3]:
            world.wait_for_attempt(task, 2)
        expect(world.job(merge)["JobState"] == "PENDING", f"the merge did not wait: {world.job(merge)}")
        expect(shards_of(out) == before, "a finished shard was touched")
    world.end(out, tasks, merge)
    said = world.logs()
    expect(said.count("attempt 2") == 2 and said.count("out of time: back into the queue") == 1, said)
    expect(said.count("shards are kept in") == 2, said)
    print(f"{len(before)} of {world.n_shards} shards were there when two tasks began again, and stayed as they were")


def check_cancel(world):
    out = world.folder / "cancel.h5"
    with hold(out, [1]):
        number, merge = world.submit(out, "--tasks", 2)
        tasks = tasks_of(number, 2)
        world.wait_for_shards(out, set(range(world.n_shards)) - {1})
        before = shards_of(out)
        world.call("scancel", tasks[1])
        world.wait_for_state(tasks[1], "CANCELLED")
        world.wait_for_state(merge, "CANCELLED")
        expect(world.job(tasks[1])["Restarts"] == "0" and not out.exists(), world.logs())
    expect(shards_of(out) == before, "a finished shard was touched")
    number, merge = world.submit(out, "--tasks", 2)
    world.end(out, tasks_of(number, 2), merge)
    print("cancelled, and completed by the same command")


def check_srun(world):
    out = world.folder / "srun.h5"
    with hold(out, [1, 2]):
        number, merge = world.submit(out, "--srun", "--tasks", 3)
        world.wait_for_shards(out, set(range(world.n_shards)) - {1, 2})
        before = shards_of(out)
        world.call("scancel", "--signal=TERM", number)                        # as --signal=TERM@120 does it
        world.wait_for_attempt(number, 2)
        expect(shards_of(out) == before, "a finished shard was touched")
    world.end(out, [number], merge)
    expect(world.logs().count("attempt 2") == 1, world.logs())
    print(f"{len(before)} of {world.n_shards} shards were there when the step began again, and stayed as they were")


def check_claim(world):
    out = world.folder / "claim.h5"
    world.run_options += ["--shard", "0/1"]
    number, merge = world.submit(out, "--tasks", 3)
    world.end(out, tasks_of(number, 3), merge)
    said = world.logs()
    expect(said.count("merging 10 shards into") == 1 and said.count("already complete") == 2, said)
    expect("is there, and no shards are left to merge" in said, said)
    print("three tasks shared the work by locks, and one of them merged")


def commands(scripts, text):
    """Each line as the shell would read it; the folder of the scripts left out."""
    return [[word.replace(f"{scripts}/", "") for word in shlex.split(line)] for line in text.splitlines()]


def check_submit(world):
    submit, out = world.scripts / "submit.sh", str(world.folder / "a b.h5")
    words = [str(world.spec), out, "--data-dir", str(world.root), "--set", "axes.batch=1, 2"]
    merge = ["sbatch", "--dependency=afterok:JOB", "--kill-on-invalid-dep=yes", "merge.sbatch", out]
    said = commands(world.scripts, world.call(submit, "--dry-run", "--tasks", 16, "--cpus", 4, *words))
    expect(said == [["sbatch", "--array=0-15", "--cpus-per-task=4", "array.sbatch", *words], merge], said)
    said = commands(world.scripts, world.call(submit, "--dry-run", "--srun", *words))
    expect(said == [["sbatch", "--ntasks=8", "--cpus-per-task=1", "srun.sbatch", *words], merge], said)
    for options, mentioned in (([], "expected SPEC and OUT.h5"), (["--tasks", "0", *words], "--tasks needs a number from 1"),
                               (["--what", *words], "unknown option '--what'"), ([*words, "--fresh"], "--fresh would have"),
                               ([*words, "--set", "axes.tpp=1"], "axes.tpp")):
        said = world.call(submit, "--dry-run", *options, status=2)
        expect(mentioned in said, said)
    expect(not list(world.folder.glob("a b*")), "something was written")
    print("printed and refused as it should be")


def main():
    checks = {name[6:]: function for name, function in globals().items() if name.startswith("check_")}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", metavar="TOOL", type=Path)
    parser.add_argument("root", metavar="ROOT", type=Path)
    parser.add_argument("check", choices=list(checks))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))     # so that the cluster goes in this case too
    with tempfile.TemporaryDirectory(prefix="mfusweep-slurm-") as folder:
        slurm = Cluster(folder)
        try:
            with contextlib.nullcontext() if args.check == "submit" else slurm:
                checks[args.check](World(args, folder, slurm))
        except CannotStart as reason:
            print(f"skipped: {reason}")
            return SKIPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
