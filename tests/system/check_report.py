#!/usr/bin/env python3
"""The page that `mfusweep report` makes: the numbers in it against numpy, its size, and how it fares in a browser.

    check_report.py TOOL ROOT document | measured | size | browser [--pictures DIR]
"""
import base64
import gzip
import json
import sys
import tempfile
from pathlib import Path

import browser
from tool import ROOT, SKIPPED, call, expect, expect_status, write_sweep

PAGE = ROOT / "build/report/page.html"
MARKED = '<script id="report-data" type="application/json">@REPORT_DATA@</script>\n'
TYPES = {"f32": "<f4", "f64": "<f8", "u32": "<u4"}
UNFIT = ("memory_full", "context_too_long")


def unpack(packed):
    import numpy
    if packed["n"] == 0:
        return numpy.zeros(0)
    kind = numpy.dtype(TYPES[packed["type"]])
    planes = numpy.frombuffer(gzip.decompress(base64.b64decode(packed["data"])), "u1").reshape(kind.itemsize, packed["n"])
    return numpy.ascontiguousarray(planes.T).view(kind).ravel()


def document_of(page):
    text = page.read_text(encoding="utf-8")
    start = text.index('type="application/json">') + len('type="application/json">')
    return json.loads(text[start:text.index("</script>", start)])


def run(folder, sweep, *words):
    result = folder / f"{sweep['name']}.h5"
    expect_status(call("run", write_sweep(folder, sweep), "-o", result, *words))
    return result


def report(result, *words, page=None):
    """The page and its document."""
    template = page or result.parent / "marked.html"
    if not page:
        template.write_text(MARKED)
    out = result.with_suffix(".html")
    expect_status(call("report", result, "--page", template, "-o", out, *words))
    return out, document_of(out)


def grid_of(result, name):
    """(dimensions in order, {field: array}, {bit name: value}) of a block."""
    import h5py
    with h5py.File(result) as file:
        group = file[name] if name else file
        fields = {key: data[()] for key, data in group.items() if isinstance(data, h5py.Dataset) and data.ndim > 1}
        dims = [scale[0].name.rpartition("/")[2] for scale in group[next(iter(fields))].dims]
        bits = dict(zip(group["flags"].attrs["flag_meanings"].decode().split(), group["flags"].attrs["flag_masks"].tolist()))
        coords = {dim: group[dim].asstr()[()] if h5py.check_string_dtype(group[dim].dtype) else group[dim][()] for dim in dims}
    return dims, coords, fields, bits


# ---- The document against numpy

def same(a, b):
    import numpy
    return numpy.array_equal(numpy.asarray(a).view("u4"), numpy.asarray(b).astype(a.dtype).view("u4"))


def check_cells(block, dims, coords, fields):
    """Every kept cell is the file's, exactly, or rounded to 12 bits."""
    import numpy
    kept = [unpack(dim["kept"]) for dim in block["dims"]]
    expect([dim["name"] for dim in block["dims"]] == dims, "other dimensions")
    for dim in block["dims"]:
        values = dim["texts"] if "texts" in dim else unpack(dim["values"]).tolist()
        expect(values == list(coords[dim["name"]]), f"other values of {dim['name']}")
    for field in block["fields"]:
        shown = unpack(field["cells"])
        cells = fields[field["name"]][numpy.ix_(*kept)].ravel()
        if not field["rounded"]:
            expect(same(shown, cells if cells.dtype == shown.dtype else cells.astype(shown.dtype)), f"{field['name']} differs")
            continue
        both = numpy.isfinite(cells)
        expect((numpy.isfinite(shown) == both).all(), f"{field['name']}: other cells have numbers")
        apart = numpy.abs(shown[both] - cells[both]) / numpy.maximum(numpy.abs(cells[both]), 1e-30)
        expect(apart.size == 0 or apart.max() <= 2.0 ** -13, f"{field['name']} is rounded too much")


def check_flags(block, flags, bits):
    import numpy
    void = sum(bits[name] for name in bits if name.startswith("void_") or name in ("excluded", "conditional"))
    told = {bit["name"]: bit["n"] for bit in block["flags"]["bits"]}
    wanted = {name: int(numpy.count_nonzero(flags & value)) for name, value in bits.items()}
    expect(told == {name: n for name, n in wanted.items() if n > 0}, f"flags are counted as {told}, expected {wanted}")
    expect(block["flags"]["n_plain"] == int((flags == 0).sum()), "other cells without flags")
    expect(block["flags"]["n_no_number"] == int(numpy.count_nonzero(flags & void)), "other cells without numbers")


