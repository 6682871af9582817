"""Kernel tables and the raw MFU lookups of the V2 methods.

A table is read once and kept in file order, because file order decides ties. MFU comes from the
`mfu` column (mfu_source=file) or is recomputed as FLOP / latency / peak, the peak being the
peak_tflops of the folder's SOURCE.json (mfu_source=latency). FLOP per kernel:
    GEMM      2 m k n
    prefill   2 H dh s^2              the causal half of 4 H dh s^2, all heads on one GPU
    decode    4 (H/tp) dh kv bs       the heads of one of tp GPUs
"""

import json
import math
import re
from pathlib import Path

from facts import read_rows

ZERO_MFU = 1e-4  # values below are "no measurement" in an mfu column (tables round to three decimals)
SHAPE_NAME = re.compile(r"(\d+)-(\d+)-(\d+)(?:-tp(\d+))?")


def dist2(a, b):
    """Squared Euclidean distance of two tuples."""
    return sum((x - y) ** 2 for x, y in zip(a, b))


def bracket(knots, x):
    """Indices (lo, hi) and weight of hi for x on ascending knots, clamped at both ends."""
    if x <= knots[0]:
        return 0, 0, 0.0
    if x >= knots[-1]:
        return len(knots) - 1, len(knots) - 1, 0.0
    hi = next(i for i, knot in enumerate(knots) if knot > x)
    lo = hi - 1
    return lo, hi, (x - knots[lo]) / (knots[hi] - knots[lo])


def lookup_1d(points, x, rule, flop_power, domain="mfu"):
    """MFU at x from ascending [(x, mfu)].

    floor:  the largest knot <= x, the smallest knot below the grid.
    linear: linear in x: MFU, or in the latency domain the time, ~ x^flop_power / mfu.
    sqrt:   the square root of time linear in x.
    Outside, MFU is held; in the latency domain time is held below the grid. A knot without a measurement has no
    time: MFU itself is interpolated beside it.
    """
    if rule not in ("floor", "linear", "sqrt"):
        raise ValueError(f"lookup: unknown rule {rule!r}")
    (x_first, mfu_first), (x_last, mfu_last) = points[0], points[-1]
    if x < x_first and domain == "latency":
        return mfu_first * (x / x_first) ** flop_power
    if x <= x_first or x >= x_last:
        return mfu_first if x <= x_first else mfu_last
    lo, hi, weight = bracket([point[0] for point in points], x)
    if rule == "floor" or weight == 0:
        return points[lo][1]
    (x_lo, mfu_lo), (x_hi, mfu_hi) = points[lo], points[hi]
    if (rule == "linear" and domain == "mfu") or mfu_lo == 0 or mfu_hi == 0:
        return mfu_lo + weight * (mfu_hi - mfu_lo)
    power = 0.5 if rule == "sqrt" else 1.0
    t_lo, t_hi = ((knot**flop_power / mfu) ** power for knot, mfu in ((x_lo, mfu_lo), (x_hi, mfu_hi)))
    return x**flop_power / ((1 - weight) * t_lo + weight * t_hi) ** (1 / power)


def floor_nearest(rows, query):
    """The row nearest to query (Euclid) among those <= query in both axes, else among all.

    rows = [((bs, kv), mfu)]; the first in file order wins a tie.
    """
    below = [row for row in rows if row[0][0] <= query[0] and row[0][1] <= query[1]]
    return min(below or rows, key=lambda row: dist2(row[0], query))[1]


def nearest_l1(rows, query):
    """The row nearest by |d bs| + |d kv|; the first in file order wins a tie."""
    return min(rows, key=lambda row: abs(row[0][0] - query[0]) + abs(row[0][1] - query[1]))[1]


def corner(cells, batch, kv, kv_knots, ragged_corner):
    """MFU of one grid corner; a missing one is 0 (zero) or the last present cell (clamp).

    clamp stays in the same batch row: its largest kv below the corner, else its smallest kv.
    """
    if (batch, kv) in cells:
        return cells[batch, kv]
    if ragged_corner == "zero":
        return 0.0
    if ragged_corner != "clamp":
        raise ValueError(f"ragged_corner: unknown value {ragged_corner!r}")
    present = [knot for knot in kv_knots if (batch, knot) in cells]
    below = [knot for knot in present if knot < kv]
    return cells[batch, below[-1] if below else present[0]]


def bilinear(rows, query, ragged_corner):
    """Bilinear on the unique batch x unique kv axes, clamped at the ends (along batch, then along kv)."""
    cells = dict(rows)  # a repeated point: the last row wins
    batch_knots = sorted({point[0] for point in cells})
    kv_knots = sorted({point[1] for point in cells})
    b_lo, b_hi, b_weight = bracket(batch_knots, query[0])
    k_lo, k_hi, k_weight = bracket(kv_knots, query[1])

    def along_batch(i_kv):
        at_lo, at_hi = (corner(cells, batch_knots[i], kv_knots[i_kv], kv_knots, ragged_corner) for i in (b_lo, b_hi))
        return at_lo + b_weight * (at_hi - at_lo)

    at_lo, at_hi = along_batch(k_lo), along_batch(k_hi)
    return at_lo + k_weight * (at_hi - at_lo)


