#!/usr/bin/env python3
"""Layers include only lower layers; libraries for file formats stay in the layer formats.

    check_layers.py ROOT
"""

import sys
from pathlib import Path

from source import load

LAYERS = ["base", "formats", "inputs", "perf", "grid", "output", "analysis", "cli"]
FORMAT_HEADERS = ("cJSON.h", "cjson/", "yaml.h", "csv.h", "hdf5.h", "hdf5_hl.h", "H5public.h", "H5Tpublic.h")
FORMAT_FREE = ("perf", "grid")  # these must not see a header of formats, not even through another one


def layer_of(name):
    """Layer of src/LAYER/x.c or include/msw/LAYER/x.h."""
    parts = name.split("/")
    return parts[1] if parts[0] == "src" else parts[2]


def target_of(root, source, include):
    """The file of this project that an include means, or None."""
    for folder in (source.path.parent, root / "include"):
        if (folder / include).is_file():
            return (folder / include).resolve()
    return None


def check_source(root, source, problems):
    """One file's own includes."""
    layer = layer_of(source.name)
    if layer not in LAYERS:
        problems.append(f"{source.name}: '{layer}' is no layer")
        return
    for include in source.includes:
        if include.startswith(FORMAT_HEADERS) and layer != "formats":
            problems.append(f"{source.name}: includes {include}; only formats may")
        if include.startswith("msw/"):
            other = include.split("/")[1]
            if other not in LAYERS or LAYERS.index(other) > LAYERS.index(layer):
                problems.append(f"{source.name}: includes {include} from {layer}, which lies above it")
        elif "/" in include and ".." in include:
            problems.append(f"{source.name}: includes {include}; private headers belong to their folder")
        if include.startswith("msw/") and not target_of(root, source, include):
            problems.append(f"{source.name}: includes {include}, which does not exist")


def reached(start, by_path, root):
    """{file: the file it was included from} of everything that a file sees."""
    seen, queue = {start.path.resolve(): None}, [start]
    while queue:
        source = queue.pop()
        for include in source.includes:
            path = target_of(root, source, include)
            if path and path not in seen and path in by_path:
                seen[path] = source.name
                queue.append(by_path[path])
    return seen


def main():
    root = Path(sys.argv[1]).resolve()
    sources = load(root, "src/*/*.[ch]", "include/msw/*/*.h")
    by_path = {source.path.resolve(): source for source in sources}
    problems = []
    for source in sources:
        check_source(root, source, problems)
        if layer_of(source.name) in FORMAT_FREE:
            for path, through in reached(source, by_path, root).items():
                if layer_of(by_path[path].name) == "formats":
                    problems.append(f"{source.name}: sees {by_path[path].name} through {through}")
    print("\n".join(problems) or f"{len(sources)} files keep to their layers")
    return 1 if problems or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
