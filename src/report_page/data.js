// The report's document: packed arrays unpacked, axes and fields made ready to be asked.

const KINDS = { f32: Float32Array, f64: Float64Array, u32: Uint32Array };

// base64 -> gzip -> planes of bytes -> numbers (include/msw/formats/packed.h).
async function unpack(packed) {
  const Kind = KINDS[packed.type];
  if (packed.n === 0) return new Kind(0);
  const zipped = Uint8Array.from(atob(packed.data), (c) => c.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream('gzip'));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = Kind.BYTES_PER_ELEMENT,
    bytes = new Uint8Array(packed.n * size);
  for (let plane = 0; plane < size; plane++)
    for (let i = 0; i < packed.n; i++) bytes[i * size + plane] = planes[plane * packed.n + i];
  return new Kind(bytes.buffer);
}

const isPacked = (value) => value && typeof value === 'object' && typeof value.data === 'string' && value.type in KINDS;

// All packed arrays below an object become typed arrays.
async function unpackAll(object) {
  await Promise.all(
    Object.entries(object).map(async ([key, value]) => {
      if (isPacked(value)) object[key] = await unpack(value);
      else if (value && typeof value === 'object') await unpackAll(value);
    }),
  );
  return object;
}

// Does an axis grow by factors rather than by steps? Compares how much either varies.
function growsByFactors(numbers) {
  if (numbers.length < 3 || !(numbers[0] > 0)) return false;
  const spread = (steps) => {
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    return Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length) / Math.abs(mean);
  };
  const steps = [],
    factors = [];
  for (let i = 1; i < numbers.length; i++) {
    if (!(numbers[i] > numbers[i - 1])) return false;
    steps.push(numbers[i] - numbers[i - 1]);
    factors.push(Math.log(numbers[i] / numbers[i - 1]));
  }
  return spread(factors) < spread(steps);
}

// A dimension of a block, at the positions that the page holds. `index` counts these, `position` those of the file.
class Dim {
  constructor(raw, members) {
    Object.assign(this, { name: raw.name, longName: raw.long_name, units: raw.units, dim: raw.dim, kept: raw.kept });
    this.values = raw.values;
    if (members.length > 0) this.longName = members.map((axis) => axis.long_name || axis.name).join(' / ');
    this.texts = raw.texts;
    this.members = members; // axes that run along a zip
    this.isText = !!raw.texts || members.length > 0;
    this.size = raw.kept.length;
    this.total = raw.texts ? raw.texts.length : raw.values.length;
    this.isLog = !this.isText && (raw.is_log || growsByFactors(Array.from(this.kept, (at) => this.values[at])));
  }
  number(index) {
    return this.values[this.kept[index]];
  }
  textAt(position) {
    if (this.members.length > 0) return this.members.map((axis) => axisText(axis, position)).join(' / ');
    return axisText(this, position);
  }
  text(index) {
    return this.textAt(this.kept[index]);
  }
  // Names and values for a command line: those of the members of a zip.
  pairs(position) {
    const axes = this.members.length > 0 ? this.members : [this];
    return axes.map((axis) => [axis.name, axis.texts ? axis.texts[position] : String(axis.values[position])]);
  }
  nearest(position) {
    // index of the kept position that lies nearest
    let best = 0;
    for (let i = 1; i < this.size; i++) if (Math.abs(this.kept[i] - position) < Math.abs(this.kept[best] - position)) best = i;
    return best;
  }
}

const axisText = (axis, position) => (axis.texts ? axis.texts[position] : plainNumber(axis.values[position]));

// Quantities that follow from fields (include/msw/analysis/formula.h), those that need nothing but the result.
const QUANTITIES = {
  tok_per_s_per_user: {
    needs: ['step_us'],
    of: (block) => block.field('step_us').cells.map((us) => 1e6 / us),
    phases: ['decode', 'mixed'],
  },
  tok_per_s: {
    needs: ['tok_per_s_per_gpu'],
    axis: 'tp',
    of: (block) => block.field('tok_per_s_per_gpu').cells.map((rate, cell) => rate * block.axisNumber('tp', cell)),
  },
  memory_gib: {
    needs: ['weight_gib', 'kv_gib'],
    of: (block) => block.field('weight_gib').cells.map((gib, cell) => gib + block.field('kv_gib').cells[cell]),
  },
};

