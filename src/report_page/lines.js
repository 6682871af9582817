// A field along one axis, one line for each value of another: the neighbourhood of the chosen cell.

const MOST_LINES = 12;

// Indices of a dimension that get a line: all, or evenly chosen ones.
function lineIndices(dim) {
  if (dim.size <= MOST_LINES) return Array.from({ length: dim.size }, (_, i) => i);
  return Array.from({ length: 8 }, (_, i) => Math.round((i * (dim.size - 1)) / 7));
}

function lineTraces(block, field, x, by, factor) {
  const indices = by >= 0 ? lineIndices(block.dims[by]) : [-1];
  const colours = lineColours(indices.length, by >= 0 && !block.dims[by].isText);
  const axis = chartAxis(block.dims[x], 8);
  return indices.map((index, i) => {
    const at = by >= 0 ? state.at.map((own, dim) => (dim === by ? index : own)) : state.at;
    const cells = planeCells(block, x, -1, at)[0],
      name = by >= 0 ? block.dims[by].text(index) : field.label;
    const place = (ix) =>
      [`${block.dims[x].name} ${block.dims[x].text(ix)}`, by >= 0 ? `${block.dims[by].name} ${name}` : '']
        .filter(Boolean)
        .join(' · ');
    return {
      type: 'scatter',
      mode: cells.length > 60 ? 'lines' : 'lines+markers',
      name: escaped(name),
      x: axis.places,
      y: cells.map((cell) => (Number.isFinite(field.cells[cell]) ? field.cells[cell] * factor : null)),
      text: cells.map((cell, ix) => hoverText(block, field, cell, place(ix))),
      hoverinfo: 'text',
      connectgaps: false,
      line: { color: colours[i], width: 2.2 },
      marker: { color: colours[i], size: 5.5 },
    };
  });
}

async function renderLines(node, block) {
  const field = block.field(state.field),
    { x, by } = state.line;
  if (!field || x < 0) return false;
  const cells = lineIndices(block.dims[by] || { size: 1 }).flatMap(
    (index) => planeCells(block, x, -1, by >= 0 ? state.at.map((own, dim) => (dim === by ? index : own)) : state.at)[0],
  );
  const range = extent(cells, field.cells),
    { factor, label } = shown(field, middleOf(range, state.line.log));
  const line = (changes) => choose({ line: { ...state.line, ...changes } });
  const plot = node.querySelector('.plot') || make('div', { class: 'plot tall', role: 'img', id: 'lines-plot' });
  plot.setAttribute('aria-label', `${field.label} along ${block.dims[x].longName}`);
  const chosen =
    by >= 0 && block.dims[by].size > MOST_LINES ? ` Of ${plainNumber(block.dims[by].size)} lines, eight are drawn.` : '';
  const each = by >= 0 ? `with a line for each ${block.dims[by].name}` : 'as a line';
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      `The same quantity along one axis through the chosen cell, ${each}. ` +
        `Where a line ends, the cells have no number.${chosen}`,
    ),
    make(
      'div',
      { class: 'controls' },
      fieldPick(block, field),
      axisPick(block, 'along', x, by, (to, other) => line({ x: to, by: other })),
      block.long().length > 1 ? axisPick(block, 'a line for each', by, x, (to, other) => line({ by: to, x: other })) : null,
      ...cellPicks(block, [x, by]),
      scalePick('values', state.line.log, (log) => line({ log })),
    ),
    plot,
  );
  const [low, high] = range ? range.map((value) => value * factor) : [0, 1];
  const look = chartAxis(block.dims[x], isNarrow() ? 5 : 10).look;
  await draw(
    plot,
    lineTraces(block, field, x, by, factor),
    layoutLook({
      xaxis: look,
      yaxis: valueAxis(label, state.line.log, low, high),
      hovermode: 'closest',
      showlegend: true,
      legend: {
        ...layoutLook().legend,
        title: { text: by >= 0 ? escaped(withoutUnit(block.dims[by].longName)) : '', font: { size: 12.5, color: inks().soft } },
      },
    }),
  );
  return true;
}
