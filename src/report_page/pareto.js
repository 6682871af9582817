// Pareto fronts: what throughput of a GPU costs its users in speed.

const paretoChoice = new Map(); // dimension -> number of its position among those that have fronts

function frontPicks(block, pareto) {
  return pareto.by
    .filter(({ at, dim }) => at.length > 1 && block.dims[dim])
    .map(({ at, dim }) => {
      const choices = at.map((position, i) => [i, block.dims[dim].textAt(position)]);
      return pick(
        block.dims[dim].name,
        choices,
        chosenFront(block, { at, dim }),
        (value) => {
          paretoChoice.set(dim, Number(value));
          refresh();
        },
        `front-${block.dims[dim].name}`,
      );
    });
}

// What was picked here; else where the front nearest to the chosen cell lies that has points.
function chosenFront(block, by) {
  return nearestFront(block)[block.raw.pareto.by.findIndex((one) => one.dim === by.dim)];
}

function nearestFront(block) {
  const { pareto } = block.raw,
    n = pareto.first.length - 1,
    wanted = block.positionsOf(state.at);
  let best = null,
    least = Infinity;
  for (let front = 0; front < n; front++) {
    const numbers = new Array(pareto.by.length);
    let rest = front,
      distance = pareto.first[front + 1] > pareto.first[front] ? 0 : 1e6;
    for (let i = pareto.by.length - 1; i >= 0; i--) {
      const { at, dim } = pareto.by[i];
      numbers[i] = rest % at.length;
      rest = Math.floor(rest / at.length);
      const isPicked = paretoChoice.has(dim);
      if (isPicked && paretoChoice.get(dim) !== numbers[i]) distance += 1e9;
      const apart = Math.abs(at[numbers[i]] - wanted[dim]);
      if (!isPicked) distance += block.dims[dim].isText ? 1e8 * Math.min(1, apart) : apart / block.dims[dim].total;
    }
    if (distance < least) [best, least] = [numbers, distance];
  }
  return best || pareto.by.map(() => 0);
}

function frontPoints(block, pareto) {
  const front = pareto.by.reduce((number, by) => number * by.at.length + chosenFront(block, by), 0),
    points = [];
  for (let i = pareto.first[front]; i < pareto.first[front + 1]; i++)
    points.push({ x: pareto.x[i], y: pareto.y[i], positions: block.positions(pareto.cells[i]) });
  return points.sort((a, b) => a.x - b.x);
}

// Cells that the page holds, at the same place, front or not: those that fit.
function cloudPoints(block, pareto, fields) {
  const held = new Map(pareto.by.map((by) => [by.dim, block.dims[by.dim].nearest(by.at[chosenFront(block, by)])]));
  const free = block.dims.map((_, dim) => dim).filter((dim) => !held.has(dim)),
    flags = block.ofKind('bits'),
    unfit = flags ? unfitBits(flags) : 0;
  const n = free.reduce((product, dim) => product * block.dims[dim].size, 1),
    points = [];
  for (let i = 0; i < n; i++) {
    let rest = i,
      cell = 0;
    for (const [dim, index] of held) cell += index * block.strides[dim];
    for (const dim of free) {
      cell += (rest % block.dims[dim].size) * block.strides[dim];
      rest = Math.floor(rest / block.dims[dim].size);
    }
    if (flags && (flags.cells[cell] & unfit) !== 0) continue;
    points.push({
      x: fields[0].cells[cell],
      y: fields[1].cells[cell],
      tp: block.axisOf('tp') ? block.axisNumber('tp', cell) : 1,
    });
  }
  return points;
}