def front_of(x, y, cells, most_x):
    """Indices on the front, the first cell of equal ones; x is to be large, or small."""
    import numpy
    order = numpy.lexsort((cells, -y, -x if most_x else x))
    best, front = -numpy.inf, []
    for i in order:
        if y[i] > best:
            front.append(int(cells[i]))
            best = y[i]
    return front


def check_front(block, dims, fields, bits):
    import numpy
    pareto = block["pareto"]
    shape, n = fields["step_us"].shape, fields["step_us"].size
    cells = numpy.arange(n).reshape(shape)
    most_x = pareto["x_axis"]["is_max"]
    x = 1e6 / fields["step_us"].astype(float) if most_x else fields["step_us"].astype(float)
    y = fields["tok_per_s_per_gpu"].astype(float)
    fits = (fields["flags"] & sum(bits[name] for name in UNFIT)) == 0
    by = {one["dim"]: one["at"] for one in pareto["by"]}
    expect(sorted(by) == [i for i, dim in enumerate(dims) if dim not in ("tp", "ep", "batch")], "fronts by other dimensions")
    first, found = unpack(pareto["first"]).astype(int), unpack(pareto["cells"]).astype(int)
    expect(found.size > 0, "no front has a point")
    for i_front in range(len(first) - 1):
        rest, where = i_front, [slice(None)] * len(dims)
        for dim in sorted(by, reverse=True):
            where[dim] = by[dim][rest % len(by[dim])]
            rest //= len(by[dim])
        where = tuple(where)
        good = (fits & numpy.isfinite(x) & numpy.isfinite(y))[where].ravel()
        wanted = front_of(x[where].ravel()[good], y[where].ravel()[good], cells[where].ravel()[good], most_x)
        expect(sorted(found[first[i_front]:first[i_front + 1]].tolist()) == sorted(wanted), f"front {i_front} is another")


def check_differences(block, dims, fields, bits):
    import numpy
    axis = dims.index("method")
    unfit = (fields["flags"] & sum(bits[name] for name in UNFIT)) != 0
    times = numpy.moveaxis(numpy.where(unfit, numpy.nan, fields["step_us"].astype(float)), axis, 0)
    expect(block["differences"]["only_fitting"] and unfit.any(), "all cells fit: nothing was tried")
    expect(block["differences"]["field"] == "step_us", "another field is compared")
    for other, told in zip(times[1:], block["differences"]["others"]):
        both = numpy.isfinite(other) & numpy.isfinite(times[0])
        percent = 100 * (other[both] - times[0][both]) / times[0][both]
        expect(told["n"] == percent.size, f"{told['n']} cells compared, expected {percent.size}")
        for name, wanted in (("mean", percent.mean()), ("mean_abs", abs(percent).mean()), ("max", abs(percent).max())):
            expect(abs(told[name] - wanted) <= 1e-9 * max(1, abs(wanted)), f"{name} is {told[name]}, expected {wanted}")
        expect(abs(told["p90"] - numpy.percentile(abs(percent), 90)) <= 0.005 * told["p90"] + 1e-6, "p90 differs")


def check_roofline(block, fields):
    """FLOP and bytes come from the scalar reference; what is known of them here: the step's bound, and the roofs' shape."""
    points = block["roofline"]
    expect(points["is_same"], "the data are not those of the run")
    cells, bound = unpack(points["cells"]).astype(int), unpack(points["bound"])
    expect(cells.size > 0, "no point on the roofline")
    expect((fields["bound"].ravel()[cells] == bound).mean() > 0.99, "other bounds than in the file")
    roof = points["roofs"][0]
    expect(roof["flop_per_s"] > 1e14 and roof["bytes_per_s"] > 1e12, f"odd roof {roof}")


def made_sweep(name="made"):
    return {"sweep": 1, "name": name, "fixed": {"gpu": "h100"}, "axes": {
        "model": ["llama-2-7b-hf", "llama-3.1-8b-instruct"], "tp": [1, 2, 4], "method": ["measured", "v2-interp", "v2-floor"]},
        "blocks": [
            {"name": "decode", "axes": {"batch": [1, 2, 5, 16, 64, 200], "kv_len": "128:16384:*2"},
             "exclude": ["batch * kv_len > 2000000"]},
            {"name": "prefill", "axes": {"batch": [1, 4], "cached_len": [0, 1024], "seq_len": "64:4096:*2"}}]}


