// What the reader has chosen: one cell of the block, and along which axes to look. All sections show the same choice.

const state = {
  block: null,
  at: [],
  x: 0,
  y: 0,
  field: '',
  code: '',
  logColour: true,
  range: 'view',
  line: { x: 0, by: 0, log: true },
  methods: [0, 1],
};
const sections = []; // { id, title, node, render, isStale, isSeen }

// A cell in the middle of things, and along which axes to look at first.
function startIn(block) {
  const field = block.field(block.raw.signal) || block.numbers()[0];
  const long = block.long(),
    plane = long.filter((dim) => !block.dims[dim].isText && block.dims[dim].name !== 'tp').slice(-2);
  const [first, second] = [...plane, ...long.filter((dim) => !plane.includes(dim)).reverse()];
  state.block = block;
  state.at = startCell(block, field);
  state.field = field ? field.name : '';
  [state.y, state.x] = plane.length > 1 ? plane : [second ?? -1, first ?? -1];
  state.line = { x: state.x, by: byDim(block, state.x, state.y), log: true };
  state.methods = [0, 1];
}

// The cell nearest to the middle of the numeric axes that has a number and, where there is one, would fit memory and context.
function startCell(block, field) {
  const flags = block.ofKind('bits'),
    unfit = flags ? unfitBits(flags) : 0,
    middle = block.dims.map((dim) => (dim.isText ? 0 : (dim.size - 1) / 2));
  const indicesOf = (cell) => block.dims.map((dim, i) => Math.floor(cell / block.strides[i]) % dim.size);
  const apart = (indices) => indices.reduce((sum, index, i) => sum + Math.abs(index - middle[i]) / block.dims[i].size, 0);
  let best = indicesOf(0),
    least = Infinity;
  for (let cell = 0; field && cell < field.cells.length; cell++) {
    if (!Number.isFinite(field.cells[cell])) continue;
    const indices = indicesOf(cell),
      distance = apart(indices) + (flags && (flags.cells[cell] & unfit) !== 0 ? 1000 : 0);
    if (distance < least) [best, least] = [indices, distance];
  }
  return best;
}

const unfitBits = (flags) =>
  flags.meanings
    .filter((one) => ['memory_full', 'context_too_long'].includes(one.name))
    .reduce((bits, one) => bits | one.value, 0);

// Lines are told apart by tp, or method, or whatever else has several values.
function byDim(block, x, y) {
  for (const name of ['tp', 'method', 'gpu', 'model']) {
    const dim = block.dimNamed(name);
    if (dim >= 0 && dim !== x && block.dims[dim].size > 1) return dim;
  }
  return y >= 0 ? y : (block.long().find((dim) => dim !== x) ?? -1);
}

// Changes what is chosen, and draws again whatever shows it.
function choose(changes) {
  Object.assign(state, changes);
  refresh();
}

function refresh() {
  for (const section of sections) section.isStale = true;
  drawStale();
}

async function drawStale(all = false) {
  for (const section of sections) {
    if (!section.isStale || !(section.isSeen || all)) continue;
    section.isStale = false;
    const shows = await section.render(section.body, state.block);
    section.node.hidden = shows === false;
    section.link.hidden = shows === false;
  }
}

// ---- Selectors

const dimChoices = (block, dims) => dims.map((dim) => [dim, block.dims[dim].name]);

// A select for each dimension that a chart does not run along.
function cellPicks(block, taken) {
  return block
    .long()
    .filter((dim) => !taken.includes(dim))
    .map((dim) => {
      const choices = Array.from({ length: block.dims[dim].size }, (_, i) => [i, block.dims[dim].text(i)]);
      return pick(block.dims[dim].name, choices, state.at[dim], (value) =>
        choose({ at: state.at.map((index, i) => (i === dim ? Number(value) : index)) }),
      );
    });
}

// A select for an axis of a chart; choosing the other one's axis swaps them.
function axisPick(block, label, chosen, other, onChange) {
  return pick(label, dimChoices(block, block.long()), chosen, (value) =>
    onChange(Number(value), Number(value) === other ? chosen : other),
  );
}

// The selects that several sections have: which field, for all of them at once; and how numbers are spread out.
const fieldPick = (block, field) =>
  pick(
    'shown',
    block.numbers().map((one) => [one.name, one.label]),
    field.name,
    (name) => choose({ field: name }),
    'field',
  );

const scalePick = (label, isLog, onChange) =>
  pick(
    label,
    [
      ['log', 'logarithmic'],
      ['linear', 'linear'],
    ],
    isLog ? 'log' : 'linear',
    (how) => onChange(how === 'log'),
    label,
  );

// ---- Cells

// "batch 64 · kv_len 4 096 …" of the dimensions with several values.
const cellText = (block, positions) =>
  block
    .long()
    .map((dim) => `${block.dims[dim].name} ${block.dims[dim].textAt(positions[dim])}`)
    .join(' · ');

// The command that explains a cell, by its positions in the file.
function explainCommand(block, positions, methods) {
  const at = {};
  block.dims.forEach((dim, i) => {
    for (const [name, text] of dim.pairs(positions[i])) at[name] = text;
  });
  if (!block.phase || !at.gpu || !at.model || !at.method) return null;
  const ofBlock = methods && (methods[block.name] || methods[Object.keys(methods)[0]]);
  const method = ofBlock && ofBlock[at.method];
  const words = [
    'mfusweep',
    'explain',
    '--gpu',
    at.gpu,
    '--model',
    at.model,
    '--tp',
    at.tp || '1',
    '--method',
    method ? method.preset : at.method,
  ];
  if (at.dtype && at.dtype !== 'config') words.push('--dtype', at.dtype);
  const knobs = method && method.knobs && (method.knobs[at.gpu] || Object.values(method.knobs)[0]);
  for (const knob of (method && method.changed) || []) {
    const value = knobs ? knobs[knob] : null;
    if (value !== null && value !== undefined)
      words.push('--set', `${knob}=${Array.isArray(value) ? JSON.stringify(value) : value}`);
  }
  if (block.phase !== 'prefill') words.push('--decode', `${at.batch}*${at.kv_len}`);
  if (block.phase !== 'decode')
    words.push(
      '--prefill',
      `${block.phase === 'mixed' ? at.prefill_batch || 1 : at.batch}*${at.cached_len || 0}:${at.seq_len}`,
    );
  return words.map(shellWord).join(' ');
}
