// The result's methods against measured steps.

function accuracyTable(accuracy) {
  const columns = [
    { title: 'model' },
    { title: 'tp', isNumber: true },
    { title: 'phase' },
    { title: 'method' },
    { title: 'steps', isNumber: true },
    { title: 'MAPE', isNumber: true },
    { title: 'bias', isNumber: true },
    { title: 'median', isNumber: true },
    { title: 'p90', isNumber: true },
  ];
  const figures = (from) => [
    plainNumber(from.n),
    percentText(from.mape),
    signedPercent(from.bias),
    percentText(from.p50),
    percentText(from.p90),
  ];
  const rows = accuracy.methods.map((method) => ['all', '', '', make('code', {}, method.label), ...figures(method)]);
  const n = accuracy.methods.length > 0 ? accuracy.methods[0].groups.length : 0;
  for (let i = 0; i < n; i++)
    for (const method of accuracy.methods) {
      const group = method.groups[i];
      rows.push([group.model, group.tp, group.phase, make('code', {}, method.label), ...figures(group)]);
    }
  return table(columns, rows);
}

async function renderAccuracy(node) {
  const { accuracy } = report;
  if (!accuracy) return false;
  const files = accuracy.files.map((file) => file.split('/').pop());
  const plot =
    node.querySelector('.plot') ||
    make('div', { class: 'plot tall', role: 'img', id: 'accuracy-plot', 'aria-label': 'Predicted against measured' });
  fill(
    node,
    make(
      'p',
      { class: 'say' },
      `Predicted against measured step times, ${plainNumber(accuracy.n_rows)} rows of ${files.join(', ')}. ` +
        'On the line both are equal; the band is 10 % to ' +
        'either side. MAPE is the mean absolute error, bias the mean error, in percent of the measured time.',
    ),
    plot,
    accuracyTable(accuracy),
  );
  const us = { label: '', units: 'us' },
    all = accuracy.methods
      .flatMap((method) => [...method.predicted_us])
      .concat([...accuracy.measured_us])
      .filter(Number.isFinite);
  if (all.length === 0) return true;
  const [low, high] = [Math.min(...all), Math.max(...all)],
    { factor, unit } = shown(us, high),
    ends = [(low * factor) / 1.3, high * factor * 1.3];
  const colours = lineColours(accuracy.methods.length, false),
    { soft } = inks();
  const band = { type: 'scatter', mode: 'lines', hoverinfo: 'skip', showlegend: false, line: { width: 0 } };
  await draw(
    plot,
    [
      { ...band, x: ends, y: ends.map((at) => at * 0.9) },
      { ...band, x: ends, y: ends.map((at) => at * 1.1), fill: 'tonexty', fillcolor: 'rgba(128,138,148,0.18)' },
      {
        type: 'scatter',
        mode: 'lines',
        x: ends,
        y: ends,
        hoverinfo: 'skip',
        showlegend: false,
        line: { color: soft, width: 1.2 },
      },
      ...accuracy.methods.map((method, i) => ({
        type: 'scatter',
        mode: 'markers',
        name: escaped(method.label),
        x: Array.from(accuracy.measured_us, (value) => value * factor),
        y: Array.from(method.predicted_us, (value) => value * factor),
        marker: { color: colours[i], size: 5, opacity: 0.6 },
        hoverinfo: 'text',
        text: accuracy.labels.map(
          (label, row) =>
            `<b>${escaped(label)}</b><br>measured ${escaped(valueText(us, accuracy.measured_us[row]))}, ` +
            `predicted ${escaped(valueText(us, method.predicted_us[row]))} ` +
            `(${signedPercent(100 * (method.predicted_us[row] / accuracy.measured_us[row] - 1))})`,
        ),
      })),
    ],
    layoutLook({
      xaxis: valueAxis(`measured (${unit})`, true, ...ends),
      yaxis: valueAxis(`predicted (${unit})`, true, ...ends),
      hovermode: 'closest',
    }),
  );
  return true;
}