class Block {
  constructor(raw, quantities) {
    this.raw = raw;
    this.name = raw.name;
    this.phase = raw.phase;
    const zipped = (dim) => raw.zipped.filter((axis) => axis.dim === dim);
    this.dims = raw.dims.map((dim, i) => new Dim(dim, zipped(i)));
    this.strides = new Array(this.dims.length).fill(1);
    for (let i = this.dims.length - 2; i >= 0; i--) this.strides[i] = this.strides[i + 1] * this.dims[i + 1].size;
    this.fields = new Map(
      raw.fields.map((field) => [
        field.name,
        {
          name: field.name,
          label: withoutUnit(field.long_name || field.name),
          units: field.units,
          description: field.description,
          kind: field.kind,
          meanings: field.meanings,
          rounded: field.rounded,
          cells: field.cells,
        },
      ]),
    );
    this.quantities = quantities.filter((quantity) => this.has(quantity.name));
    for (const quantity of this.quantities) this.addQuantity(quantity);
  }
  has(name) {
    const rule = QUANTITIES[name];
    if (!rule || this.fields.has(name) || (rule.phases && !rule.phases.includes(this.phase))) return false;
    return rule.needs.every((field) => this.fields.has(field)) && (!rule.axis || this.axisOf(rule.axis) !== null);
  }
  addQuantity(quantity) {
    const block = this;
    this.fields.set(quantity.name, {
      name: quantity.name,
      label: withoutUnit(quantity.long_name),
      units: quantity.units,
      description: quantity.description,
      kind: 'number',
      meanings: [],
      rounded: false,
      get cells() {
        const cells = QUANTITIES[quantity.name].of(block);
        Object.defineProperty(this, 'cells', { value: cells });
        return cells;
      },
    });
  }
  field(name) {
    return this.fields.get(name);
  }
  codes() {
    return [...this.fields.values()].filter((field) => field.kind === 'code' && field.meanings.length > 0);
  }
  // What bounds a step; reduced grids have other codes.
  bound() {
    return this.codes().find((field) => field.name === 'bound');
  }
  numbers() {
    return [...this.fields.values()].filter((field) => field.kind === 'number');
  }
  ofKind(kind) {
    return [...this.fields.values()].find((field) => field.kind === kind && field.meanings.length > 0);
  }
  dimNamed(name) {
    return this.dims.findIndex((dim) => dim.name === name);
  }
  axisOf(name) {
    // a dimension's own axis, or one along a zip
    const i = this.dimNamed(name);
    if (i >= 0) return { dim: i, axis: this.dims[i] };
    for (const [dim, { members }] of this.dims.entries())
      for (const axis of members) if (axis.name === name) return { dim, axis };
    return null;
  }
  axisNumber(name, cell) {
    const { dim, axis } = this.axisOf(name);
    return axis.values[this.dims[dim].kept[Math.floor(cell / this.strides[dim]) % this.dims[dim].size]];
  }
  cell(indices) {
    return indices.reduce((sum, index, dim) => sum + index * this.strides[dim], 0);
  }
  // Positions in the file of a cell number of the file.
  positions(fileCell) {
    const positions = new Array(this.dims.length);
    for (let dim = this.dims.length - 1; dim >= 0; dim--) {
      positions[dim] = fileCell % this.dims[dim].total;
      fileCell = Math.floor(fileCell / this.dims[dim].total);
    }
    return positions;
  }
  positionsOf(indices) {
    return indices.map((index, dim) => this.dims[dim].kept[index]);
  }
  long() {
    return this.dims.map((_, dim) => dim).filter((dim) => this.dims[dim].size > 1);
  }
}

// What a cell's flags say, in words.
function flagWords(field, bits) {
  if (!field) return [];
  if (bits === 0xffffffff) return ['not computed yet (its shard is missing)'];
  return field.meanings
    .filter((meaning) => (bits & meaning.value) !== 0)
    .map((meaning) => meaning.text || meaning.name.replace(/^not:/, 'constraint does not hold: '));
}
