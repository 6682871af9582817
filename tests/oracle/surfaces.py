"""Lookups in measured kernel tables, in the latency domain: one function per lookup, point by point, no cleverness.

Times are microseconds. A lookup returns (time_us, provenance) or None where the table cannot answer. Provenance from best to
worst: EXACT < INTERPOLATED < TRANSFERRED < EXTRAPOLATED; a result has the worst of its parts.
"""

import math
from bisect import bisect_right
from statistics import median

EXACT, INTERPOLATED, TRANSFERRED, EXTRAPOLATED = range(4)
NAMES = ["exact", "interpolated", "transferred", "extrapolated"]

FAR = 4.0  # the second knot of an extrapolation lies at least by this factor away from the end
ROOT_FAR = 2.0  # the same for the square-root extrapolation over the sequence
MAX_BEYOND = 4.0  # n and k are extrapolated at most by this factor
MAX_GAP = 4.0  # neighbours farther apart than this ratio do not make a bracket in n or k
MAX_GROUP = 8.0  # kv heads are exchanged for batch at most by this factor
MAX_MISS = 2.0  # nearest sites: at most so many octaves away
N_NEAREST = 4
SPIKE = 1.35  # a row is a spike when it is slower than its neighbours say by this factor on every axis
UNSTEADY = 0.01  # share of spikes from which a GEMM table is unsteady


# ---- Lines


def find(x, q):
    """Index of the last knot <= q, or -1."""
    return bisect_right(x, q) - 1


def far_knot(x, factor):
    """The largest knot at or below last/factor, else the first one."""
    return max(find(x, x[-1] / factor), 0)


def near_knot(x, factor):
    """The smallest knot at or above first*factor, else the last one."""
    return next((i for i in range(len(x)) if x[i] >= x[0] * factor), len(x) - 1)


def far_slope(x, y):
    """Slope beyond the last knot: from a far knot, never falling, never steeper than proportional."""
    if len(x) == 1:
        return y[0] / x[0]
    j = far_knot(x, FAR)
    return min(max((y[-1] - y[j]) / (x[-1] - x[j]), 0.0), y[-1] / x[-1])


def near_slope(x, y):
    """Slope below the first knot, the mirror of far_slope."""
    if len(x) == 1:
        return y[0] / x[0]
    j = near_knot(x, FAR)
    return min(max((y[j] - y[0]) / (x[j] - x[0]), 0.0), y[0] / x[0])


def linear_at(x, y, q, hold=False):
    """Piecewise linear. Below the first knot its time holds where asked for: GEMM and experts over tokens, messages."""
    i = find(x, q)
    if i < 0:
        return y[0] if hold else y[0] - near_slope(x, y) * (x[0] - q), EXTRAPOLATED
    if x[i] == q:
        return y[i], EXACT
    if i == len(x) - 1:
        return y[i] + far_slope(x, y) * (q - x[i]), EXTRAPOLATED
    weight = (q - x[i]) / (x[i + 1] - x[i])
    return y[i] + (y[i + 1] - y[i]) * weight, INTERPOLATED


def root_curvature(x1, y1, x2, y2):
    """Coefficient of x^2 when sqrt(y) is linear between two knots."""
    return ((math.sqrt(y2) - math.sqrt(y1)) / (x2 - x1)) ** 2 if y2 > y1 else 0.0


def curvature(x, y, i):
    """Coefficient of x^2 between knots i and i+1: the mean of the divided differences with the outer neighbours, at least
    that of a straight line and at most that of the square-root rule.
    """

    def slope(a, b):
        return (y[b] - y[a]) / (x[b] - x[a])

    most = root_curvature(x[i], y[i], x[i + 1], y[i + 1])
    terms = []
    if i > 0:
        terms.append((slope(i, i + 1) - slope(i - 1, i)) / (x[i + 1] - x[i - 1]))
    if i + 2 < len(x):
        terms.append((slope(i + 1, i + 2) - slope(i, i + 1)) / (x[i + 2] - x[i]))
    return min(max(sum(terms) / len(terms), 0.0), most) if terms else most


