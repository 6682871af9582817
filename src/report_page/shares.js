// What takes the time of a step: which part bounds it, and how much each part takes.

const PART_FIELDS = [
  ['gemm', 'gemm_us', 'matrix products'],
  ['attention', 'attn_us', 'attention'],
  ['comm', 'comm_us', 'communication'],
  ['overhead', 'overhead_us', 'overhead'],
];

const boundColours = (field) =>
  field.meanings
    .filter((meaning) => meaning.value > 0)
    .map((meaning, i) => [meaning.name, PARTS[meaning.name] || NAMED[i % NAMED.length]]);

async function renderBound(block, plot) {
  const field = block.ofKind('code'),
    { x, y } = state,
    cells = planeCells(block, x, y, state.at),
    axes = planeAxes(block, x, y);
  const names = field.meanings.filter((meaning) => meaning.value > 0),
    n = names.length;
  const index = new Map(names.map((meaning, i) => [meaning.value, i]));
  const colours = boundColours(field).map(([, colour]) => colour);
  const steps = colours.flatMap((colour, i) => [
    [i / n, colour],
    [(i + 1) / n, colour],
  ]);
  const shownField = block.field(state.field) || block.numbers()[0] || field;
  await draw(
    plot,
    [
      {
        type: 'heatmap',
        x: axes[0].edges,
        y: axes[1].edges,
        z: cells.map((row) => row.map((cell) => index.get(field.cells[cell]) ?? null)),
        text: planeTexts(block, shownField, x, y, cells),
        hoverinfo: 'text',
        hoverongaps: true,
        zmin: -0.5,
        zmax: n - 0.5,
        colorscale: steps,
        showscale: false,
      },
    ],
    planeLayout(...axes),
    true,
  );
}

// Parts of a step along a dimension. Memory traffic that runs beside the arithmetic adds nothing: what counts of it is the time
// that the other parts leave.
function shareTraces(block, x) {
  const step = block.field('step_us').cells,
    all = planeCells(block, x, -1, state.at)[0];
  const there = all.map((_, i) => i).filter((i) => Number.isFinite(step[all[i]])),
    cells = there.map((i) => all[i]);
  const places = chartAxis(block.dims[x], 8).places;
  const others = PART_FIELDS.filter(([, name]) => block.field(name)).map(([key, name, words]) => ({
    key,
    words,
    of: (cell) => block.field(name).cells[cell],
  }));
  const rest = (cell) => Math.max(0, step[cell] - others.reduce((sum, part) => sum + part.of(cell), 0));
  const parts = [...others.slice(0, 2), { key: 'memory', words: 'memory beyond these', of: rest }, ...others.slice(2)];
  const total = (cell) => parts.reduce((sum, part) => sum + part.of(cell), 0);
  const stepField = block.field('step_us');
  return parts.map(({ key, words, of }) => ({
    type: 'scatter',
    mode: 'lines',
    stackgroup: 'step',
    name: words,
    x: there.map((i) => places[i]),
    line: { width: 0.5, color: PARTS[key] },
    fillcolor: PARTS[key],
    y: cells.map((cell) => (100 * of(cell)) / total(cell)),
    text: cells.map(
      (cell, i) =>
        `<b>${words} ${percentText((100 * of(cell)) / total(cell))}</b>, ${escaped(valueText(stepField, of(cell)))}<br>` +
        `${escaped(block.dims[x].name)} ${block.dims[x].text(there[i])}, step ${escaped(valueText(stepField, step[cell]))}`,
    ),
    hoverinfo: 'text',
  }));
}

async function renderShares(node, block) {
  const code = block.ofKind('code'),
    { x } = state.line;
  const hasShares =
    block.field('step_us') && PART_FIELDS.every(([, name]) => block.field(name)) && x >= 0 && !block.dims[x].isText;
  if (!code && !hasShares) return false;
  const bound =
    node.querySelector('#bound-plot') ||
    make('div', { class: 'plot tall', role: 'img', id: 'bound-plot', 'aria-label': 'What bounds a step' });
  const shares =
    node.querySelector('#shares-plot') ||
    make('div', { class: 'plot', role: 'img', id: 'shares-plot', 'aria-label': "Shares of a step's time" });
  const parts = [
    make(
      'p',
      { class: 'say' },
      'Which part of the step is the longest, over the same axes as the heatmap' +
        (hasShares ? ', and below it how the time of a step is made up along one of them.' : '.'),
    ),
  ];
  if (code)
    parts.push(
      make('div', { class: 'controls' }, ...cellPicks(block, [state.x, state.y])),
      colourKey(boundColours(code)),
      bound,
      hatchKey('no number'),
    );
  if (hasShares)
    parts.push(
      make('h3', {}, 'What the time goes into'),
      make(
        'div',
        { class: 'controls' },
        pick(
          'along',
          dimChoices(
            block,
            block.long().filter((dim) => !block.dims[dim].isText),
          ),
          x,
          (dim) => choose({ line: { ...state.line, x: Number(dim), by: Number(dim) === state.line.by ? x : state.line.by } }),
        ),
        ...cellPicks(block, [x]),
      ),
      colourKey(
        [...PART_FIELDS.slice(0, 2), ['memory', '', 'memory beyond these'], ...PART_FIELDS.slice(2)].map(([key, , words]) => [
          words,
          PARTS[key],
        ]),
      ),
      shares,
    );
  fill(node, ...parts);
  if (code) await renderBound(block, bound);
  if (hasShares)
    await draw(
      shares,
      shareTraces(block, x),
      layoutLook({
        xaxis: chartAxis(block.dims[x], isNarrow() ? 5 : 10).look,
        yaxis: axisLook('share of the step (%)', { range: [0, 100] }),
        hovermode: 'closest',
        showlegend: false,
      }),
    );
  return true;
}
