// Reads the document, lays the page out, draws what comes into sight.

let report = null;

function addSection(id, title, render) {
  const body = make('div'),
    link = make('a', { href: `#${id}` }, title);
  const node = make('section', { id, 'aria-labelledby': `${id}-title` }, make('h2', { id: `${id}-title` }, title), body);
  document.getElementById('sections').append(node);
  document.getElementById('contents').append(link);
  sections.push({ id, node, link, body, render, isStale: true, isSeen: false });
}

function watchSections() {
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const section = sections.find((one) => one.node === entry.target);
        section.isSeen = section.isSeen || entry.isIntersecting;
      }
      drawStale();
    },
    { rootMargin: '600px' },
  );
  for (const section of sections) watcher.observe(section.node);
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function showHead() {
  const { result, blocks } = report,
    all = blocks.reduce((sum, block) => sum + block.raw.n_cells, 0);
  const title = result.sweep || result.file;
  document.title = `${title} \u2013 mfusweep report`;
  document.getElementById('title').textContent = title;
  document.getElementById('lead').textContent =
    `${plainNumber(all)} cells${blocks.length > 1 ? ` in ${blocks.length} blocks` : ''}, ` +
    `from ${result.file}, made by mfusweep ${result.version || '?'}` +
    `${result.hash ? ` (result ${result.hash.slice(0, 12)})` : ''}.`;
  document.getElementById('foot').textContent =
    `${result.file} · ${result.hash || ''} · This page is complete in itself and loads nothing from any network.`;
}

function showBlocks() {
  const names = report.blocks.map((block) => [block, block.name || 'the grid']);
  if (names.length > 1) segments(document.getElementById('blocks'), names, state.block, showBlock);
}

function showBlock(block) {
  startIn(block);
  paretoChoice.clear();
  showBlocks();
  for (const section of sections) section.body.replaceChildren(); // charts of another block start anew
  refresh();
}

function fail(error) {
  document.getElementById('title').textContent = 'This report cannot be shown';
  document.getElementById('lead').textContent =
    typeof DecompressionStream === 'undefined'
      ? 'The browser is too old: it lacks DecompressionStream (Chrome 80, Firefox 113, Safari 16.4 have it).'
      : String(error && error.message ? error.message : error);
  document.documentElement.dataset.state = 'failed';
  throw error;
}

const FORMAT = 1;

async function begin() {
  const raw = await unpackAll(JSON.parse(document.getElementById('report-data').textContent));
  if (raw.format !== FORMAT)
    throw new Error('The page and its data are of different versions: make the page again with scripts/report_page.');
  report = {
    result: raw.result,
    methods: parsed(raw.result.methods),
    accuracy: raw.accuracy,
    blocks: raw.blocks.map((block) => new Block(block, raw.quantities)),
  };
  addSection('overview', 'What was swept', renderOverview);
  addSection('flags', 'Flags', renderFlags);
  addSection('heatmap', 'Heatmap', renderHeatmap);
  addSection('lines', 'Along an axis', renderLines);
  addSection('differences', 'Method differences', renderDifferences);
  addSection('bottlenecks', 'Bottlenecks', renderShares);
  addSection('roofline', 'Roofline', renderRoofline);
  addSection('pareto', 'Throughput against speed', renderPareto);
  addSection('accuracy', 'Accuracy', renderAccuracy);
  showHead();
  watchSections();
  showBlock(report.blocks[0]);
  await drawStale(location.hash === '#all');
  document.documentElement.dataset.state = 'ready';
}

darkQuery.addEventListener('change', refresh);
window.addEventListener('beforeprint', () => {
  isPrinting = true;
  for (const section of sections) section.isStale = true;
  drawStale(true);
});
window.addEventListener('afterprint', () => {
  isPrinting = false;
  refresh();
});
begin().catch(fail);