def quadratic_at(x, y, q, causal):
    """Piecewise quadratic: prefill over the sequence. Below the first knot sqrt(y) is linear, and so it is beyond the last
    one where attention is causal over everything; where a window bounds it y itself is.
    """
    i = find(x, q)
    if i < 0:
        if len(x) == 1:
            return y[0] * q / x[0], EXTRAPOLATED
        j = near_knot(x, ROOT_FAR)
        slope = min(max((math.sqrt(y[j]) - math.sqrt(y[0])) / (x[j] - x[0]), 0.0), math.sqrt(y[0]) / x[0])
        return (math.sqrt(y[0]) - slope * (x[0] - q)) ** 2, EXTRAPOLATED
    if x[i] == q:
        return y[i], EXACT
    if i == len(x) - 1:
        if not causal:
            return y[i] + far_slope(x, y) * (q - x[i]), EXTRAPOLATED
        if len(x) == 1:
            return y[i] * (q / x[i]) ** 2, EXTRAPOLATED
        j = far_knot(x, ROOT_FAR)
        slope = max((math.sqrt(y[i]) - math.sqrt(y[j])) / (x[i] - x[j]), 0.0)
        return (math.sqrt(y[i]) + slope * (q - x[i])) ** 2, EXTRAPOLATED
    secant = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
    return y[i] + secant * (q - x[i]) + curvature(x, y, i) * (q - x[i]) * (q - x[i + 1]), INTERPOLATED


def cached_at(x, y, q, edge):
    """Piecewise linear, but the piece across `edge`, the KV length at which the KV of all requests stops fitting the L2
    cache, breaks there: below it goes on the line of the knots before, above it that of the knots after.
    """
    i = find(x, q)
    if edge is None or i < 0 or i == len(x) - 1 or x[i] == q or not x[i] < edge <= x[i + 1]:
        return linear_at(x, y, q)
    low, high = y[i], y[i + 1]
    up = max((low - y[i - 1]) / (x[i] - x[i - 1]), 0.0) if i > 0 else 0.0
    down = max((y[i + 2] - high) / (x[i + 2] - x[i + 1]), 0.0) if i + 2 < len(x) else high / x[i + 1]
    warm = min(low + up * (edge - x[i]), max(high, low))
    cold = max(high - down * (x[i + 1] - edge), min(low, high))
    if q < edge:
        return low + (warm - low) * (q - x[i]) / (edge - x[i]), INTERPOLATED
    return cold + (high - cold) * (q - edge) / (x[i + 1] - edge), INTERPOLATED


def clamped(time, first, ratio):
    """An extrapolated time: between the end's and proportional to it."""
    return min(max(time, min(first, first * ratio)), max(first, first * ratio))


def axis_weights(x, q):
    """[(knot, weight)] and provenance of a linear rule over the knots x. Beyond the ends the caller clamps with
    clamped(time, time of the first knot returned, q / that knot).
    """
    i = find(x, q)
    if len(x) == 1 and x[0] != q:
        return [(0, q / x[0])], EXTRAPOLATED
    if i >= 0 and x[i] == q:
        return [(i, 1.0)], EXACT
    if 0 <= i < len(x) - 1:
        weight = (q - x[i]) / (x[i + 1] - x[i])
        return [(i, 1.0 - weight), (i + 1, weight)], INTERPOLATED
    end, other = (0, near_knot(x, FAR)) if i < 0 else (i, far_knot(x, FAR))
    beyond = (q - x[end]) / (x[end] - x[other])
    return [(end, 1.0 + beyond), (other, -beyond)], EXTRAPOLATED


# ---- GEMM