def check_document(folder):
    result = run(folder, made_sweep())
    for words in ((), ("-j", "3")):
        _, document = report(result, *words)
        for block in document["blocks"]:
            dims, coords, fields, bits = grid_of(result, block["name"])
            check_cells(block, dims, coords, fields)
            check_flags(block, fields["flags"], bits)
            check_front(block, dims, fields, bits)
            check_differences(block, dims, fields, bits)
            check_roofline(block, fields)
    large = made_sweep("large")
    large["blocks"][0]["axes"] = {"batch": "1:128", "kv_len": "128:65536:128"}
    result = run(folder, large)
    page, document = report(result, "--max-mb", "1")
    expect(page.stat().st_size < 1e6, f"{page.stat().st_size} bytes, more than --max-mb allows")
    dims, coords, fields, bits = grid_of(result, "decode")
    block = document["blocks"][0]
    expect(block["n_kept"] < block["n_cells"], "nothing was thinned")
    check_cells(block, dims, coords, fields)
    check_flags(block, fields["flags"], bits)
    check_front(block, dims, fields, bits)
    check_differences(block, dims, fields, bits)


# ---- Accuracy

def write_measured(folder):
    """Made-up steps: 10 % longer than nothing in particular."""
    head = ("source,gpu,engine,model,tp,weight_dtype,kv_dtype,decode_requests,decode_kv_tokens,prefill_requests,prefill_tokens,"
            "prefill_cached_tokens,latency_us,n_obs")
    rows = [f"made,h100,,llama-3.1-8b-instruct,{tp},bf16,bf16,{batch},{batch * kv},0,0,0,{5000 + 40 * batch + kv / 10},1"
            for tp in (1, 2) for batch in (1, 8, 32) for kv in (512, 4096)]
    path = folder / "steps.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def check_measured(folder):
    sweep = made_sweep()
    sweep["axes"]["method"] += [{"base": "v2-floor", "mfu_source": "latency", "prefill_bucket": [512, 4096], "name": "ours"}]
    result, steps = run(folder, sweep), write_measured(folder)
    _, document = report(result, "--measured", steps)
    accuracy = document["accuracy"]
    labels = [method["label"] for method in accuracy["methods"]]
    expect(labels == ["measured", "v2-interp", "v2-floor", "ours"], f"methods are {labels}")
    names = [method["method"] for method in accuracy["methods"]]
    expect(names[3] == "v2-floor+mfu_source=latency+prefill_bucket=[512,4096]", f"the last method is {names[3]}")
    answer = expect_status(call("validate", "--measured", steps, "--method", ",".join(names), "--by", "model,tp,phase",
                                "--json"))
    for told, wanted in zip(accuracy["methods"], json.loads(answer.stdout)["methods"]):
        expect(told["mape"] == wanted["overall"]["mape"], "another MAPE than validate has")
        expect([group["p90"] for group in told["groups"]] == [group["p90"] for group in wanted["groups"]], "other groups")
    expect(accuracy["n_rows"] == 12 and unpack(accuracy["measured_us"]).size == 12, "rows are missing")


# ---- Size

def check_size(folder):
    """A grid of 10^7 cells, the charting library's room included."""
    sweep = {"sweep": 1, "name": "ten_million", "fixed": {"gpu": "h100"}, "axes": {
        "model": ["llama-2-7b-hf", "llama-3.1-8b-instruct"], "tp": [1, 2, 4], "method": ["v2-interp", "v2-floor"],
        "batch": "1:256", "kv_len": "16:52096:16"}}
    result = run(folder, sweep)
    template = folder / "page.html"
    template.write_text(PAGE.read_text() if PAGE.exists() else MARKED + " " * 1600000)
    page, document = report(result, page=template)
    block = document["blocks"][0]
    expect(block["n_cells"] >= 1e7, f"{block['n_cells']} cells only")
    expect(page.stat().st_size < 5e6, f"{page.stat().st_size} bytes")
    expect(block["n_kept"] > 1e5, f"only {block['n_kept']} cells are shown")
    print(f"{block['n_cells']:.0f} cells: {page.stat().st_size} bytes, {block['n_kept']:.0f} cells shown")


# ---- In a browser

SECTIONS = ["overview", "flags", "heatmap", "lines", "differences", "bottlenecks", "roofline", "pareto", "accuracy"]
DRAW_ALL = "for (const section of sections) section.isSeen = true; return drawStale()"


