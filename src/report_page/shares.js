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

// What bounds a step; of a reduced grid, which has chosen among names, the choice that the reader wants to see.
const shownCode = (block) => block.bound() || block.codes().find((code) => code.name === state.code) || block.codes()[0];

function codePicks(block) {
  if (block.bound() || block.codes().length < 2) return [];
  const choices = block.codes().map((code) => [code.name, code.label]);
  return [pick('shown', choices, shownCode(block).name, (code) => choose({ code }), 'code')];
}

function codeSentence(block, hasShares) {
  const code = shownCode(block);
  if (code && code !== block.bound()) return `${sentence(code)} Over the same axes as the heatmap.`;
  const below = hasShares ? ', and below it how the time of a step is made up along one of them.' : '.';
  return `Which part of the step is the longest, over the same axes as the heatmap${below}`;
}

async function renderBound(block, plot) {
  const field = shownCode(block),
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
  const code = shownCode(block),
    { x } = state.line;
  const hasShares =
    block.field('step_us') && PART_FIELDS.every(([, name]) => block.field(name)) && x >= 0 && !block.dims[x].isText;
  if (!code && !hasShares) return false;
  const title = block.phase === '' ? 'Choices' : 'Bottlenecks';
  document.getElementById('bottlenecks-title').textContent = title;
  document.querySelector('nav a[href="#bottlenecks"]').textContent = title;
  const bound =
    node.querySelector('#bound-plot') ||
    make('div', { class: 'plot tall', role: 'img', id: 'bound-plot', 'aria-label': 'What bounds a step' });
  const shares =
    node.querySelector('#shares-plot') ||
    make('div', { class: 'plot', role: 'img', id: 'shares-plot', 'aria-label': "Shares of a step's time" });
  const parts = [make('p', { class: 'say' }, codeSentence(block, hasShares))];
  if (code)
    parts.push(
      make('div', { class: 'controls' }, ...codePicks(block), ...cellPicks(block, [state.x, state.y])),
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
