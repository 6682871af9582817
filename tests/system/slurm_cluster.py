"""A Slurm of one node on this machine, in a folder of its own: munged, slurmctld and slurmd, as the user who calls, with
free ports. Nothing outside of the folder is written, and every process that it brought up is gone afterwards."""
import ctypes
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = ("sbatch", "srun", "scancel", "scontrol", "squeue", "sinfo", "setpriv")
MOST_SECONDS_TO_START = 60
PR_SET_CHILD_SUBREAPER = 36
CREDENTIAL_SECONDS = 15         # a requeued job waits as long before it begins again

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmdPort={d_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire={credential_seconds}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,bf_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class CannotStart(Exception):
    """Slurm is not there, or does not come up: a reason to skip."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def descendants(pid):
    """All processes that this one, and those that came down to it, have started."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text(encoding="ascii").split())
    except OSError:
        return []
    return found + [below for child in found for below in descendants(child)]


def end_descendants():
    """Kills whatever is left below this process, and waits for it."""
    while True:
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class Cluster:
    """with Cluster(folder) as slurm: slurm.env and slurm.call() reach it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("MFUSWEEP", "SLURM_", "SBATCH_", "OMPI_"))}
        self.env["SLURM_CONF"] = str(self.folder / "slurm.conf")

    def __enter__(self):
        # Daemons that detach themselves, and what they start, become ours and so can be found.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        end_descendants()

    # ---- Coming up ----

    def start(self):
        programs = self.programs()
        self.write_configuration()
        deadline = time.monotonic() + MOST_SECONDS_TO_START
        socket_path = self.folder / "munge.socket"
        if len(str(socket_path)) > 100:
            raise CannotStart(f"the path of {self.folder} is too long for a socket")
        munged = self.daemon(programs["munged"], "--foreground", "--force", "--num-threads=1", f"--socket={socket_path}",
                             *(f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "pid", "seed", "log")))
        self.wait(deadline, [munged], socket_path.exists, "munged")
        slurmctld = self.daemon(programs["slurmctld"], "-D", "-i", "-f", self.env["SLURM_CONF"])
        self.wait(deadline, [munged, slurmctld], lambda: self.answers("scontrol", "ping") is not None, "slurmctld")
        slurmd = self.daemon(programs["slurmd"], "-D", "-f", self.env["SLURM_CONF"], "-N", socket.gethostname().split(".")[0])
        self.wait(deadline, [munged, slurmctld, slurmd], lambda: self.answers("sinfo", "-h", "-o", "%T") == "idle", "slurmd")

    @staticmethod
    def programs():
        """{name: path}; Debian puts daemons where a user's PATH may not look."""
        path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
        found = {name: shutil.which(name, path=path) for name in DAEMONS + COMMANDS}
        missing = [name for name, place in found.items() if not place]
        if missing:
            raise CannotStart(f"{', '.join(missing)}: not found (scripts/bootstrap slurm installs them)")
        return found

    def write_configuration(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        text = CONFIGURATION.format(folder=self.folder, host=socket.gethostname().split(".")[0], user=getpass.getuser(),
                                    ctld_port=free_port(), d_port=free_port(), credential_seconds=CREDENTIAL_SECONDS)
        (self.folder / "slurm.conf").write_text(text, encoding="ascii")

    def daemon(self, program, *arguments):
        """It ends when this process does, however that ends."""
        log = open(self.folder / f"{Path(program).name}.out", "wb")
        with log:
            return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", program, *arguments], env=self.env, stdout=log, stderr=log,
                                    stdin=subprocess.DEVNULL, cwd=self.folder)

    def wait(self, deadline, processes, is_ready, name):
        while not is_ready():
            gone = [process.args[3] for process in processes if process.poll() is not None]
            if gone or time.monotonic() > deadline:
                raise CannotStart(f"{name} does not come up{f': {gone[0]} ended' if gone else ''}\n{self.last_words(name)}")
            time.sleep(0.2)

    def last_words(self, name):
        logs = [self.folder / f"{name}.{end}" for end in ("out", "log")] + [self.folder / "munge.log"]
        return "\n".join(line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()[-5:])

    def answers(self, *command):
        """stdout of a command that succeeded, else nothing."""
        try:
            done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False, timeout=20)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.strip() if done.returncode == 0 else None