def make_page(folder):
    """The real page, or None where the charting library can neither be found nor fetched."""
    import subprocess
    page = folder / "page.html"
    made = subprocess.run([ROOT / "scripts/report_page", "-o", page], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if made.returncode != 0:
        print(made.stderr)
    return page if made.returncode == 0 else None


def check_quiet(b, what):
    expect(b.messages() == [], f"{what}: the console says something")
    asked = [url for url in b.requests() if not url.startswith(("file:", "data:", "blob:", "chrome:"))]
    expect(asked == [], f"{what}: the page asked for {asked}")


def begin(b, page):
    b.open(page)
    state = b.wait("return document.documentElement.dataset.state", "the page")
    expect(state == "ready", f"the page is {state}: {b.run('return document.body.innerText')[:500]}")
    b.run(DRAW_ALL)


def pick(b, section, name, value):
    """Chooses a select's entry by its text, as a reader would."""
    found = b.run("""const select = document.querySelector(`#${arguments[0]} select[data-pick="${arguments[1]}"]`);
        const option = select && [...select.options].find((one) => one.text === arguments[2]);
        if (!option) return false;
        select.value = option.value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return true;""", section, name, value)
    expect(found, f"{section} has no select {name} with {value}")


def place_of(b, plot, x_share, y_share):
    """A place inside the axes of a chart, which is scrolled into sight, in the window's pixels."""
    return b.run("""const plot = document.getElementById(arguments[0]);
        plot.scrollIntoView({ block: 'center', behavior: 'instant' });
        const area = plot.querySelector('.nsewdrag').getBoundingClientRect();
        return [area.x + area.width * arguments[1], area.y + area.height * arguments[2]];""", plot, x_share, y_share)


def check_hover(b, plot, wanted, x_share=0.31, y_share=0.62):
    b.point_at(*place_of(b, plot, x_share, y_share))
    shown = f"[...document.querySelectorAll('#{plot} .hoverlayer .hovertext')].map((one) => one.textContent).join(' ')"
    b.wait(f"const text = {shown}; return {json.dumps(wanted)}.every((word) => text.includes(word))", f"{wanted} at {plot}")


def check_click(b):
    """A click chooses a cell, whose command explains just that cell."""
    b.point_at(*place_of(b, "heatmap-plot", 0.31, 0.62), click=True)
    before = "return document.querySelector('#heatmap .cell code').textContent"
    at = "return JSON.stringify(state.at)"
    start = b.run(at)
    b.point_at(*place_of(b, "heatmap-plot", 0.62, 0.31), click=True)
    b.wait(f"return JSON.stringify(state.at) !== {json.dumps(start)}", "another cell")
    command = b.wait(before, "the command").split()
    expect(command[:2] == ["mfusweep", "explain"], f"the command is {command}")
    answer = json.loads(expect_status(call(*(word.strip("'") for word in command[1:]), "--json")).stdout)
    shown = b.run("return state.block.field('step_us').cells[state.block.cell(state.at)]")
    expect(abs(answer["step_us"] - shown) <= 2e-4 * shown, f"explained are {answer['step_us']} us, shown {shown}")


def check_axes(b):
    """Pickers change the charts' axes, and swap where both would be the same."""
    title = "return document.getElementById('heatmap-plot').layout.{}axis.title.text"
    expect(b.run(title.format("x")).startswith("KV-cache"), "the heatmap does not begin along kv_len")
    expect(b.run("return document.getElementById('heatmap-plot').layout.xaxis.type") == "log", "kv_len is not logarithmic")
    pick(b, "heatmap", "across", "batch")
    b.wait(title.format("x") + ".startsWith('Batch')", "the other axis")
    expect(b.run(title.format("y")).startswith("KV-cache"), "axes were not swapped")
    pick(b, "heatmap", "across", "model")
    b.wait(title.format("x") + " === 'Model'", "an axis of names")
    pick(b, "heatmap", "field", "Throughput")
    b.wait("return state.field === 'tok_per_s_per_gpu'", "another field")
    pick(b, "heatmap", "across", "kv_len")
    pick(b, "heatmap", "field", "Step time")
    pick(b, "lines", "a line for each", "method")
    b.wait("return document.getElementById('lines-plot').data.length === 3", "a line for each method")
    pick(b, "differences", "second", "v2-floor")
    b.wait("return state.methods[1] === 2", "another method")


def check_looks(b, page, pictures):
    for width, dark in ((1280, False), (1280, True), (400, False), (400, True)):
        b.look(width, 900, dark)
        begin(b, page)
        expect(b.run("return document.documentElement.scrollWidth") <= width, f"at {width} the page is wider than the window")
        ground = b.run("return getComputedStyle(document.body).backgroundColor")
        expect((int(ground.strip("rgb()").split(",")[0]) < 80) == dark, f"dark is {dark}, and the ground {ground}")
        check_quiet(b, f"{width}, dark {dark}")
        height = b.run("return document.documentElement.scrollHeight")
        b.look(width, height, dark)
        b.run("return new Promise((done) => setTimeout(done, 500))")
        if pictures:
            b.screenshot(pictures / f"{page.stem}_{width}_{'dark' if dark else 'light'}.png")


def odd_sweeps():
    """A single cell; a zip; a reduced grid whose variables run along different dimensions, one of them along none."""
    fixed = {"gpu": "h100", "model": "llama-3.1-8b-instruct"}
    axes = {"tp": [1, 2], "method": ["measured", "v2-interp"], "batch": [1, 2, 4], "kv_len": "128:1024:*2"}
    everything = ["gpu", "model", "ep", "dtype", *axes]
    yield {"sweep": 1, "name": "single", "axes": {},
           "fixed": {**fixed, "tp": 1, "method": "measured", "batch": 8, "kv_len": 1024}}
    yield {"sweep": 1, "name": "zipped", "fixed": fixed, "axes": {"tp": [1], "batch": [1, 4]},
           "zip": {"chunk": {"seq_len": [128, 2048], "cached_len": [0, 4096]}}}
    yield {"sweep": 1, "name": "reduced", "fixed": fixed, "axes": axes, "output": {"reduce": [
        {"name": "least", "field": "step_us", "op": "min", "over": everything},
        {"name": "best", "field": "tok_per_s_per_gpu", "op": "argmax", "over": ["tp", "method"]},
        {"name": "n", "op": "count", "over": ["batch"], "where": "step_us < 8000"}]}}


def check_odd_results(b, folder, template):
    for sweep in odd_sweeps():
        result = run(folder, sweep)
        page, _ = report(result, page=template)
        begin(b, page)
        n_blocks = b.run("return report.blocks.length")
        for i_block in range(n_blocks):
            b.run("showBlock(report.blocks[arguments[0]]);" + DRAW_ALL, i_block)
            heatmap = b.run("return !document.getElementById('heatmap').hidden")
            expect(heatmap or not b.run("return state.block.numbers().length"), f"{sweep['name']} has no heatmap")
        check_quiet(b, sweep["name"])


def check_browser(folder):
    pictures = Path(sys.argv[5]) if len(sys.argv) > 5 and sys.argv[4] == "--pictures" else None
    template = make_page(folder) if browser.find() else None
    if not template:
        print("no Chromium with its chromedriver, or no charting library")
        return SKIPPED
    result = run(folder, made_sweep())
    page, _ = report(result, "--measured", write_measured(folder), page=template)
    with browser.Browser() as b:
        b.look(1280)
        b.requests()
        begin(b, page)
        sections = b.run("return sections.filter((one) => !one.node.hidden).map((one) => one.id)")
        expect(sections == SECTIONS, f"sections are {sections}")
        expect(b.run("return document.querySelectorAll('.js-plotly-plot').length") == 8, "not all charts are drawn")
        check_hover(b, "heatmap-plot", ["Step time", "kv_len", "batch", "bound by"])
        check_hover(b, "differences-plot", ["%", "measured", "v2-interp"])
        check_hover(b, "heatmap-plot", ["no number", "exclude rule"], 0.97, 0.04)
        check_hover(b, "bound-plot", ["bound by"])
        check_click(b)
        check_axes(b)
        b.run("document.querySelectorAll('#blocks button')[1].click()")
        b.wait("return state.block.name === 'prefill'", "the other block")
        b.run(DRAW_ALL)
        check_quiet(b, "after all this")
        check_looks(b, page, pictures)
        b.look(1280)
        check_odd_results(b, folder, template)
    return 0


def main():
    checks = {"document": check_document, "measured": check_measured, "size": check_size, "browser": check_browser}
    try:
        import h5py  # noqa: F401
        import numpy  # noqa: F401
    except ImportError as error:
        print(error)
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        return checks[sys.argv[3]](Path(folder)) or 0


if __name__ == "__main__":
    sys.exit(main())
