"""What the checks of this folder share: the tool under test, how it is called, how a check fails. Each of them is started as
CHECK.py TOOL ROOT …, TOOL being the executable and ROOT the source tree with its data."""
import json
import os
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
TOOL, ROOT = (Path(argument).resolve() for argument in sys.argv[1:3])


def call(*words):
    return subprocess.run([str(TOOL), *(str(word) for word in words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, "MFUSWEEP_DATA": str(ROOT)})


def expect(condition, text):
    if not condition:
        print("FAILED:", text)
        sys.exit(1)


def expect_status(result, status=0):
    expect(result.returncode == status, f"exit status {result.returncode}, expected {status}\n{result.stderr}")
    return result


def write_sweep(folder, document):
    path = folder / f"{document['name']}.json"
    path.write_text(json.dumps(document))
    return path


def plain_value(file, value):
    """An attribute as something that can be compared: references become names."""
    import h5py
    import numpy
    if isinstance(value, h5py.Reference):
        return file[value].name
    if isinstance(value, numpy.ndarray) and value.dtype.names:
        return [[plain_value(file, value[name][i]) for name in value.dtype.names] for i in range(len(value))]
    if isinstance(value, numpy.ndarray) and value.dtype == object:
        return [plain_value(file, one) for one in value]
    if isinstance(value, numpy.ndarray):
        return (str(value.dtype), value.shape, value.tobytes())
    return (type(value).__name__, value)
