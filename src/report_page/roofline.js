// Steps on the roofline of their GPU.

// Roofs that are the same for several number formats are drawn once.
function distinctRoofs(roofs) {
  const byLook = new Map();
  for (const roof of roofs) {
    const key = `${roof.gpu} ${roof.flop_per_s} ${roof.bytes_per_s}`,
      known = byLook.get(key);
    if (known) known.dtype += `, ${roof.dtype}`;
    else byLook.set(key, { ...roof });
  }
  return [...byLook.values()];
}

// Points of the chosen GPU, model, dtype and method: [number of the point, positions of its cell].
function rooflinePoints(block, roofline) {
  const held = block
    .long()
    .filter((dim) => ['gpu', 'model', 'dtype', 'method'].includes(block.dims[dim].name) || block.dims[dim].members.length > 0);
  const points = [];
  roofline.cells.forEach((cell, i) => {
    const positions = block.positions(cell);
    if (held.every((dim) => positions[dim] === block.dims[dim].kept[state.at[dim]])) points.push([i, positions]);
  });
  return points;
}

function roofTraces(roofs, low, high) {
  const { soft } = inks(),
    dashes = ['solid', 'dash', 'dot', 'dashdot'];
  return roofs.map((roof, i) => {
    const ridge = roof.flop_per_s / roof.bytes_per_s,
      x = [Math.min(low, ridge / 4), ridge, Math.max(high, ridge * 4)];
    return {
      type: 'scatter',
      mode: 'lines',
      name: `${escaped(roof.gpu)} ${escaped(roof.dtype)}`,
      x,
      y: x.map((at) => Math.min(at * roof.bytes_per_s, roof.flop_per_s)),
      line: { color: soft, width: 2, dash: dashes[i % dashes.length] },
      hoverinfo: 'text',
      text: x.map(
        () =>
          `${escaped(roof.gpu)}: ${significant(roof.flop_per_s)}FLOP/s in ${escaped(roof.dtype)}, ` +
          `${significant(roof.bytes_per_s)}B/s<br>they meet at ${significant(ridge)} FLOP/byte`,
      ),
    };
  });
}

function pointTraces(block, roofline, points) {
  const bound = block.bound(),
    codes = [...new Set(points.map(([i]) => roofline.bound[i]))].sort((a, b) => a - b);
  const name = (code) => (bound ? boundName(bound, code) : ['none', 'gemm', 'attention', 'memory', 'comm', 'overhead'][code]);
  return codes.map((code) => {
    const own = points.filter(([i]) => roofline.bound[i] === code);
    return {
      type: 'scatter',
      mode: 'markers',
      name: `bound by ${name(code)}`,
      x: own.map(([i]) => roofline.flop_per_byte[i]),
      y: own.map(([i]) => roofline.flop_per_s[i]),
      marker: { color: PARTS[name(code)] || NAMED[code], size: 6.5, opacity: 0.75 },
      hoverinfo: 'text',
      text: own.map(
        ([i, positions]) =>
          `<b>${significant(roofline.flop_per_s[i])}FLOP/s</b> at ${significant(roofline.flop_per_byte[i])} FLOP/byte<br>` +
          `${escaped(cellText(block, positions))}<br>bound by ${escaped(name(code))}`,
      ),
    };
  });
}

async function renderRoofline(node, block) {
  const { roofline } = block.raw;
  if (!roofline || block.phase === '') return false;
  if (roofline.why) {
    fill(node, make('p', { class: 'say' }, `This section is empty: ${roofline.why}.`));
    return true;
  }
  const points = rooflinePoints(block, roofline),
    gpu = block.axisOf('gpu');
  const name = gpu ? gpu.axis.texts[block.dims[gpu.dim].kept[state.at[gpu.dim]]] : '';
  const own = roofline.roofs.filter((roof) => roof.gpu === name || roofline.roofs.every((one) => one.gpu === roof.gpu));
  const roofs = distinctRoofs(own.length > 0 ? own : roofline.roofs),
    rates = points.map(([i]) => roofline.flop_per_s[i]),
    intensities = points.map(([i]) => roofline.flop_per_byte[i]);
  const plot =
    node.querySelector('.plot') ||
    make('div', { class: 'plot tall', role: 'img', id: 'roofline-plot', 'aria-label': 'Roofline' });
  const picks = block
    .long()
    .filter(
      (dim) => !['gpu', 'model', 'dtype', 'method'].includes(block.dims[dim].name) && block.dims[dim].members.length === 0,
    );
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      'Each point is a step: how many operations it does for every byte that it must move (the weights of the model and the ' +
        'KV cache of its requests, once each), and how many it gets done per second on one GPU, all overheads included. The ' +
        'lines are what the GPU can do at most: its memory bandwidth, then its arithmetic. ' +
        `Points are spread over the grid${points.length === 0 ? '; the chosen case has none' : ''}.`,
    ),
    roofline.is_same
      ? null
      : make(
          'p',
          { class: 'note' },
          'The models and tables at hand are not those of the run, so points may lie beside its numbers.',
        ),
    make('div', { class: 'controls' }, ...cellPicks(block, picks)),
    plot,
  );
  const lowest = (values, factor) => values.reduce((least, value) => Math.min(least, value), Infinity) * factor;
  const peak = roofs.reduce((most, roof) => Math.max(most, roof.flop_per_s), 0),
    floor = Math.min(lowest(rates, 0.6), peak / 100);
  const ends = [
    Math.min(lowest(intensities, 0.6), 1),
    Math.max(
      -lowest(
        intensities.map((value) => -value),
        1.6,
      ),
      ...roofs.map((roof) => (3 * roof.flop_per_s) / roof.bytes_per_s),
    ),
  ];
  await draw(
    plot,
    [...roofTraces(roofs, ...ends), ...pointTraces(block, roofline, points)],
    layoutLook({
      xaxis: valueAxis('operations per byte (FLOP/byte)', true, ...ends),
      yaxis: valueAxis('operations per second (FLOP/s)', true, floor, peak * 1.3),
      hovermode: 'closest',
    }),
  );
  return true;
}
