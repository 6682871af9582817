"""What the checks of Slurm and of mpirun share: a sweep of ten shards, the plain run of it that all others must equal, and
a way to hold a task in mid-run."""
import contextlib
import fcntl
import hashlib
import json
import subprocess

from check_resume import N_TILES, SWEEP, TILE_BYTES, contents, shards_of  # ends with 77 where h5py is missing

import h5py

from tool import expect

__all__ = ["Sweep", "expect", "hold", "shards_of"]


@contextlib.contextmanager
def hold(out, numbers):
    """Locks shards as a process does that builds them: a task does the others of its share and then waits."""
    folder = out.with_name(out.name + ".shards")
    folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as held:
        for number in numbers:
            claim = held.enter_context(open(folder / f".shard_{number:05}.claim", "w", encoding="ascii"))
            fcntl.flock(claim, fcntl.LOCK_EX)
        yield


def names_of(file):
    names = []
    file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return names


def digest(dataset):
    """Of its values; texts one after the other."""
    data = dataset[()]
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha256(b"".join(data.ravel()) if data.dtype.kind == "O" else data.tobytes()).hexdigest()


class Sweep:
    """The sweep in a folder, and the result of a plain run."""

    n_shards = N_TILES

    def __init__(self, tool, root, folder, env):
        self.tool, self.root, self.folder, self.env = tool, root, folder, dict(env)
        folder.mkdir(exist_ok=True)
        self.spec = folder / "sweep.json"
        self.spec.write_text(json.dumps(SWEEP), encoding="utf-8")
        self.run_options = ["--data-dir", str(root), "--shard-bytes", str(TILE_BYTES)]
        self.plain = folder / "plain.h5"
        done = subprocess.run([tool, "run", self.spec, "-o", self.plain, "--data-dir", root, "--shard-bytes", "1G"], env=self.env,
                              capture_output=True, text=True, check=False)
        expect(done.returncode == 0, done.stderr)
        self.wanted = contents(self.plain)

    def compare(self, out):
        """Attributes and data are those of the plain run; prints the sha256 of every data set."""
        found = contents(out)
        expect(found == self.wanted, f"{out} differs from the plain run")
        with h5py.File(out) as merged, h5py.File(self.plain) as plain:
            for name in sorted(name for name in names_of(plain)):
                expect(digest(merged[name]) == digest(plain[name]), f"{name} differs from the plain run")
                print(f"sha256 {digest(merged[name])} {name}: as in the plain run")
