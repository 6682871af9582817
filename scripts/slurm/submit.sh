#!/usr/bin/env bash
# Submits a sweep as an array job (or one job with an srun step) and the job that merges its shards afterwards.
set -euo pipefail

usage="usage: scripts/slurm/submit.sh [--dry-run] [--srun] [--tasks N] [--cpus N] SPEC OUT.h5 [RUN OPTION]...
  --tasks N   tasks of the array, or of the srun step (default: 8)
  --cpus N    CPUs of each task, so many threads (default: 1)
  --srun      one job with a step of N tasks instead of an array
  --dry-run   only check the sweep and print the commands

Account, partition, time limit and so on: as sbatch reads them from the environment, e.g. SBATCH_ACCOUNT,
SBATCH_PARTITION, SBATCH_TIMELIMIT. The same command once more goes on where a failed or cancelled one ended.
  MFUSWEEP    the program, on the nodes too (default: mfusweep)"

misused() { printf 'submit.sh: %s\n%s\n' "$*" "$usage" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
tasks=8 cpus=1 srun=false dry_run=false
while [ $# -gt 0 ]; do
  case $1 in
    --tasks | --cpus)
      case ${2:-} in '' | *[!0-9]* | 0*) misused "$1 needs a number from 1" ;; esac
      [ "$1" = --tasks ] && tasks=$2 || cpus=$2
      shift ;;
    --srun) srun=true ;;
    --dry-run) dry_run=true ;;
    -h | --help) printf '%s\n' "$usage"; exit 0 ;;
    -*) misused "unknown option '$1'; options of mfusweep run come after OUT.h5" ;;
    *) break ;;
  esac
  shift
done
[ $# -ge 2 ] || misused "expected SPEC and OUT.h5"
out=$2
case " $* " in
  *" --fresh "*) misused "--fresh would have the tasks discard each other's shards; remove $out and $out.shards" ;;
esac

# Better here than in every task.
"${MFUSWEEP:-mfusweep}" run "$1" -o "$out" "${@:3}" --dry-run >/dev/null

# submit OPTION... SCRIPT ARGUMENT...: the command, and $job, the number of the job or what stands for it.
submit() {
  printf '%q ' sbatch "$@"
  echo
  job='JOB'
  $dry_run || job=$(sbatch --parsable "$@")
  job=${job%%;*}     # a cluster's name may follow
}

if $srun; then submit --ntasks="$tasks" --cpus-per-task="$cpus" "$here/srun.sbatch" "$@"
else submit --array="0-$((tasks - 1))" --cpus-per-task="$cpus" "$here/array.sbatch" "$@"
fi
run_job=$job
submit --dependency="afterok:$run_job" --kill-on-invalid-dep=yes "$here/merge.sbatch" "$out"
$dry_run || echo "Job $run_job computes, job $job merges. How far they are: ${MFUSWEEP:-mfusweep} status $out"
