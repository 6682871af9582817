#!/usr/bin/env python3
"""Runs that are cut off and go on, seen from outside.

    check_resume.py TOOL ROOT CHECK [--rounds N] [--seed N]; exit 0 passed, 1 failed, 77 skipped.

kill        SIGKILL at random moments; what was finished stays as it is and is used; the result is that of an undisturbed run
terminate   the same with SIGTERM and SIGINT: exit status 130 unless the result is there, and nothing but finished shards left
full_disk   the disk fills up at many points; with more room the same command goes on (needs the right to mount)
read_only   the folder becomes read-only (needs the right to mount)
share       two processes in one folder, one of them killed in some rounds; tasks of an array, merged
refuse      another sweep, other inputs, another cut, damaged shards: refused with what differs, nothing touched

1, 2 and 5 shards times 1, 2 and 3 threads take turns. The moments are random, what is checked holds at every moment.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tool import expect

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SKIPPED = 77
MOST_INTERRUPTIONS = 8          # of one result
N_TILES = 10
TILE_BYTES = 64 * 1024 * 8      # batch x kv_len x two floats
LAYOUTS = [(n_shards, n_threads) for n_shards in (1, 2, 5) for n_threads in (1, 2, 3)]
MODELS = ["llama-2-7b-hf", "llama-3.1-8b-instruct", "qwen3-8b", "qwen2.5-7b-instruct", "mistral-nemo-instruct-2407"]
SWEEP = {"sweep": 1, "name": "resume", "fixed": {"gpu": "h100", "tp": 1},
         "axes": {"model": MODELS,
                  "method": [{"base": base, "name": base, "mfu_source": "latency"} for base in ("v2-floor", "v2-interp")],
                  "batch": "1:64", "kv_len": "64:65536:64"},
         "fields": ["step_us", "attn_us"], "exclude": ["batch * kv_len > 2Mi"]}


class World:
    """A folder with the sweep, and the tool."""

    def __init__(self, args, folder):
        self.tool, self.root, self.folder = args.tool.resolve(), args.root.resolve(), Path(folder)
        self.rng = random.Random(args.seed)
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("MFUSWEEP", "SLURM_", "OMPI_"))}
        self.spec = self.folder / "sweep.json"
        self.spec.write_text(json.dumps(SWEEP), encoding="utf-8")
        begun = time.monotonic()
        self.run(self.folder / "plain.h5", "--shard-bytes", "1G")
        self.seconds = time.monotonic() - begun          # of an undisturbed run, about
        self.wanted = contents(self.folder / "plain.h5")

    def command(self, out, *options, spec=None):
        return [str(self.tool), "run", str(spec or self.spec), "-o", str(out), "--data-dir", str(self.root), *map(str, options)]

    def start(self, out, *options, **changes):
        env = {**self.env, **changes}
        return subprocess.Popen(self.command(out, *options), env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self, out, *options, status=0, spec=None, **changes):
        """Runs to the end; its stderr."""
        done = subprocess.run(self.command(out, *options, spec=spec), env={**self.env, **changes}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
        expect(done.returncode == status, f"exit status {done.returncode}, expected {status}\n{done.stderr}")
        return done.stderr

    def layout(self, i):
        """Options of the i-th of all combinations of shards and threads."""
        n_shards, n_threads = LAYOUTS[i % len(LAYOUTS)]
        size = N_TILES // n_shards * TILE_BYTES if n_shards > 1 else N_TILES * TILE_BYTES
        return ["-j", n_threads, "--shard-bytes", size]

    def compare(self, out):
        expect(contents(out) == self.wanted, f"{out} differs from the result of an undisturbed run")


def contents(path):
    """Everything in the file: attributes, and data sets byte by byte."""
    found = {}

    def visit(name, item):
        for key, value in item.attrs.items():
            if key not in ("DIMENSION_LIST", "REFERENCE_LIST"):   # addresses within the file
                found[f"{name}@{key}"] = getattr(value, "tolist", lambda value=value: value)()
        if isinstance(item, h5py.Dataset):
            data = item[()]
            found[name] = (str(item.dtype), item.shape, data.tobytes() if item.dtype.kind in "iuf" else repr(data))

    with h5py.File(path) as file:
        visit("/", file)
        file.visititems(visit)
    return json.loads(json.dumps(found, default=repr))


def shards_of(out):
    """{name: (inode, time, sha256)} of the finished shards."""
    found = {}
    folder = Path(f"{out}.shards")
    for path in sorted(folder.glob("shard_*.h5")):
        info = path.stat()
        found[path.name] = (info.st_ino, info.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def left_over(out):
    """What lies about besides the result, finished shards and the manifest."""
    folder = Path(f"{out}.shards")
    names = [path.name for path in Path(out).parent.glob(f"{Path(out).name}.tmp-*")]
    if folder.is_dir():
        names += [path.name for path in folder.iterdir() if path.name != "manifest.json" and not is_shard(path.name)]
    return names


def is_shard(name):
    return name.startswith("shard_") and name.endswith(".h5")


def remove(out):
    Path(out).unlink(missing_ok=True)
    shutil.rmtree(f"{out}.shards", ignore_errors=True)


class Tally:
    """What a loop of interruptions saw."""

    def __init__(self):
        self.counts = {}

    def add(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    def __str__(self):
        return ", ".join(f"{n} {what}" for what, n in self.counts.items())


def check_untouched(before, out, tally):
    """Every shard that was finished is there as it was; only a complete result lets them go."""
    now = shards_of(out)
    for name, what in before.items():
        if name in now:
            expect(now[name] == what, f"{name} was changed: {what} became {now[name]}")
            tally.add("finished shards found unchanged")
        else:
            expect(Path(out).exists(), f"{name} is lost")
    return now


def interrupt_until_done(world, out, options, number, tally):
    """Starts the same command again and again, and ends it at a random moment, until the result is there; in the end
    undisturbed, for one shard is all or nothing."""
    before = {}
    for n_left in range(MOST_INTERRUPTIONS, -1, -1):
        process = world.start(out, *options)
        if n_left > 0:
            time.sleep(world.rng.uniform(0, 1.5 * world.seconds))
            process.send_signal(number)
        begun = time.monotonic()
        _, errors = process.communicate()
        waited = time.monotonic() - begun
        before = check_untouched(before, out, tally)
        complete = Path(out).exists()
        if number == signal.SIGKILL:
            expect(process.returncode in (0, -number), f"exit status {process.returncode}\n{errors}")
        else:
            # Before the tool's first line the signal still ends it as it ends any process.
            expect(process.returncode in (0 if complete else 130, -number), f"exit status {process.returncode}\n{errors}")
            expect(not left_over(out), f"left: {left_over(out)}")
            tally.counts["ms at most until the end"] = max(tally.counts.get("ms at most until the end", 0), int(1000 * waited))
        tally.add("interruptions" if process.returncode != 0 else "runs that were faster")
        if process.returncode != 0 and before and not complete:
            tally.add("resumes with finished shards")
        if complete:
            return before
    raise AssertionError("an undisturbed run made no result")


def loop(world, args, numbers):
    """Rounds of interrupt_until_done over all layouts, until there were `rounds` interruptions."""
    tally, i = Tally(), 0
    while tally.counts.get("interruptions", 0) < args.rounds:
        out = world.folder / "a.h5"
        keep = ["--keep-shards"] if world.rng.random() < 0.5 else []
        options = [*world.layout(i), *keep]
        before = interrupt_until_done(world, out, options, numbers[i % len(numbers)], tally)
        world.compare(out)
        world.run(out, *options)
        if keep:
            check_untouched(before, out, tally)
        else:
            expect(not Path(f"{out}.shards").exists(), f"the folder stays, with {left_over(out)}")
        expect(not [name for name in left_over(out) if "claim" not in name], f"left: {left_over(out)}")
        tally.add("results equal to the undisturbed one")
        remove(out)
        i += 1
    print(tally)


def check_kill(world, args):
    loop(world, args, [signal.SIGKILL])


def check_terminate(world, args):
    loop(world, args, [signal.SIGTERM, signal.SIGINT])


# ---- A world that is against us --------------------------------------------------------------------------------------

def enter_own_mounts():
    """Starts this script again where its mounts are its own, so that none is left behind however it ends."""
    mark = "MSW_TEST_OWN_MOUNTS"
    rootless = ["--user", "--map-root-user"] if os.geteuid() != 0 else []
    unshare = ["unshare", "--mount", *rootless]
    if mark in os.environ:
        return
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode != 0:
        print("skipped: own mounts are not permitted")
        sys.exit(SKIPPED)
    sys.stdout.flush()
    os.execvpe(unshare[0], [*unshare, sys.executable, "-B", *sys.argv], {**os.environ, mark: "1"})


class Disk:
    """A tmpfs of a size that can change."""

    def __init__(self, folder):
        self.path = Path(folder) / "disk"
        self.path.mkdir()

    def __enter__(self):
        for options in ("size=64k", "remount,size=128k"):   # a rootless name space may mount, but not change a mount
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path]
            if subprocess.run(command, capture_output=True, check=False).returncode != 0:
                print("skipped: mounting a tmpfs and changing it is not permitted")
                sys.exit(SKIPPED)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)

    def set(self, options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"remount,{options}", "tmpfs", self.path], check=True)

    def clear(self):
        for path in self.path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def run_short(world, out, options):
    """(exit status, stderr) of a run that may fail."""
    done = subprocess.run(world.command(out, *options), env=world.env, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          check=False)
    return done.returncode, done.stderr


def check_full_disk(world, args):
    tally = Tally()
    with Disk(world.folder) as disk:
        out = disk.path / "a.h5"
        for i in range(max(len(LAYOUTS), args.rounds)):
            options = world.layout(i)
            size = world.rng.randrange(N_TILES * TILE_BYTES * 36 // 100, N_TILES * TILE_BYTES)
            disk.set(f"size={size},rw")
            status, said = run_short(world, out, [*options, "-q"])
            if status == 0:
                tally.add("disks that were large enough")
            else:
                expect(status in (1, 2), f"exit status {status}\n{said}")
                expect(status == 2 and "would not do" in said or "no space left on device" in said.lower(), said)
                expect(".tmp-" not in said and "a.h5" in said, said)
                expect(not left_over(out) and not out.exists(), f"left: {left_over(out)}")
                tally.add("full disks")
            before = shards_of(out)
            disk.set("size=64m")
            world.run(out, *options, "--keep-shards")
            check_untouched(before, out, tally)
            world.compare(out)
            tally.add("results equal to the undisturbed one")
            disk.clear()
    print(tally)


def check_read_only(world, args):
    with Disk(world.folder) as disk:
        disk.set("size=64m")
        out = disk.path / "a.h5"
        options = [*world.layout(6), "--keep-shards"]
        world.run(out, *options, "--shard", "0/2")
        before = shards_of(out)
        expect(before, "no shard was made")
        disk.set("ro")
        for target in (out, disk.path / "b.h5"):
            said = world.run(target, *options, status=1)
            expect("ead-only file system" in said and str(target) in said and ".tmp-" not in said, said)
        expect(shards_of(out) == before, "a shard was touched")
        disk.set("rw")
        world.run(out, *options)
        check_untouched(before, out, Tally())
        world.compare(out)
    gone = world.folder / "new" / "a.h5"
    world.run(gone, *options, "--shard", "0/2")     # missing folders are made
    expect(shards_of(gone) == {} or len(shards_of(gone)) > 0, "no shards")
    print(f"{len(before)} shards survived a read-only file system")


# ---- Many processes --------------------------------------------------------------------------------------------------

def wait_for_shard(out, process):
    """Until a shard is finished, or the process is."""
    while process.poll() is None and not shards_of(out):
        time.sleep(0.005)


def share_once(world, out, options, kill_one, tally):
    one, other = world.start(out, *options), world.start(out, *options)
    if kill_one:
        wait_for_shard(out, one)
        time.sleep(world.rng.uniform(0, world.seconds / 2))
        one.kill()
    said = [process.communicate()[1] for process in (one, other)]
    expect(other.returncode == 0, f"exit status {other.returncode}\n{said[1]}")
    if not kill_one:
        expect(one.returncode == 0, f"exit status {one.returncode}\n{said[0]}")
        n_waited = sum("already complete" in text for text in said)
        expect(n_waited == 1, f"{n_waited} of two processes found the result complete\n{said}")
        tally.add("times two processes made one result")
    else:
        tally.add("times one of two processes was killed")
    world.compare(out)
    expect(not Path(f"{out}.shards").exists() and not left_over(out), f"left: {left_over(out)}")
    remove(out)


def check_share(world, args):
    tally, out = Tally(), world.folder / "a.h5"
    for i in range(args.rounds):
        share_once(world, out, world.layout(3 + i % 6), i % 2 == 1, tally)
    for names in (("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"), ("SLURM_PROCID", "SLURM_NTASKS"),
                  ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")):
        tasks = [world.start(out, *world.layout(6), **{names[0]: str(i), names[1]: "3"}) for i in range(3)]
        said = [task.communicate()[1] for task in tasks]
        expect(all(task.returncode == 0 for task in tasks), str(said))
        expect(len(shards_of(out)) == 5 and not out.exists(), f"{names}: {sorted(shards_of(out))}")
        before = shards_of(out)
        world.run(out, *world.layout(6), "--keep-shards")
        expect(shards_of(out) == before, "a finished shard was touched")
        world.compare(out)
        remove(out)
        tally.add("times three tasks shared the work")
    print(tally)


# ---- Refusals --------------------------------------------------------------------------------------------------------

def check_refuse(world, args):
    out, options = world.folder / "a.h5", world.layout(6)
    world.run(out, *options, "--shard", "1/2")
    before = shards_of(out)
    other = {**SWEEP, "axes": {**SWEEP["axes"], "batch": "1:32"}}
    spec = world.folder / "other.json"
    spec.write_text(json.dumps(other), encoding="utf-8")
    for said, mentioned in (
            (world.run(out, *options, status=2, spec=spec), "axes.batch: was [1,2,"),
            (world.run(out, *options, "--compress", "none", status=2), "--compress: was deflate, is none"),
            (world.run(out, *options, "--fletcher32", status=2), "--fletcher32: was off, is on"),
            (world.run(out, *world.layout(3), status=2), "--shard-bytes: 5 shards of 2 tiles would be 2 of 5")):
        expect(mentioned in said and "--fresh" in said, said)
    expect(shards_of(out) == before, "a refused run touched a shard")
    damage(out, before)
    said = world.run(out, *options, status=2)
    expect(str(next(iter(before))) in said and "cannot be trusted" in said and "move it away" in said, said)
    world.run(out, *options, "--fresh")
    world.compare(out)
    print(f"{len(before)} shards refused to others")


def damage(out, shards):
    """Cuts the first shard in half, as a broken disk might."""
    path = Path(f"{out}.shards") / next(iter(shards))
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", metavar="TOOL", type=Path)
    parser.add_argument("root", metavar="ROOT", type=Path)
    parser.add_argument("check", choices=[name[6:] for name in globals() if name.startswith("check_") and name != "check_untouched"])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20260501)
    args = parser.parse_args()
    if args.check in ("full_disk", "read_only"):
        enter_own_mounts()
    with tempfile.TemporaryDirectory(prefix="mfusweep-resume-") as folder:
        return globals()[f"check_{args.check}"](World(args, folder), args) or 0


if __name__ == "__main__":
    sys.exit(main())
