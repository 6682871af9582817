// What was swept, and from which data.

// "1, 2, 4, 8" or "1 … 512".
function rangeText(axis) {
  const n = axis.texts ? axis.texts.length : axis.values.length;
  const texts = axis.texts || Array.from(axis.values, plainNumber);
  return n <= 12 ? texts.join(', ') : `${texts[0]} … ${texts[n - 1]}`;
}

// "256", or "256, 130 of them on this page, …".
function countText(dim) {
  if (dim.size === dim.total) return plainNumber(dim.total);
  const how = dim.isLog ? 'evenly on a logarithmic scale' : 'evenly spread';
  return `${plainNumber(dim.total)}, of which ${plainNumber(dim.size)} are on this page, ${how}`;
}

function axesTable(block) {
  const rows = [];
  for (const dim of block.dims)
    for (const axis of dim.members.length > 0 ? dim.members : [dim]) {
      const name = make('td', {}, axis.longName || axis.long_name || axis.name, make('small', {}, ` ${axis.name}`));
      rows.push([name, rangeText(axis), countText(dim)]);
    }
  return table([{ title: 'axis' }, { title: 'values' }, { title: 'how many' }], rows);
}

// "mfu_source = latency" of the knobs that the sweep has set; they are the same on all GPUs.
function changedText(method) {
  const knobs = Object.values(method.knobs || {})[0] || {};
  const texts = (method.changed || []).map((knob) => `${knob} = ${[knobs[knob]].flat().join(', ')}`);
  return texts.length > 0 ? texts.join('; ') : '\u2013';
}

function methodsTable(block, methods) {
  const ofBlock = methods && (methods[block.name] || methods[Object.keys(methods)[0]]);
  if (!ofBlock) return null;
  const rows = Object.entries(ofBlock).map(([label, method]) => [
    make('code', {}, label),
    method.description || '',
    changedText(method),
    method.source || '',
  ]);
  const knobs = Object.entries(ofBlock).flatMap(([label, method]) =>
    Object.entries(method.knobs || {}).map(([gpu, values]) => [
      make('code', {}, label),
      gpu,
      Object.entries(values)
        .map(([knob, value]) => `${knob} = ${value === null ? 'not needed' : JSON.stringify(value)}`)
        .join(', '),
    ]),
  );
  return [
    make('h3', {}, 'Methods'),
    table([{ title: 'method' }, { title: 'what it does' }, { title: 'changed knobs' }, { title: 'source' }], rows),
    make(
      'details',
      {},
      make('summary', {}, 'Constants and knobs in force, by GPU'),
      table([{ title: 'method' }, { title: 'gpu' }, { title: 'knobs' }], knobs),
    ),
  ];
}

function inputsTable(inputs) {
  if (inputs.length === 0) return null;
  const rows = inputs.map((line) => {
    const [sum, ...file] = line.split('  ');
    return [file.join('  '), make('code', {}, sum)];
  });
  return make(
    'details',
    {},
    make('summary', {}, `${inputs.length} input files and their SHA-256`),
    table([{ title: 'file' }, { title: 'sha256' }], rows),
  );
}

// The sweep as a file, for whoever wants to run it again.
function sweepFile(result) {
  if (!result.expanded) return null;
  const name = `${result.sweep || 'sweep'}.json`;
  let pretty = result.expanded;
  try {
    pretty = JSON.stringify(JSON.parse(result.expanded), null, 1);
  } catch {
    /* shown as it is */
  }
  const save = () => {
    const link = make('a', {
      href: URL.createObjectURL(new Blob([result.expanded], { type: 'application/json' })),
      download: name,
    });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return [
    make('h3', {}, 'Run it again'),
    commandLine(`mfusweep run ${shellWord(name)} -o ${shellWord(`${result.sweep || 'sweep'}.h5`)}`),
    make(
      'details',
      {},
      make('summary', {}, 'The sweep, with everything worked out'),
      make('p', {}, make('button', { type: 'button', on: { click: save } }, `Save ${name}`)),
      make('pre', {}, pretty),
    ),
  ];
}

function renderOverview(node, block) {
  const { result, methods } = report;
  const what = block.phase ? `one ${block.phase} step of a serving engine` : 'what the sweep has reduced its steps to';
  const isPart = block.raw.n_selected < block.raw.n_cells;
  const which = isPart ? `the ${plainNumber(block.raw.n_selected)} selected cells` : 'all cells';
  const parts = [
    make(
      'p',
      { class: 'say' },
      `Every combination of these values is a cell, ${plainNumber(block.raw.n_cells)} in all: ${what}. Counts, ` +
        `differences and fronts below are of ${which}; charts show ${plainNumber(block.raw.n_kept)} of them.`,
    ),
  ];
  if (result.n_tiles_there < result.n_tiles)
    parts.push(
      make(
        'p',
        { class: 'warning' },
        `The run is not complete: ${plainNumber(result.n_tiles_there)} of ${plainNumber(result.n_tiles)} tiles are there.`,
      ),
    );
  if ([...block.fields.values()].some((field) => field.rounded))
    parts.push(
      make(
        'p',
        { class: 'note' },
        'Numbers in the charts are rounded to 12 bits, about four digits, to keep the page small; ' +
          'the result file has them in full.',
      ),
    );
  parts.push(
    axesTable(block),
    ...(methodsTable(block, methods) || []),
    ...(sweepFile(result) || []),
    inputsTable(result.inputs),
  );
  fill(node, ...parts);
}
