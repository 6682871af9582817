// Two methods side by side: how far the second lies from the first, in percent of the first.

function differencePlane(block, field, dim, first, second) {
  const at = (index) => state.at.map((own, i) => (i === dim ? index : own));
  const [a, b] = [first, second].map((index) => planeCells(block, state.x, state.y, at(index)));
  return {
    reference: a,
    other: b,
    percent: a.map((row, iy) =>
      row.map((cell, ix) => {
        const [from, to] = [field.cells[cell], field.cells[b[iy][ix]]];
        return Number.isFinite(from) && Number.isFinite(to) && from !== 0 ? (100 * (to - from)) / Math.abs(from) : null;
      }),
    ),
  };
}

// The range of colours: what nine of ten cells lie within, and no less than 1 %.
function widthOf(percent) {
  const sizes = percent
    .flat()
    .filter((value) => value !== null)
    .map(Math.abs)
    .sort((a, b) => a - b);
  return sizes.length > 0 ? Math.max(1, sizes[Math.floor(0.9 * (sizes.length - 1))]) : 1;
}

// 1, 2 or 5 times a power of ten, not above a number.
function niceStep(most) {
  const decade = 10 ** Math.floor(Math.log10(most));
  return decade * ([5, 2, 1].find((digit) => digit * decade <= most) || 1);
}

function differenceTable(differences, field) {
  const columns = [
    { title: 'method' },
    { title: 'cells compared', isNumber: true },
    { title: 'mean', isNumber: true },
    { title: 'mean |d|', isNumber: true },
    { title: 'median', isNumber: true },
    { title: 'p90', isNumber: true },
    { title: 'p99', isNumber: true },
    { title: 'largest', isNumber: true },
    { title: 'beyond 10 %', isNumber: true },
  ];
  const rows = differences.others.map((other) => [
    make('code', {}, other.label),
    plainNumber(other.n),
    signedPercent(other.mean),
    percentText(other.mean_abs),
    percentText(other.p50),
    percentText(other.p90),
    percentText(other.p99),
    percentText(other.max),
    shareText((other.beyond.find((one) => one.percent === 10) || {}).n || 0, other.n),
  ]);
  return [
    make('h3', {}, `${field.label} against `, make('code', {}, differences.reference), differences.only_fitting ? ', all cells that fit memory and context' : ', all cells'),
    table(columns, rows),
  ];
}

function decisionTable(differences) {
  const rows = differences.others
    .filter((other) => other.decision && other.decision.n_places > 0)
    .map((other) => [
      make('code', {}, other.label),
      shareText(other.decision.n_changed, other.decision.n_places),
      percentText(other.decision.cost_mean),
      percentText(other.decision.cost_p95),
      percentText(other.decision.cost_max),
    ]);
  if (rows.length === 0) return [];
  return [
    make('h3', {}, `Would another ${differences.decided.join(' and ')} be chosen?`),
    make(
      'p',
      { class: 'note' },
      `At every combination of the other axes: the choice with the best ${differences.decide}. ` +
        `What a different choice costs is what it loses by the numbers of ${differences.reference}.`,
    ),
    table(
      [
        { title: 'method' },
        { title: 'chooses differently', isNumber: true },
        { title: 'mean cost', isNumber: true },
        { title: 'p95', isNumber: true },
        { title: 'largest', isNumber: true },
      ],
      rows,
    ),
  ];
}

async function renderDifferences(node, block) {
  const dim = block.dimNamed('method'),
    field = block.field(state.field);
  if (dim < 0 || block.dims[dim].size < 2 || !field || state.x === dim || state.y === dim)
    return dim >= 0 && block.dims[dim].size > 1 ? sayOtherAxes(node) : false;
  const [first, second] = state.methods.map((index) => Math.min(index, block.dims[dim].size - 1));
  const methods = Array.from({ length: block.dims[dim].size }, (_, i) => [i, block.dims[dim].text(i)]);
  const plot =
    node.querySelector('.plot') ||
    make('div', { class: 'plot tall', role: 'img', id: 'differences-plot', 'aria-label': 'Difference between two methods' });
  const figures = block.raw.differences;
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      'How far the second method lies from the first, in percent of the first: red where it is larger, blue where it is ' +
        'smaller, without colour where both agree. Nine of ten cells drawn lie within the range of colours. The tables below ' +
        'are of the whole grid.',
    ),
    make(
      'div',
      { class: 'controls' },
      pick('first', methods, first, (value) => choose({ methods: [Number(value), second] }), 'first'),
      pick('second', methods, second, (value) => choose({ methods: [first, Number(value)] }), 'second'),
      fieldPick(block, field),
      ...cellPicks(block, [state.x, state.y, dim]),
    ),
    plot,
    hatchKey('one of them has no number'),
    ...(figures ? [...differenceTable(figures, block.field(figures.field) || field), ...decisionTable(figures)] : []),
  );
  const plane = differencePlane(block, field, dim, first, second),
    width = widthOf(plane.percent),
    axes = planeAxes(block, state.x, state.y);
  const place = (ix, iy) =>
    [
      [state.x, ix],
      [state.y, iy],
    ]
      .filter(([axis]) => axis >= 0)
      .map(([axis, i]) => `${block.dims[axis].name} ${block.dims[axis].text(i)}`)
      .join(' · ');
  const texts = plane.percent.map((row, iy) =>
    row.map((percent, ix) =>
      [
        `<b>${percent === null ? 'no number on both sides' : signedPercent(percent)}</b>`,
        escaped(place(ix, iy)),
        `${escaped(methods[first][1])}: ${escaped(valueText(field, field.cells[plane.reference[iy][ix]]))}`,
        `${escaped(methods[second][1])}: ${escaped(valueText(field, field.cells[plane.other[iy][ix]]))}`,
      ].join('<br>'),
    ),
  );
  const step = niceStep(width / 2.5),
    ticks = [-2, -1, 0, 1, 2].map((i) => i * step).filter((tick) => Math.abs(tick) <= width);
  await draw(
    plot,
    [
      {
        type: 'heatmap',
        x: axes[0].edges,
        y: axes[1].edges,
        z: plane.percent,
        text: texts,
        hoverinfo: 'text',
        hoverongaps: true,
        zmin: -width,
        zmax: width,
        colorscale: scaleOf(differenceColours()),
        colorbar: colourBar('difference (%)', {
          tickvals: ticks,
          ticktext: ticks.map((tick) => (tick > 0 ? '+' : '') + significant(tick, 3)),
        }),
      },
    ],
    planeLayout(...axes),
    true,
  );
  return true;
}

function sayOtherAxes(node) {
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      'The heatmap above runs along the methods. Choose other axes there to see their differences here.',
    ),
  );
  return true;
}