def bilinear_time(rows, query, zero_mfu):
    """The same for time ~ batch * kv / MFU; corners that are missing or hold no measurement take the MFU of their batch's
    last measured row before them, else of its first. Below the grid time is held, above it MFU. 0 where no time can be
    told.
    """
    cells = dict(rows)
    measured = {point: mfu for point, mfu in cells.items() if mfu >= zero_mfu}
    batch_knots = sorted({point[0] for point in cells})
    kv_knots = sorted({point[1] for point in cells})
    b_lo, b_hi, b_weight = bracket(batch_knots, query[0])
    k_lo, k_hi, k_weight = bracket(kv_knots, query[1])
    time = 0.0
    for i_batch, batch_share in ((b_lo, 1 - b_weight), (b_hi, b_weight)):
        for i_kv, kv_share in ((k_lo, 1 - k_weight), (k_hi, k_weight)):
            batch, kv = batch_knots[i_batch], kv_knots[i_kv]
            if batch_share * kv_share == 0:
                continue
            if not any(point[0] == batch for point in measured):
                return 0.0
            time += batch_share * kv_share * batch * kv / corner(measured, batch, kv, kv_knots, "clamp")
    above = max(1.0, query[0] / batch_knots[-1]) * max(1.0, query[1] / kv_knots[-1])
    return query[0] * query[1] / (time * above)


def nearest_nonzero(rows, query, zero_mfu):
    """MFU of the Euclid-nearest row that holds a measurement."""
    usable = [row for row in rows if row[1] >= zero_mfu]
    return min(usable, key=lambda row: dist2(row[0], query))[1]


