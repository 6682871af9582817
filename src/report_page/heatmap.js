// A field over two axes, all others held.

// Cells of the plane: rows along y, indices of every other dimension as chosen.
function planeCells(block, x, y, at) {
  const nx = x >= 0 ? block.dims[x].size : 1,
    ny = y >= 0 ? block.dims[y].size : 1;
  const base = block.cell(at.map((index, dim) => (dim === x || dim === y ? 0 : index)));
  return Array.from({ length: ny }, (_, iy) =>
    Array.from({ length: nx }, (_, ix) => base + (x >= 0 ? ix * block.strides[x] : 0) + (y >= 0 ? iy * block.strides[y] : 0)),
  );
}

function extent(cells, values) {
  let low = Infinity,
    high = -Infinity;
  for (const cell of cells) {
    const value = values[cell];
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

// Everything that is known of a cell, for a hover.
function hoverText(block, field, cell, place) {
  const bound = block.bound(),
    flags = block.ofKind('bits');
  const lines = [`<b>${escaped(valueText(field, field.cells[cell]))}</b>  ${escaped(field.label)}`, escaped(place)];
  if (bound && bound.cells[cell] > 0) lines.push(`bound by ${escaped(boundName(bound, bound.cells[cell]))}`);
  for (const code of block.codes())
    if (code !== bound) lines.push(`${escaped(code.label)}: ${escaped(boundName(code, code.cells[cell]))}`);
  if (flags) for (const word of flagWords(flags, flags.cells[cell])) lines.push(`<i>${escaped(word)}</i>`);
  return lines.join('<br>');
}

const boundName = (field, code) => (field.meanings.find((meaning) => meaning.value === code) || { name: 'none' }).name;

function planeTexts(block, field, x, y, cells) {
  const name = (dim, i) => (dim >= 0 ? `${block.dims[dim].name} ${block.dims[dim].text(i)}` : '');
  return cells.map((row, iy) =>
    row.map((cell, ix) => hoverText(block, field, cell, [name(x, ix), name(y, iy)].filter(Boolean).join(' · '))),
  );
}

// The two axes of a plane as charts see them; a missing one is a single band.
function planeAxes(block, x, y) {
  const none = { places: [0], edges: [-0.5, 0.5], look: axisLook('', { tickvals: [], range: [-0.5, 0.5] }) };
  return [x >= 0 ? chartAxis(block.dims[x], isNarrow() ? 5 : 10) : none, y >= 0 ? chartAxis(block.dims[y], 9) : none];
}

const planeLayout = (xAxis, yAxis, more = {}) =>
  layoutLook({
    xaxis: { ...xAxis.look, showgrid: false },
    yaxis: { ...yAxis.look, showgrid: false },
    plot_bgcolor: '#e9ecee',
    ...more,
  });

// What decides whether times are told in ms or s: the largest value, on a logarithmic scale the middle one.
const middleOf = (range, isLog) => (!range ? 1 : isLog && range[0] > 0 ? Math.sqrt(range[0] * range[1]) : range[1]);

function heatTrace(block, field, cells, axes, texts) {
  const range = extent(state.range === 'all' ? field.cells.keys() : cells.flat(), field.cells);
  const isLog = state.logColour && range !== null && range[0] > 0;
  const { factor, label } = shown(field, middleOf(range, isLog));
  const [low, high] = range ? range.map((value) => value * factor) : [0, 1];
  const inside = (value) => (isLog ? Math.log10(value) : value);
  const ticks = isLog ? decadeTicks(low, high) : null;
  const bar = isLog
    ? { tickvals: ticks.map(Math.log10), ticktext: ticks.map((tick) => significant(tick, 3)) }
    : { tickformat: ',~r' };
  return {
    type: 'heatmap',
    x: axes[0].edges,
    y: axes[1].edges,
    text: texts,
    hoverinfo: 'text',
    hoverongaps: true,
    z: cells.map((row) => row.map((cell) => (Number.isFinite(field.cells[cell]) ? inside(field.cells[cell] * factor) : null))),
    zmin: inside(low),
    zmax: inside(high) > inside(low) ? inside(high) : inside(low) + 1e-6,
    colorscale: scaleOf(VIRIDIS),
    colorbar: colourBar(label, bar),
  };
}

// A click chooses the cell, which all sections then show.
function chooseOnClick(node, block) {
  node.removeAllListeners('plotly_click');
  node.on('plotly_click', ({ points: [point] }) => {
    const [iy, ix] = point.pointIndex || point.pointNumber;
    choose({ at: state.at.map((index, dim) => (dim === state.x ? ix : dim === state.y ? iy : index)) });
  });
}

function markTrace(block, axes) {
  const at = (axis, dim) => (dim >= 0 ? axis.places[state.at[dim]] : 0);
  const [x, y] = [at(axes[0], state.x), at(axes[1], state.y)];
  return {
    type: 'scatter',
    mode: 'markers',
    x: [x, x],
    y: [y, y],
    hoverinfo: 'skip',
    showlegend: false,
    marker: { symbol: 'square-open', size: [17, 12], color: ['#1d2329', '#ffffff'], line: { width: 2.5 } },
  };
}

function cellCard(block) {
  const cell = block.cell(state.at),
    positions = block.positionsOf(state.at),
    flags = block.ofKind('bits');
  const values = block
    .numbers()
    .map((field) => make('div', {}, make('dt', {}, field.label), make('dd', {}, valueText(field, field.cells[cell]))));
  for (const code of block.codes())
    values.push(make('div', {}, make('dt', {}, code.label), make('dd', {}, boundName(code, code.cells[cell]))));
  const command = explainCommand(block, positions, report.methods),
    words = flags ? flagWords(flags, flags.cells[cell]) : [];
  return make(
    'div',
    { class: 'cell' },
    make('strong', {}, cellText(block, positions) || 'the only cell'),
    make('dl', {}, ...values),
    words.length > 0 ? make('ul', {}, ...words.map((word) => make('li', {}, word))) : null,
    command ? make('div', { class: 'note' }, 'Every operation of this step:') : null,
    command ? commandLine(command) : null,
  );
}

async function renderHeatmap(node, block) {
  const { x, y } = state,
    field = block.field(state.field);
  if (!field) return false;
  const plot = node.querySelector('.plot') || make('div', { class: 'plot tall', role: 'img', id: 'heatmap-plot' });
  plot.setAttribute(
    'aria-label',
    `${field.label} over ${[x, y]
      .filter((dim) => dim >= 0)
      .map((dim) => block.dims[dim].longName)
      .join(' and ')}`,
  );
  const controls = make(
    'div',
    { class: 'controls' },
    fieldPick(block, field),
    x >= 0 ? axisPick(block, 'across', x, y, (to, other) => choose({ x: to, y: other })) : null,
    y >= 0 ? axisPick(block, 'upwards', y, x, (to, other) => choose({ y: to, x: other })) : null,
    ...cellPicks(block, [x, y]),
    scalePick('colours', state.logColour, (logColour) => choose({ logColour })),
    pick(
      'their range',
      [
        ['view', 'this view'],
        ['all', 'the whole block'],
      ],
      state.range,
      (range) => choose({ range }),
      'range',
    ),
  );
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      `${sentence(field)} Point at a cell for its value, what bounds it and its flags; click it to choose it for all sections.`,
    ),
    controls,
    plot,
    hatchKey('no number: point at it for the reason'),
    cellCard(block),
  );
  const cells = planeCells(block, x, y, state.at),
    axes = planeAxes(block, x, y);
  await draw(
    plot,
    [heatTrace(block, field, cells, axes, planeTexts(block, field, x, y, cells)), markTrace(block, axes)],
    planeLayout(...axes),
    true,
  );
  chooseOnClick(plot, block);
  return true;
}

// "Step time: time of one forward pass …"
const sentence = (field) => (field.description ? `${field.label}: ${field.description}.` : `${field.label}.`);
