"""Planes of mfusweep result files (docs/result-file.md), read with h5py alone."""
import difflib
import sys

import h5py
import numpy as np

# What goes onto the axes of a picture when nobody says otherwise: the first of these that varies.
X_FIRST = ("kv_len", "seq_len", "cached_len", "prefill_batch", "batch", "tp")
Y_FIRST = ("batch", "seq_len", "cached_len", "prefill_batch", "kv_len", "tp")


class BadInput(Exception):
    """The user asked for something that the file does not have."""


def run(main):
    """Runs a program; what the user got wrong ends it with one line on stderr and exit status 2."""
    try:
        main()
    except BadInput as error:
        print(f"{sys.argv[0].rsplit('/', 1)[-1]}: {error}", file=sys.stderr)
        sys.exit(2)


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def choose(what, name, known):
    """Index of `name` in `known`, without regard to case; the error for an unknown one has the nearest name."""
    names = [str(entry).lower() for entry in known]
    if str(name).lower() in names:
        return names.index(str(name).lower())
    near = difflib.get_close_matches(str(name).lower(), names, 1)
    if isinstance(known, np.ndarray) and known.dtype.kind in "iuf":
        try:
            near = [str(known[np.argmin(abs(known - float(name)))])]
        except ValueError:
            pass
    shown = ", ".join(str(entry) for entry in list(known)[:12]) + (", ..." if len(known) > 12 else "")
    raise BadInput(f"there is no {what} '{name}'; " + (f"did you mean '{near[0]}'?" if near else f"there are: {shown}"))


def is_scale(dataset):
    return text(dataset.attrs.get("CLASS", "")) == "DIMENSION_SCALE"


def labelled_in(group):
    """Variables along dimensions with coordinates."""
    return {name: item for name, item in group.items()
            if isinstance(item, h5py.Dataset) and not is_scale(item) and "DIMENSION_LIST" in item.attrs}


def texts_or_numbers(dataset):
    values = dataset[:]
    return np.array([text(value) for value in values]) if values.dtype.kind == "O" else values


def fields_of(group):
    """Variables over all dimensions; what has fewer is a coordinate or runs along a zip. Reductions each keep dimensions of
    their own."""
    labelled = labelled_in(group)
    reductions = {name: item for name, item in labelled.items() if "reduction" in item.attrs}
    if reductions:
        return reductions
    rank = max((item.ndim for item in labelled.values()), default=0)
    return {name: item for name, item in labelled.items() if item.ndim == rank and rank > 1}


def is_code(field):
    return "flag_meanings" in field.attrs


def dimensions(field):
    return [dim[0].name.rsplit("/", 1)[1] for dim in field.dims]


def blocks_of(file):
    """Groups with fields, in the order in which they were made."""
    groups = {name: item for name, item in file.items() if isinstance(item, h5py.Group) and fields_of(item)}
    in_order = sorted(groups, key=lambda name: file.id.links.get_info(name.encode()).corder)
    return {name: groups[name] for name in in_order}