class Tables:
    """The gemm, mha/prefill and mha/decode tables of one GPU below a bench_data folder."""

    def __init__(self, bench_data, gpu_names, mfu_source="file"):
        if mfu_source not in ("file", "latency"):
            raise ValueError(f"mfu_source: unknown value {mfu_source!r}")
        self.root = Path(bench_data)
        self.gpu_names = [name.lower() for name in gpu_names]
        self.mfu_source = mfu_source
        self.zero_mfu = ZERO_MFU if mfu_source == "file" else math.ulp(0.0)
        self.cache = {}

    # ---- reading -------------------------------------------------------------------------------

    def folder(self, *kernel):
        """The folder of one kernel kind, by the first of the GPU's names that has one."""
        for name in self.gpu_names:
            path = self.root.joinpath(*kernel, name)
            if path.is_dir():
                return path
        raise LookupError(f"no table for {'/'.join(kernel)} on {self.gpu_names[0]} in {self.root}")

    def mfu_of(self, row, flop, folder):
        """MFU of one row: the column, or FLOP / latency / the peak that SOURCE.json names."""
        if self.mfu_source == "file" and "mfu" in row:  # a table without the column is read from latency
            return float(row["mfu"])
        source = json.loads((folder / "SOURCE.json").read_text(encoding="utf-8"))
        return flop / (float(row["latency_us"]) * 1e-6) / (source["peak_tflops"] * 1e12)

    def measured(self, rows, what):
        """The rows, unless none of them holds a measurement."""
        if not any(mfu >= self.zero_mfu for _, mfu in rows):
            raise LookupError(f"no measurement in the {what} table")
        return rows

    def once(self, key, make):
        """Memoised make()."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def gemm_rows(self):
        """[((m, k, n), mfu)] in file order."""

        def load():
            folder = self.folder("gemm")
            rows = []
            for row in read_rows(folder / "data.csv"):
                m, k, n = int(row["m"]), int(row["k"]), int(row["n"])
                rows.append(((m, k, n), self.mfu_of(row, 2 * m * k * n, folder)))
            return self.measured(rows, "gemm")

        return self.once("gemm", load)

    def shapes(self, phase):
        """{(heads, kv_heads, head_dim): {tp: file}} of mha/<phase>, in order of file names."""

        def load():
            found = {}
            for path in sorted(self.folder("mha", phase).glob("*.csv")):
                match = SHAPE_NAME.fullmatch(path.stem)
                if match:
                    heads, kv_heads, head_dim, tp = (int(group or 1) for group in match.groups())
                    found.setdefault((heads, kv_heads, head_dim), {})[tp] = path
            return found

        return self.once(("shapes", phase), load)

    def prefill_points(self, shape):
        """Ascending [(seq_len, mfu)] of one shape: single sequences without cached tokens, measured ones only."""

        def load():
            path = self.shapes("prefill")[shape][1]
            points = {}
            for row in read_rows(path):
                if int(row.get("batch_size") or 1) == 1 and int(row.get("cached_len") or 0) == 0:
                    seq = int(row["seq_len"])
                    mfu = self.mfu_of(row, 2 * shape[0] * shape[2] * seq * seq, path.parent)
                    if mfu >= self.zero_mfu:
                        points[seq] = mfu
            return self.measured(sorted(points.items()), "prefill attention")

        return self.once(("prefill", shape), load)

    def decode_rows(self, shape, tp):
        """[((bs, kv), mfu)] of one shape and tp in file order (rows with a BF16 KV cache only)."""

        def load():
            path = self.shapes("decode")[shape][tp]
            rows = []
            for row in read_rows(path):
                if row.get("kv_dtype", "bf16") == "bf16":
                    batch, kv = int(row["batch_size"]), int(row["kv_len"])
                    flop = 4 * (shape[0] / tp) * shape[2] * kv * batch
                    rows.append(((batch, kv), self.mfu_of(row, flop, path.parent)))
            return self.measured(rows, "decode attention")

        return self.once(("decode", shape, tp), load)

    # ---- lookups -------------------------------------------------------------------------------

    def pick_shape(self, phase, wanted, shape_fallback):
        """The wanted attention shape, or the Euclid-nearest one (first by file name on ties)."""
        shapes = self.shapes(phase)
        if wanted in shapes:
            return wanted
        if shape_fallback != "nearest_l2":
            raise LookupError(f"no {phase} attention table for shape {wanted}")
        return min(shapes, key=lambda shape: dist2(shape, wanted))

    def pick_tp(self, shape, tp, tp_fallback):
        """The wanted tp's decode table, or tp 1's (tp1), or the nearest tp's, smaller on ties.

        The published tables all have a tp 1; where one has not, the nearest stands in under either rule.
        """
        tps = self.shapes("decode")[shape]
        if tp in tps:
            return tp
        if tp_fallback not in ("tp1", "nearest"):
            raise ValueError(f"tp_fallback: unknown value {tp_fallback!r}")
        if tp_fallback == "tp1" and 1 in tps:
            return 1
        return min(sorted(tps), key=lambda other: abs(other - tp))

    def pick_gemm_pair(self, k, n):
        """The (K, N) covering (k, n) nearest to it; if none covers it, the pair of the last row."""
        rows = self.gemm_rows()
        covering = [(kk, nn) for (_, kk, nn), _ in rows if kk >= k and nn >= n]
        return min(covering, key=lambda pair: dist2(pair, (k, n))) if covering else rows[-1][0][1:]

    def check(self, shape, tp, tp_fallback, shape_fallback):
        """LookupError where one of the three kernels has no table that stands for the model."""
        self.gemm_rows()
        self.prefill_points(self.pick_shape("prefill", shape, shape_fallback))
        decode = self.pick_shape("decode", shape, shape_fallback)
        self.decode_rows(decode, self.pick_tp(decode, tp, tp_fallback))

    def gemm_mfu(self, m, k, n, gemm_lookup="linear", lookup_domain="mfu"):
        """MFU of one GEMM: pick (K, N), then look m up among the rows of that pair."""

        def points():
            pair = self.pick_gemm_pair(k, n)
            return sorted({row[0]: mfu for row, mfu in self.gemm_rows() if row[1:] == pair}.items())

        mfu = lookup_1d(self.once(("pair", k, n), points), m, gemm_lookup, 1, lookup_domain)
        return mfu if mfu >= self.zero_mfu else nearest_nonzero(self.gemm_rows(), (m, k, n), self.zero_mfu)

    def prefill_mfu(self, shape, seq_len, prefill_lookup="linear", shape_fallback="nearest_l2", lookup_domain="mfu"):
        """MFU of prefill attention over seq_len tokens; shape = (heads, kv_heads, head_dim)."""
        points = self.prefill_points(self.pick_shape("prefill", shape, shape_fallback))
        return lookup_1d(points, seq_len, prefill_lookup, 2, lookup_domain)

    def decode_mfu(self, shape, batch, kv_len, tp, decode_lookup="bilinear", ragged_corner="zero",
                   tp_fallback="tp1", shape_fallback="nearest_l2", lookup_domain="mfu"):
        """MFU of decode attention of `batch` requests over kv_len tokens each on one of tp GPUs."""
        shape = self.pick_shape("decode", shape, shape_fallback)
        rows = self.decode_rows(shape, self.pick_tp(shape, tp, tp_fallback))
        query = (batch, kv_len)
        if decode_lookup == "floor_nearest":
            mfu = floor_nearest(rows, query)
        elif decode_lookup == "nearest_l1":
            mfu = nearest_l1(rows, query)
        elif decode_lookup == "bilinear" and lookup_domain == "latency":
            mfu = bilinear_time(rows, query, self.zero_mfu)
        elif decode_lookup == "bilinear":
            mfu = bilinear(rows, query, ragged_corner)
        else:
            raise ValueError(f"decode_lookup: unknown value {decode_lookup!r}")
        return mfu if mfu >= self.zero_mfu else nearest_nonzero(rows, query, self.zero_mfu)
