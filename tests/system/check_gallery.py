#!/usr/bin/env python3
"""docs/gallery.md.  check_gallery.py TOOL ROOT CHECK; exit 0 passed, 1 failed, 77 skipped.

document    the page is what scripts/gallery makes of the first comments of sweeps/, names exactly the files there, and has a
            picture for each that it names, none of them too large
sweeps      each has a question and at most 40 lines, and can be planned
twins       a sweep in YAML beside one in JSON of the same name means the same
examples    all commands of one sweep, pictures too
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tool import ROOT, SKIPPED, TOOL, call, expect, expect_status

SWEEPS = sorted(path for path in (ROOT / "sweeps").iterdir() if path.is_file())
PICTURES = ROOT / "docs" / "images" / "gallery"
MOST_LINES, MOST_BYTES, WIDTHS = 40, 150_000, (1150, 1250)


def gallery(*words):
    return subprocess.run([sys.executable, "-B", ROOT / "scripts" / "gallery", *words], capture_output=True, text=True,
                          check=False)


def check_document(_):
    text = expect_status(gallery("--text")).stdout
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    expect(page == text, "docs/gallery.md is not what the sweeps say: run scripts/gallery")
    expect(re.findall(r"^## \[(.*?)\]", page, re.MULTILINE) == [path.name for path in SWEEPS], "not the files of sweeps/")
    named = re.findall(r"\(images/gallery/(.*?)\)", page)
    expect(sorted(named) == sorted(path.name for path in PICTURES.iterdir()), "not the pictures of docs/images/gallery")
    for name in named:
        start = (PICTURES / name).read_bytes()[:24]
        expect(start[:8] == b"\x89PNG\r\n\x1a\n" and (PICTURES / name).stat().st_size <= MOST_BYTES, name)
        expect(WIDTHS[0] <= int.from_bytes(start[16:20], "big") <= WIDTHS[1], f"{name}: width")


def check_sweeps(_):
    for path in SWEEPS:
        text = path.read_text(encoding="utf-8")
        expect(text.count("\n") <= MOST_LINES, f"{path.name} has more than {MOST_LINES} lines")
        expect(re.match(r"(//|#) Question: ", text), f"{path.name} does not say which question it answers")
        expect_status(call("plan", path))


def check_twins(folder):
    twins = [path for path in SWEEPS if path.suffix == ".yaml" and path.with_suffix(".json").is_file()]
    expect(twins, "no sweep stands there in both languages")
    for path in twins:
        result = folder / f"{path.stem}.h5"
        expect_status(call("run", path.with_suffix(".json"), "-o", result))
        again = expect_status(call("run", path, "-o", result))
        expect("already complete" in again.stderr, f"{path.name} is another sweep than its twin:\n{again.stderr}")


def check_examples(folder):
    try:
        import h5py, matplotlib, numpy, PIL
    except ImportError as error:
        print("skipped:", error)
        sys.exit(SKIPPED)
    expect_status(gallery("--tool", TOOL, "--into", folder, "which_gpu.json", "weight_dtype.json"))
    for name in ("which_gpu.png", "weight_dtype.png"):
        expect((folder / name).stat().st_size > 10_000, name)
    unknown = gallery("nothing.json")
    expect(unknown.returncode == 2 and "no such sweep: nothing.json" in unknown.stderr, unknown.stderr)


CHECKS = {"document": check_document, "sweeps": check_sweeps, "twins": check_twins, "examples": check_examples}


def main():
    with tempfile.TemporaryDirectory(prefix="msw_gallery_test_") as folder:
        CHECKS[sys.argv[3]](Path(folder))


if __name__ == "__main__":
    main()