class Grid:
    """One block of a result file: named dimensions, their values, and fields over them. Of reductions those that keep the
    dimensions of `field`, or of the first one."""

    def __init__(self, path, block=None, field=None):
        try:
            self.file = h5py.File(path, "r")
        except OSError as error:
            raise BadInput(f"cannot read {path}: {error}") from error
        blocks = {"/": self.file} if fields_of(self.file) else blocks_of(self.file)
        if not blocks:
            raise BadInput(f"{path} is no mfusweep result: nothing in it has labelled dimensions")
        self.block = list(blocks)[choose("block", block, list(blocks)) if block else 0]
        self.group = blocks[self.block]
        self.phase = text(self.group.attrs.get("phase", self.block))
        self.fields = fields_of(self.group)
        self.values, self.names = {}, {}
        first = self.field(field) if field else next(iter(self.fields.values()))
        self.dims = dimensions(first)
        self.fields = {name: item for name, item in self.fields.items() if dimensions(item) == self.dims}
        for name, dim in zip(self.dims, first.dims):
            coordinate = dim[0]
            self.names[name] = text(coordinate.attrs.get("long_name", name))
            self.values[name] = texts_or_numbers(coordinate)
        self.members = self._zip_members()

    def _zip_members(self):
        """{zip: {member axis: values along the zip}}"""
        members = {}
        for name, item in labelled_in(self.group).items():
            if name not in self.fields and "reduction" not in item.attrs:
                zip_name = item.dims[0][0].name.rsplit("/", 1)[1]
                members.setdefault(zip_name, {})[name] = texts_or_numbers(item)
        return members

    def field(self, name):
        names = list(self.fields)
        return self.fields[names[choose("field", name, names)]]

    def quantity(self, name):
        field = self.field(name)
        if is_code(field):
            raise BadInput(f"{name} holds codes, not a quantity; there are: " +
                           ", ".join(other for other, item in self.fields.items() if not is_code(item)))
        return field

    def dim(self, name):
        return self.dims[choose("axis", name, self.dims)]

    def varies(self, name):
        return name in self.dims and len(self.values[name]) > 1

    def labels(self, name):
        """The values of a dimension as words: "128", "llama-2-7b-hf", "kv_len 128, seq_len 512" along a zip."""
        if name not in self.members:
            return [str(value) for value in self.values[name]]
        columns = self.members[name]
        return [", ".join(f"{axis} {value}" for axis, value in zip(columns, row)) for row in zip(*columns.values())]

    def words(self, name, i):
        """One value with what it needs to be understood: "tp 4", "v2-interp"."""
        return f"{name} {self.labels(name)[i]}" if self.is_numeric(name) else self.labels(name)[i]

    def is_numeric(self, name):
        return name not in self.members and self.values[name].dtype.kind in "iuf"

    def default_axes(self, x=None, y=None, taken=()):
        """The names of the axes to draw along, for those that the user did not name. `taken`: not these."""
        if x in taken or y in taken or (x and x == y):
            raise BadInput(f"the axis {x if x in taken or x == y else y} cannot be used twice")
        taken = {*taken, x, y}
        for candidates in (X_FIRST, self.dims[::-1]):
            x = x or next((name for name in candidates if self.varies(name) and name not in taken), None)
        taken |= {x}
        for candidates in (Y_FIRST, self.dims[::-1]):
            y = y or next((name for name in candidates if self.varies(name) and name not in taken), None)
        spare = [name for name in self.dims[::-1] if name not in (x, y)]
        return (x or spare.pop(0)), (y or spare.pop(0))

    def find(self, name, value):
        return choose(name, value, self.values[name])

    def indices(self, selections):
        """{dimension: index} of all dimensions from ["axis=value", ...]; what is not selected is at its first value."""
        index = {name: 0 for name in self.dims}
        for selection in selections:
            axis, equals, value = selection.partition("=")
            if not equals:
                raise BadInput(f"--select takes AXIS=VALUE, not '{selection}'")
            zip_name = next((name for name, columns in self.members.items() if axis in columns), None)
            if zip_name:
                index[zip_name] = choose(axis, value, self.members[zip_name][axis])
            else:
                name = self.dim(axis)
                index[name] = self.find(name, value)
        return index

    def plane(self, name, x, y, index):
        """A field as an array [y, x]; numeric axes ascending."""
        data = self.field(name)[tuple(slice(None) if dim in (x, y) else index[dim] for dim in self.dims)]
        if self.dims.index(x) < self.dims.index(y):
            data = data.T
        return data[np.ix_(self.order(y), self.order(x))]

    def order(self, name):
        n = len(self.values[name])
        return np.argsort(self.values[name], kind="stable") if self.is_numeric(name) else np.arange(n)

    def flags(self, x, y, index):
        """{flag name: array [y, x] of bool} for flags that some cell has, or None for a file without flags."""
        if "flags" not in self.fields:
            return None
        bits = self.plane("flags", x, y, index)
        attrs = self.fields["flags"].attrs
        names = text(attrs["flag_meanings"]).split()
        return {name: (bits & mask) != 0 for name, mask in zip(names, attrs["flag_masks"]) if (bits & mask).any()}
