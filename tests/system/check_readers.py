#!/usr/bin/env python3
"""Opens a result file of mfusweep with every reader that is installed and checks what users rely on.

    check_readers.py FILE.h5

Readers: h5py, netCDF4, h5netcdf, xarray with both engines, silx, ncdump. Each runs in a process of its own, because the
known failures of some of them are crashes. Prints what it checked; exit status 0 all well, 1 something is wrong,
77 no reader is installed.

A *grid* is a group (or the root) that holds fields; /meta is none. A *field* is a dataset with labelled dimensions, a
*coordinate* a 1-D dataset named like its dimension, an *auxiliary coordinate* a dataset along a dimension that fields
name in their attribute `coordinates`.
"""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
META = "meta"
MAX_APPEND_BYTES = 64 << 20      # larger files are not copied to try appending
MAX_VALUES = 50                  # values of one axis tried with .sel
TIMEDELTA_UNITS = {"nanoseconds", "microseconds", "milliseconds", "seconds", "minutes", "hours", "days"}


class Report:
    """What one reader found: counts of what was fine, sentences about what was not."""

    def __init__(self):
        self.counts, self.problems = {}, []

    def check(self, holds, what):
        if not holds:
            self.problems.append(what)
        return holds

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    def summary(self):
        return ", ".join(f"{what} {n}" for what, n in self.counts.items())


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def corners(shape):
    """Three cells of an array: the first, one in the middle, the last."""
    return [tuple(0 for n in shape), tuple(n // 2 for n in shape), tuple(n - 1 for n in shape)]


# ---- h5py: the file as HDF5 ----------------------------------------------------------------------------------------

def is_scale(dataset):
    return text(dataset.attrs.get("CLASS", "")) == "DIMENSION_SCALE"


def fields_of(group):
    """Fields and coordinates of one group: what has labelled dimensions, and the labels."""
    import h5py
    datasets = [item for item in group.values() if isinstance(item, h5py.Dataset)]
    scales = [d for d in datasets if is_scale(d)]
    return [d for d in datasets if not is_scale(d) and d.ndim > 0], scales


def auxiliary_names(fields):
    return {name for field in fields for name in text(field.attrs.get("coordinates", "")).split()}


def hdf5_grids(file):
    """The groups that hold fields, and their paths."""
    import h5py
    found = []

    def visit(group):
        if fields_of(group)[0]:
            found.append(group)
        for name, item in group.items():
            if isinstance(item, h5py.Group) and item.name != "/" + META:
                visit(item)

    visit(file)
    return found


def check_text_type(report, kind, n, where):
    """Arrays of fixed-length strings crash netCDF-C 4.9.0."""
    import h5py
    if kind.get_class() == h5py.h5t.STRING and not kind.is_variable_str():
        report.check(n <= 1, f"{where}: array of fixed-length strings")


def check_attributes(report, item):
    import h5py
    for name in item.attrs:
        attribute = h5py.h5a.open(item.id, name.encode())
        where = f"{item.name}@{name}"
        n = attribute.get_space().get_simple_extent_npoints()
        report.check(len(attribute.shape) <= 1, f"{where}: attribute with {len(attribute.shape)} dimensions")
        check_text_type(report, attribute.get_type(), n, where)
        report.count("attributes")


def check_storage(report, group):
    """Everything below a group: no dangling links, no crashing types, order of creation kept."""
    import h5py
    both = h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED
    order = group.id.get_create_plist().get_link_creation_order()
    report.check(order == both, f"{group.name}: creation order is not tracked, so netCDF cannot append")
    check_attributes(report, group)
    for name in group:
        item = group.get(name)
        if not report.check(item is not None, f"{group.name}: link '{name}' leads nowhere"):
            continue
        if isinstance(item, h5py.Group):
            check_storage(report, item)
            continue
        check_attributes(report, item)
        check_text_type(report, item.id.get_type(), item.size or 0, item.name)


def check_coordinate(report, coordinate):
    """A coordinate of either kind: one-dimensional, nothing missing, text that every reader takes."""
    import h5py
    where = coordinate.name
    report.check(coordinate.ndim == 1, f"{where}: coordinate with {coordinate.ndim} dimensions")
    report.check("_FillValue" not in coordinate.attrs, f"{where}: coordinate with a _FillValue")
    kind = h5py.check_string_dtype(coordinate.dtype)
    if kind:
        report.check(kind.length is None and kind.encoding == "utf-8", f"{where}: not variable-length UTF-8")
        report.check(all(coordinate[:]), f"{where}: empty name")
    elif report.check(coordinate.dtype.kind in "iuf", f"{where}: coordinate of type {coordinate.dtype}"):
        values = coordinate[:]
        report.check(not (values != values).any(), f"{where}: NaN in a coordinate")
    report.count("coordinates")


def check_dimensions(report, field):
    for i_dim, dim in enumerate(field.dims):
        where = f"{field.name}: dimension {i_dim}"
        if not report.check(len(dim) == 1, f"{where} has {len(dim)} coordinates instead of one"):
            continue
        scale = dim[0]
        report.check(scale.shape == (field.shape[i_dim],), f"{where} and {scale.name} differ in length")
        home = scale.parent.name.rstrip("/") + "/"
        report.check(field.name.startswith(home), f"{where}: {scale.name} is not in this group or above")


def check_field(report, field):
    where, attrs = field.name, field.attrs
    check_dimensions(report, field)
    is_flag = "flag_masks" in attrs or "flag_values" in attrs
    if field.dtype.kind == "f":
        fill = attrs.get("_FillValue")
        report.check(fill is not None and (fill != fill).all(), f"{where}: _FillValue is not NaN")
        report.check(field.fillvalue != field.fillvalue, f"{where}: fill value is not NaN")
        units = text(attrs.get("units", ""))
        report.check(units != "", f"{where}: no units")
        report.check(units not in TIMEDELTA_UNITS, f"{where}: xarray turns units '{units}' into timedelta")
        report.check(not is_flag, f"{where}: flags of type {field.dtype}")
    elif field.dtype.kind in "iu":
        report.check("_FillValue" not in attrs, f"{where}: integers with a _FillValue")
    if is_flag:
        codes = attrs["flag_masks"] if "flag_masks" in attrs else attrs["flag_values"]
        meanings = text(attrs.get("flag_meanings", "")).split()
        report.check(len(meanings) == len(codes), f"{where}: {len(codes)} flags but {len(meanings)} meanings")
        report.count("flag fields")
    for cell in corners(field.shape):
        field[cell]
    report.count("fields")


def check_nexus(report, grid):
    """h5web and silx plot a group that says NXdata."""
    if text(grid.attrs.get("NX_class", "")) != "NXdata":
        return
    signal = text(grid.attrs.get("signal", ""))
    if not report.check(signal in grid, f"{grid.name}: NXdata signal '{signal}' does not exist"):
        return
    axes = [text(axis) for axis in grid.attrs.get("axes", [])]
    report.check(len(axes) == grid[signal].ndim, f"{grid.name}: {len(axes)} NXdata axes")
    for axis, dim in zip(axes, grid[signal].dims):
        name = dim[0].name.rsplit("/", 1)[1]
        is_text = dim[0].dtype.kind == "O"
        report.check(axis == ("." if is_text else name), f"{grid.name}: NXdata axis '{axis}' for dimension {name}")
    report.count("NXdata groups")


def read_h5py(path, report):
    import h5py
    with h5py.File(path, "r") as file:
        check_storage(report, file["/"])
        grids = hdf5_grids(file)
        report.check(grids, "no group holds fields")
        report.count("grids", len(grids))
        for grid in grids:
            fields, coordinates = fields_of(grid)
            for coordinate in coordinates:
                check_coordinate(report, coordinate)
            auxiliary = auxiliary_names(fields)
            for name in auxiliary:
                report.check(name in grid, f"{grid.name}: auxiliary coordinate '{name}' does not exist")
            for field in fields:
                if field.name.rsplit("/", 1)[1] in auxiliary:
                    check_dimensions(report, field)
                    check_coordinate(report, field)
                else:
                    check_field(report, field)
            check_nexus(report, grid)
        if "default" in file.attrs:
            report.check(text(file.attrs["default"]) in file, "the root's default plot does not exist")


# ---- netCDF4 and h5netcdf: the file as netCDF-4 --------------------------------------------------------------------

def netcdf_grids(file):
    """The same for both netCDF modules: groups with a variable of labelled dimensions that is no coordinate."""
    found = []

    def visit(group, path):
        if any(v.dimensions and v.dimensions != (name,) for name, v in group.variables.items()):
            found.append((path or "/", group))
        for name, child in group.groups.items():
            if f"{path}/{name}" != "/" + META:
                visit(child, f"{path}/{name}")

    visit(file, "")
    return found


def check_netcdf_grid(report, path, group):
    report.count("grids")
    for name, variable in group.variables.items():
        for dim in variable.dimensions:
            report.check(not dim.startswith("phony_dim"), f"{path}: {name} has the unlabelled dimension {dim}")
            holder = group
            while holder is not None and dim not in holder.variables:
                holder = holder.parent
            report.check(holder is not None, f"{path}: dimension {dim} of {name} has no coordinate")
        for cell in corners(variable.shape):
            variable[cell]
        report.count("variables")


def try_append(path, report):
    """netCDF-C refuses to append to files that do not remember the order of creation."""
    import netCDF4
    if os.path.getsize(path) > MAX_APPEND_BYTES:
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, os.path.join(folder, "copy.h5"))
        with netCDF4.Dataset(copy, "a") as file:
            for _, group in netcdf_grids(file):
                name, field = next((n, v) for n, v in group.variables.items() if v.dimensions != (n,))
                group.createVariable("appended_" + name, "f4", field.dimensions)
                group.setncattr("appended", "yes")
        with netCDF4.Dataset(copy) as file:
            for grid, group in netcdf_grids(file):
                report.check(group.getncattr("appended") == "yes", f"{grid}: the appended attribute is lost")
                report.count("appends")


def read_netcdf4(path, report):
    import netCDF4
    with netCDF4.Dataset(path) as file:
        report.check(file.data_model == "NETCDF4", f"data model {file.data_model}")
        grids = netcdf_grids(file)
        report.check(grids, "no group holds fields")
        for grid, group in grids:
            check_netcdf_grid(report, grid, group)
            for name, variable in group.variables.items():
                if variable.dtype is str and variable.dimensions == (name,):
                    report.check(all(variable[:]), f"{grid}: empty name in {name}")
    try_append(path, report)


def read_h5netcdf(path, report):
    import h5netcdf
    with h5netcdf.File(path, "r", decode_vlen_strings=True) as file:
        grids = netcdf_grids(file)
        report.check(grids, "no group holds fields")
        for grid, group in grids:
            check_netcdf_grid(report, grid, group)


# ---- xarray: the file as users see it ------------------------------------------------------------------------------

def grid_paths(path):
    """Paths of the grids, from whichever module is there."""
    if importlib.util.find_spec("h5py"):
        import h5py
        with h5py.File(path, "r") as file:
            return [grid.name for grid in hdf5_grids(file)]
    import netCDF4
    with netCDF4.Dataset(path) as file:
        return [grid for grid, _ in netcdf_grids(file)]


def check_selection(report, where, dataset):
    """Cells are found by the names and numbers on the axes."""
    for name, coordinate in dataset.coords.items():
        report.check(not coordinate.isnull().any(), f"{where}: missing value in coordinate {name}")
        report.check(coordinate.dtype.kind in "OUiuf", f"{where}: coordinate {name} became {coordinate.dtype}")
    for dim in dataset.dims:
        if not report.check(dim in dataset.coords, f"{where}: dimension {dim} has no coordinate"):
            continue
        values = dataset[dim].values
        is_text = values.dtype.kind in "OU"
        if not report.check(len(set(values.tolist())) == len(values), f"{where}: {dim} repeats a value"):
            continue
        for value in values[:MAX_VALUES]:
            if is_text:
                report.check(isinstance(value, str), f"{where}: {dim} holds {type(value).__name__}, not text")
            one = dataset.sel({dim: value})
            report.check(one[dim].item() == value, f"{where}: .sel({dim}={value!r}) finds {one[dim].item()!r}")
            report.count("selections")


def check_values(report, where, dataset, path, group):
    """The numbers are those in the file, whatever the reader does about dimensions and fill."""
    if not importlib.util.find_spec("h5py"):
        return
    import h5py
    with h5py.File(path, "r") as file:
        for name, variable in dataset.data_vars.items():
            stored = file[group][name]
            for cell in corners(stored.shape):
                a, b = variable[cell].values.item(), stored[cell]
                b = text(b) if isinstance(b, bytes) else b
                report.check(a == b or (a != a and b != b), f"{where}: {name}{list(cell)} is {a}, the file has {b}")
                report.count("cells")


def check_kinds(report, where, dataset):
    for name, variable in dataset.data_vars.items():
        kind = variable.dtype.kind
        report.check(kind not in "mM", f"{where}: {name} became {variable.dtype}")
        if "flag_masks" in variable.attrs or "flag_values" in variable.attrs:
            report.check(kind in "iu", f"{where}: flags {name} became {variable.dtype}")
        elif kind == "f":
            report.check(variable.attrs.get("units"), f"{where}: {name} lost its units")
        report.count("fields")


def read_xarray(path, report, engine):
    import xarray
    for group in grid_paths(path):
        where = f"{group} ({engine})"
        with xarray.open_dataset(path, engine=engine, group=group) as dataset:
            if not report.check(dataset.data_vars, f"{where}: no fields"):
                continue
            check_kinds(report, where, dataset)
            check_selection(report, where, dataset)
            check_values(report, where, dataset, path, group)


# ---- silx and ncdump -----------------------------------------------------------------------------------------------

def read_silx(path, report):
    import h5py
    from silx.io import nxdata
    with h5py.File(path, "r") as file:
        for grid in hdf5_grids(file):
            if text(grid.attrs.get("NX_class", "")) == "NXdata":
                data = nxdata.NXdata(grid)
                report.check(data.is_valid, f"{grid.name}: silx finds no valid NXdata: {data.issues}")
                report.count("NXdata groups")


def run_ncdump(report, *args):
    done = subprocess.run(["ncdump", *args], capture_output=True, text=True, errors="replace")
    report.check(done.returncode == 0, f"ncdump {' '.join(args)}: exit status {done.returncode}: {done.stderr.strip()}")
    report.count("ncdump calls")
    return done.stdout


def read_ncdump(path, report):
    kind = run_ncdump(report, "-k", path).strip()
    report.check(kind == "netCDF-4", f"ncdump -k says {kind}")
    header = run_ncdump(report, "-h", path)
    before_meta = header.split(f"group: {META} {{")[0]
    report.check("phony_dim" not in before_meta, "ncdump -h shows unlabelled dimensions")
    names = sorted(set(re.findall(r"^\s*string (\w+)\(\1\) ;", before_meta, re.MULTILINE)))
    if names:
        run_ncdump(report, "-v", ",".join(names), path)     # crashes on fixed-length names


# ---- all of them ---------------------------------------------------------------------------------------------------

READERS = {     # name: what must be importable, and the function
    "h5py": (("h5py",), read_h5py),
    "netCDF4": (("netCDF4",), read_netcdf4),
    "h5netcdf": (("h5netcdf",), read_h5netcdf),
    "xarray-netcdf4": (("xarray", "netCDF4"), lambda path, report: read_xarray(path, report, "netcdf4")),
    "xarray-h5netcdf": (("xarray", "h5netcdf"), lambda path, report: read_xarray(path, report, "h5netcdf")),
    "silx": (("silx", "h5py"), read_silx),
    "ncdump": ((), read_ncdump),
}


def is_installed(name):
    if name == "ncdump":
        return shutil.which("ncdump") is not None
    return all(importlib.util.find_spec(module) for module in READERS[name][0])


def read_with(name, path):
    """Runs one reader in this process; its exit status."""
    report = Report()
    try:
        READERS[name][1](path, report)
    except Exception as error:      # whatever a reader throws is what users would see
        report.problems.append(f"{type(error).__name__}: {error}")
    for problem in report.problems:
        print(f"FAIL {name}: {problem}")
    if not report.problems:
        print(f"ok   {name}: {report.summary()}")
    return 1 if report.problems else 0


def main(args):
    if len(args) == 3 and args[0] == "--reader":
        return read_with(args[1], args[2])
    if len(args) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if not os.path.isfile(args[0]):
        print(f"FAIL {args[0]}: no such file")
        return 1
    n_read = n_failed = 0
    for name in READERS:
        if not is_installed(name):
            print(f"skip {name}: not installed")
            continue
        status = subprocess.run([sys.executable, os.path.abspath(__file__), "--reader", name, args[0]]).returncode
        if status < 0:
            print(f"FAIL {name}: died of signal {-status}")
        n_read += 1
        n_failed += status != 0
    if n_read == 0:
        return SKIPPED
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
