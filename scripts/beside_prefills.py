#!/usr/bin/env python3
"""What decodes take with a short prompt beside them, against the same requests two steps before, from measured steps alone.

    scripts/beside_prefills.py STEPS.csv

The file is in the order of time. (Not the step right before: on B300 the one that a new request arrives in takes 4 ms more.)
A step with a prompt has more to do; where it takes less, the decodes of the other step are slower for being a CUDA graph, whose
attention kernel is cut before lengths are known.
"""
import argparse
import sys
from statistics import median

from accuracy_runs import Failed, read_steps

MOST_PROMPT_TOK = 130    # such a prompt adds little; the step's GEMM are as for a few more requests
LEAST_REQUESTS = 16
BEFORE = 2
US_PER_MS = 1000


def pairs_of(rows):
    """[(step of decodes, step of the same requests and a short prompt)] in ms."""
    found = []
    for before, row in zip(rows, rows[BEFORE:]):
        is_short = 0 < row["prefill_tokens"] <= MOST_PROMPT_TOK and not row["prefill_cached_tokens"]
        is_same = before["decode_requests"] == row["decode_requests"] >= LEAST_REQUESTS and not before["prefill_requests"]
        grown = row["decode_kv_tokens"] - before["decode_kv_tokens"]
        if is_short and is_same and grown == BEFORE * row["decode_requests"]:
            found.append((before["latency_us"] / US_PER_MS, row["latency_us"] / US_PER_MS))
    return found


def study(path):
    """{tp: pairs} of the file's steps."""
    rows = read_steps(path)
    return {tp: pairs_of([row for row in rows if row["tp"] == tp]) for tp in sorted({row["tp"] for row in rows})}


def lines(found):
    """Rows of a table: TP, pairs, medians of both, median and range of the difference."""
    for tp, pairs in found.items():
        more = [beside - alone for alone, beside in pairs]
        if more:
            yield (f"TP{tp}", f"{len(pairs)}", f"{median(alone for alone, _ in pairs):.1f}",
                   f"{median(beside for _, beside in pairs):.1f}",
                   f"{median(more):+.1f} ({min(more):+.1f} to {max(more):+.1f})".replace("-", "−"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", help="measured steps (docs/validate.md), in the order of time")
    options = parser.parse_args()
    print("tp, steps, decodes alone ms, with a prompt ms, difference ms (range)")
    for line in lines(study(options.steps)):
        print("  ".join(line))


if __name__ == "__main__":
    try:
        main()
    except (Failed, OSError) as error:
        sys.exit(f"beside_prefills.py: {error}")