function frontTraces(block, points, cloud, shape) {
  const tp = block.axisOf('tp');
  for (const point of points) point.tp = tp ? tp.axis.values[point.positions[tp.dim]] : 1;
  const degrees = [...new Set([...points, ...cloud].map((point) => point.tp))].sort((a, b) => a - b),
    colours = lineColours(degrees.length, degrees.length > 4);
  const xs = (some) => some.map((point) => point.x),
    ys = (some) => some.map((point) => point.y);
  const line = {
    type: 'scatter',
    mode: 'lines',
    name: 'front',
    x: xs(points),
    y: ys(points),
    hoverinfo: 'skip',
    line: { color: inks().soft, width: 1.4, shape },
    showlegend: false,
  };
  const faint = degrees.map((value, i) => {
    const own = cloud.filter((point) => point.tp === value);
    return {
      type: 'scatter',
      mode: 'markers',
      name: `tp ${plainNumber(value)}`,
      legendgroup: String(value),
      showlegend: false,
      x: xs(own),
      y: ys(own),
      hoverinfo: 'skip',
      marker: { color: colours[i], opacity: 0.3, size: 4 },
    };
  });
  return [
    ...faint,
    line,
    ...degrees.map((value, i) => {
      const own = points.filter((point) => point.tp === value);
      return {
        type: 'scatter',
        mode: 'markers',
        name: `tp ${plainNumber(value)}`,
        legendgroup: String(value),
        x: own.length > 0 ? xs(own) : [null],
        y: own.length > 0 ? ys(own) : [null],
        hoverinfo: 'text',
        marker: { color: colours[i], size: 8, line: { color: inks().panel, width: points.length > 120 ? 0 : 1 } },
        text: own.map((point) => point.text),
        customdata: own.map((point) => point.positions),
      };
    }),
  ];
}

async function renderPareto(node, block) {
  const { pareto } = block.raw;
  if (!pareto || block.phase === '') return false;
  if (pareto.why) {
    fill(node, make('p', { class: 'say' }, `This section is empty: ${pareto.why}.`));
    return true;
  }
  const fields = [pareto.x_axis, pareto.y_axis].map((axis) => block.field(axis.name)),
    points = frontPoints(block, pareto);
  const looks = fields.map((field) =>
    shown(field, Math.max(...points.map((point) => (field === fields[0] ? point.x : point.y)), 0)),
  );
  for (const point of points) {
    const per = block.phase === 'prefill' ? 'for the step' : 'per user';
    point.text =
      `<b>${escaped(cellText(block, point.positions))}</b><br>${escaped(valueText(fields[1], point.y))} per GPU, ` +
      `${escaped(valueText(fields[0], point.x))} ${per}`;
  }
  const plot =
    node.querySelector('.plot') ||
    make('div', { class: 'plot tall', role: 'img', id: 'pareto-plot', 'aria-label': 'Pareto front' });
  const detail = make('div');
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      (block.phase === 'prefill'
        ? 'Throughput of a GPU against the time of the step. '
        : 'Throughput of a GPU against the speed that each user sees. ') +
        'On the front lie the steps that no other beats in both; tp and batch are free, everything else is as chosen' +
        `${pareto.only_fitting ? '. Steps that do not fit memory or context are left out' : ''}. ` +
        'Fronts are of the whole grid, faint points of the cells that this page holds.' +
        `${points.length === 0 ? ' Nothing fits here.' : ''}`,
    ),
    make('div', { class: 'controls' }, ...frontPicks(block, pareto)),
    plot,
    detail,
  );
  const scaled = (trace) => ({
    ...trace,
    x: trace.x.map((value) => (value === null ? null : value * looks[0].factor)),
    y: trace.y.map((value) => (value === null ? null : value * looks[1].factor)),
  });
  const shape = pareto.x_axis.is_max ? 'vh' : 'hv';
  await draw(
    plot,
    frontTraces(block, points, cloudPoints(block, pareto, fields), shape).map(scaled),
    layoutLook({
      xaxis: axisLook(looks[0].label, { rangemode: 'tozero', tickformat: ',~r' }),
      yaxis: axisLook(`Throughput of a GPU (${looks[1].unit})`, { rangemode: 'tozero', tickformat: ',~r' }),
      hovermode: 'closest',
    }),
  );
  plot.removeAllListeners('plotly_click');
  plot.on('plotly_click', ({ points: [point] }) => {
    const command = point.customdata && explainCommand(block, point.customdata, report.methods);
    if (command)
      detail.replaceChildren(
        make('div', { class: 'cell' }, make('strong', {}, cellText(block, point.customdata)), commandLine(command)),
      );
  });
  return true;
}