class Gemm:
    """sites[n, k] = (m[], time[]) of one number format on one GPU."""

    def __init__(self, rows):
        self.sites, self.repaired = {}, {}
        for m, n, k, time in sorted(rows):
            x, y = self.sites.setdefault((n, k), ([], []))
            x.append(float(m))
            y.append(time)
        self.ks_of_n, self.ns_of_k = {}, {}
        for n, k in sorted(self.sites):
            self.ks_of_n.setdefault(n, []).append(k)
            self.ns_of_k.setdefault(k, []).append(n)
        self.n_spikes = self.repair()

    def expected(self, n, k, i, at):
        """What the neighbours along m, n and k say of a measured point, where there are two of them."""
        ms, ys = self.sites[n, k]
        said = []
        if 0 < i < len(ms) - 1:
            said.append(ys[i - 1] + (ys[i + 1] - ys[i - 1]) * (ms[i] - ms[i - 1]) / (ms[i + 1] - ms[i - 1]))
        for values, q, site in ((self.ns_of_k[k], n, lambda v: (v, k)), (self.ks_of_n[n], k, lambda v: (n, v))):
            j = values.index(q)
            if 0 < j < len(values) - 1:
                a, b = values[j - 1], values[j + 1]
                u, v = at[site(a)].get(ms[i]), at[site(b)].get(ms[i])
                if u is not None and v is not None:
                    said.append(u + (v - u) * (q - a) / (b - a))
        return sorted(said)

    def repair(self):
        """Spikes, judged on the table as measured, all at once, become the middle one of what is expected in a table that has
        many of them; elsewhere they are rare and often a kernel's own.
        """
        at = {site: dict(zip(*curve)) for site, curve in self.sites.items()}
        found = []
        for (n, k), (ms, ys) in self.sites.items():
            for i in range(len(ms)):
                said = self.expected(n, k, i, at)
                if len(said) > 1 and ys[i] > SPIKE * said[-1]:
                    found.append(((n, k), i, said[len(said) // 2]))
        if len(found) > UNSTEADY * sum(len(ms) for ms, _ in self.sites.values()):
            for site, i, time in found:
                self.sites[site][1][i] = time
                self.repaired.setdefault(site, set()).add(self.sites[site][0][i])
        return len(found)


def merge_knots(curves):
    """All knots inside the range that the curves have in common; all, where they have none."""
    every = sorted({m for curve in curves for m in curve[0]})
    low, high = max(curve[0][0] for curve in curves), min(curve[0][-1] for curve in curves)
    return [m for m in every if low <= m <= high] or every


def mix(curves, weights, ratio=None):
    """The curve sum(weight * curve) on the union of the knots, clamped knot by knot where the weights extrapolate."""
    x, y = merge_knots(curves), []
    for m in x:
        times = [linear_at(curve[0], curve[1], m, hold=True)[0] for curve in curves]
        time = sum(weight * t for weight, t in zip(weights, times))
        y.append(time if ratio is None else clamped(time, times[0], ratio))
    return x, y


def along(values, q):
    """Neighbours of q among sorted values of a shape, [(value, weight)] and provenance, or None where they are too far."""
    weights, kind = axis_weights([float(value) for value in values], float(q))
    if q * MAX_BEYOND < values[0] or q > MAX_BEYOND * values[-1]:
        return None
    if kind == INTERPOLATED and values[weights[1][0]] > MAX_GAP * values[weights[0][0]]:
        return None
    return [(values[i], weight) for i, weight in weights], kind


def gemm_column(gemm, n, k):
    """Curve of (n, k) from the sites of this very n: the site itself, else linear in k."""
    if (n, k) in gemm.sites:
        return gemm.sites[n, k], EXACT
    near = along(gemm.ks_of_n[n], k) if n in gemm.ks_of_n else None
    if near is None:
        return None
    parts, kind = near
    ratio = k / parts[0][0] if kind == EXTRAPOLATED else None
    curve = mix([gemm.sites[n, kk] for kk, _ in parts], [weight for _, weight in parts], ratio)
    return curve, max(TRANSFERRED, kind)


def gemm_curve(gemm, n, k):
    """Curve of a shape: own column, else linear in n between the columns that reach k, else the nearest sites."""
    own = gemm_column(gemm, n, k)
    if own is not None and own[1] < EXTRAPOLATED:
        return own
    columns = {nn: gemm_column(gemm, nn, k) for nn in gemm.ks_of_n if nn != n}
    columns = {nn: column for nn, column in columns.items() if column is not None}
    ns = sorted(nn for nn, column in columns.items() if column[1] < EXTRAPOLATED)
    if own is None and not ns:
        ns = sorted(columns)
    near = along(ns, n) if ns else None
    if near is not None and not (own is not None and near[1] == EXTRAPOLATED):
        parts, kind = near
        ratio = n / parts[0][0] if kind == EXTRAPOLATED else None
        curve = mix([columns[nn][0] for nn, _ in parts], [weight for _, weight in parts], ratio)
        return curve, max([TRANSFERRED, kind] + [columns[nn][1] for nn, _ in parts])
    return own if own is not None else gemm_nearest(gemm, n, k)


def gemm_nearest(gemm, n, k):
    """Time per FLOP of the nearest sites, weights 1/distance^2 in octaves of (n, k)."""
    near = sorted((math.log2(nn / n) ** 2 + math.log2(kk / k) ** 2, nn, kk) for nn, kk in gemm.sites)
    near = [site for site in near if site[0] <= MAX_MISS**2][:N_NEAREST]
    if not near:
        return None
    curves = []
    for _, nn, kk in near:
        x, y = gemm.sites[nn, kk]
        curves.append((x, [time * (n * k) / (nn * kk) for time in y]))
    total = sum(1 / distance2 for distance2, _, _ in near)
    return mix(curves, [1 / distance2 / total for distance2, _, _ in near]), EXTRAPOLATED


def gemm_at(gemm, curve, n, k, m):
    """Time and provenance of what gemm_curve returned; a repaired point is not exact."""
    if curve is None:
        return None
    time, kind = linear_at(*curve[0], float(m), hold=True)
    return time, max(kind, curve[1], INTERPOLATED if m in gemm.repaired.get((n, k), ()) else EXACT)


# ---- One axis: messages over bytes, experts over tokens


def sound_line(points):
    """x[], time[] of a slice without its spikes: slower than both neighbours; and how many there were."""
    points = sorted(points)
    inner = range(1, len(points) - 1)
    spikes = {i for i in inner if points[i][1] > SPIKE * max(points[i - 1][1], points[i + 1][1])}
    kept = [point for i, point in enumerate(points) if i not in spikes]
    return [x for x, _ in kept], [time for _, time in kept], len(spikes)


# ---- Attention


class Attention:
    """table[head_dim, window, n_kv, heads][batch][x] = time; x is the sequence (prefill) or the KV length (decode); one
    number format of the KV cache.
    """

    def __init__(self, rows, decode, kv_bytes, l2_bytes):
        self.decode, self.kv_bytes, self.l2_bytes, self.table, self.filled = decode, kv_bytes, l2_bytes, {}, {}
        for head_dim, window, n_kv, heads, batch, x, time in rows:
            self.table.setdefault((head_dim, window, n_kv, heads), {}).setdefault(float(batch), {})[float(x)] = time
        self.n_spikes = self.repair()

    def repair(self):
        """Drops the rows that are slower by SPIKE than both neighbours along x and both along batch."""
        found = []
        for key, rows in self.table.items():
            batches = sorted(rows)
            for below, batch, above in zip(batches, batches[1:], batches[2:]):
                xs = sorted(rows[batch])
                for before, x, after in zip(xs, xs[1:], xs[2:]):
                    around = rows[below].get(x), rows[above].get(x), rows[batch][before], rows[batch][after]
                    if None not in around and rows[batch][x] > SPIKE * max(around):
                        found.append((key, batch, x))
        for key, batch, x in found:
            del self.table[key][batch][x]
        return len(found)


def l2_edge(attention, key, batch):
    """KV length from which the KV of the requests no longer fits the L2 cache; None where that plays no part."""
    head_dim, window, n_kv, _ = key
    if not attention.decode or not attention.l2_bytes:
        return None
    edge = attention.l2_bytes / (2.0 * n_kv * head_dim * attention.kv_bytes * batch)
    return None if window and edge > window else edge


def beside(line, at):
    """The nearest measured places below and above `at` of {place: time}, or None."""
    below, above = [v for v in line if v < at], [v for v in line if v > at]
    return (max(below), min(above)) if below and above else None


def counterparts(attention, key):
    """[(configuration, factor)]: those that do nearly the same work at batch times factor."""
    head_dim, window, n_kv, heads = key
    known = sorted(other[3] for other in attention.table if other[:3] == key[:3])
    i = known.index(heads)
    found = [((*key[:3], h), 1.0) for h in known[max(i - 1, 0):i + 2] if h != heads]
    wanted = [((head_dim, window, n_kv / 2, heads / 2), 2.0), ((head_dim, window, n_kv * 2, heads * 2), 0.5)]
    return found + [(other, factor) for other, factor in wanted if other in attention.table]


def around(values, value):
    """The value and those next to it among sorted ones."""
    i = values.index(value)
    return values[max(i - 1, 0):i + 2]


def hole_at(attention, key, batch, x):
    """A cell from what is measured: the median of the cells on both sides along the row and along the column, of the line
    between two of them, and of what the counterparts take, as it is and scaled by the ratio that holds around the cell.
    """
    rows = attention.table[key]
    row, column = rows[batch], {b: rows[b][x] for b in rows if x in rows[b]}
    said, lines = [], {}
    sides = beside(row, x)
    if sides:
        said += [row[v] for v in sides]
        xs = sorted(row)
        ys = [row[v] for v in xs]
        if attention.decode:
            lines["row"] = cached_at(xs, ys, x, l2_edge(attention, key, batch))[0]
        else:
            lines["row"] = quadratic_at(xs, ys, x, key[1] == 0)[0]
    sides = beside(column, batch)
    if sides:
        said += [column[b] for b in sides]
        lines["column"] = linear_at(list(sides), [column[b] for b in sides], batch)[0]
    order = ("row", "column") if attention.decode else ("column", "row")
    said += [lines[axis] for axis in order if axis in lines][:1]
    near = [(b, v) for b in around(sorted(rows), batch) for v in around(sorted({v for r in rows.values() for v in r}), x)]
    for other, factor in counterparts(attention, key):
        theirs = attention.table[other]
        there = theirs.get(batch * factor, {}).get(x)
        if there is None:
            continue
        said.append(there)
        ratios = [rows[b][v] / theirs[b * factor][v] for b, v in near if v in rows[b] and v in theirs.get(b * factor, {})]
        if ratios:
            said.append(there * median(ratios))
    return median(said) if said else None


def fill(attention, key):
    """rows[batch] = (x[], time[], provenance[]): what is measured; holes inside the measured area; the corner of large
    batches by the far rule over the column, but not where a decode row ends beyond its window.
    """
    if key in attention.filled:
        return attention.filled[key]
    table, window = attention.table[key], key[1]
    batches, xs = sorted(table), sorted({x for row in table.values() for x in row})
    rows = {batch: [] for batch in batches}
    for x in xs:
        have = [batch for batch in batches if x in table[batch]]
        for batch in batches:
            last = max(table[batch])
            if x in table[batch]:
                rows[batch].append((x, table[batch][x], EXACT))
            elif x < last or batch < have[-1]:
                time = hole_at(attention, key, batch, x)
                if time is not None:
                    rows[batch].append((x, time, INTERPOLATED))
            elif not (attention.decode and window and last >= window):
                time = linear_at(have, [table[other][x] for other in have], batch)[0]
                rows[batch].append((x, time, EXTRAPOLATED))
    attention.filled[key] = {batch: tuple(zip(*row)) for batch, row in rows.items()}
    return attention.filled[key]


def row_at(attention, window, row, edge, x):
    """Along one row (x[], time[], provenance[])."""
    xs, ys, kinds = row
    if not attention.decode:
        time, kind = quadratic_at(xs, ys, x, window == 0)
    elif window and x > xs[-1] >= window:  # no more KV is read
        time, kind = ys[-1], EXTRAPOLATED
    else:
        time, kind = cached_at(xs, ys, x, edge)
    i = find(xs, x)
    used = [kinds[i]] if kind == EXACT else [kinds[max(i, 0)], kinds[min(i + 1, len(xs) - 1)]]
    return time, max([kind] + used)


def mix_rows(attention, window, rows, edges, weights, axis, ratio=None):
    """The row sum(weight * row) on the union of the knots inside the common range; axis is the provenance of the weights."""
    made = []
    for x in merge_knots(rows):
        parts = [row_at(attention, window, row, edge, x) for row, edge in zip(rows, edges)]
        time = sum(weight * part[0] for weight, part in zip(weights, parts))
        if ratio is not None:
            time = clamped(time, parts[0][0], ratio)
        made.append((x, time, max([axis] + [part[1] for part in parts])))
    return tuple(zip(*made))


def config_row(attention, key, batch):
    """The row of one configuration at any batch: measured, else made at the knots, linear in batch."""
    rows = fill(attention, key)
    if batch in rows:
        return rows[batch]
    batches = sorted(rows)
    weights, kind = axis_weights(batches, float(batch))
    near = [batches[i] for i, _ in weights]
    edges = [l2_edge(attention, key, other) for other in near]
    ratio = batch / near[0] if kind == EXTRAPOLATED else None
    return mix_rows(attention, key[1], [rows[other] for other in near], edges, [w for _, w in weights], kind, ratio)


def heads_row(attention, head_dim, window, n_kv, heads, batch):
    """Same KV heads: the configuration itself, else made at the knots, linear in heads between the nearest two."""
    known = sorted(key[3] for key in attention.table if key[:3] == (head_dim, window, n_kv))
    if not known or heads < known[0] or heads > known[-1]:
        return None
    weights, kind = axis_weights([float(value) for value in known], float(heads))
    rows = [config_row(attention, (head_dim, window, n_kv, known[i]), batch) for i, _ in weights]
    if kind == EXACT:
        return rows[0]
    edges = [l2_edge(attention, (head_dim, window, n_kv, heads), batch)] * 2
    return mix_rows(attention, window, rows, edges, [w for _, w in weights], TRANSFERRED)


def attention_row(attention, head_dim, window, n_kv, heads, batch):
    """The configuration; else other heads on the same KV heads; else other KV heads with as many queries each, batch in
    exchange: (n_kv, heads, batch) works like (n_kv/f, heads/f, batch*f).
    """
    row = heads_row(attention, head_dim, window, n_kv, heads, batch)
    if row is not None:
        return row
    known = sorted({key[2] for key in attention.table if key[:2] == (head_dim, window)})
    for other in [v for v in reversed(known) if v < n_kv] + [v for v in known if v > n_kv]:
        factor = n_kv / other
        if 1 / MAX_GROUP <= factor <= MAX_GROUP:
            row = heads_row(attention, head_dim, window, other, heads / factor, batch * factor)
            if row is not None:
                return row[0], row[1], tuple(max(TRANSFERRED, kind) for kind in row[2])
    return None


def attention_at(attention, head_dim, window, n_kv, heads, batch, x):
    """Along attention_row; but a window that is not measured is none as long as it is not reached. Beyond it decode reads no
    more KV, and prefill costs the same for each further token.
    """
    row = attention_row(attention, head_dim, window, n_kv, heads, batch)
    if row is not None:
        return row_at(attention, window, row, l2_edge(attention, (head_dim, window, n_kv, heads), batch), float(x))
    row = attention_row(attention, head_dim, 0, n_kv, heads, batch) if window else None
    if row is None:
        return None
    edge = l2_edge(attention, (head_dim, 0, n_kv, heads), batch)
    time, kind = row_at(attention, 0, row, edge, float(min(x, window)))
    if x <= window:
        return time, max(TRANSFERRED, kind)
    slope = 0.0
    if not attention.decode:  # backwards, exact for a parabola
        step = window * 1e-3
        before = [row_at(attention, 0, row, edge, window - i * step)[0] for i in range(3)]
        slope = max((3 * before[0] - 4 * before[1] + before[2]) / (2 * step), 0.0)
    return time + slope * (x - window), EXTRAPOLATED
