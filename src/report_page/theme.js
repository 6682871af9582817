// Colours of charts, for light and dark, and what all charts have in common.

const VIRIDIS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];
const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];
const RED_BLUE = [
  '#053061',
  '#2166ac',
  '#4393c3',
  '#92c5de',
  '#d1e5f0',
  '#f7f7f7',
  '#fddbc7',
  '#f4a582',
  '#d6604d',
  '#b2182b',
  '#67001f',
];
const RED_BLUE_DARK = [
  '#9ecbff',
  '#5fa4ec',
  '#3a78b9',
  '#2c5379',
  '#283846',
  '#24292e',
  '#463030',
  '#7a3f38',
  '#b95340',
  '#ec7a5c',
  '#ffb79c',
];
// Okabe and Ito: told apart by nearly everybody.
const NAMED = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#8c6d1f', '#7f7f7f'];
const PARTS = {
  gemm: '#3b6fb6',
  attention: '#e09f3e',
  memory: '#4f9d69',
  comm: '#b5539c',
  overhead: '#8a8f98',
  none: '#c9ced3',
};

const differenceColours = () => (isDark() ? RED_BLUE_DARK : RED_BLUE);

const scaleOf = (colours) => colours.map((colour, i) => [i / (colours.length - 1), colour]);

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

// A colour of a scale, 0 to 1.
function along(colours, share) {
  const at = Math.max(0, Math.min(1, share)) * (colours.length - 1),
    low = Math.min(Math.floor(at), colours.length - 2);
  const [from, to] = [channels(colours[low]), channels(colours[low + 1])];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * (at - low))).join(',')})`;
}

// Colours for n lines: in order along a scale where they have one, else told apart by name. Its bright end is lost on white,
// its dark one on black.
function lineColours(n, isOrdered) {
  if (!isOrdered && n <= NAMED.length) return NAMED.slice(0, n);
  const [first, last] = isDark() ? [0.22, 1] : [0.02, 0.86];
  return Array.from({ length: n }, (_, i) => along(VIRIDIS, n > 1 ? first + ((last - first) * i) / (n - 1) : 0.4));
}

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');
let isPrinting = false;
const PAPER_WIDTH = 690; // of an A4 or letter page, in CSS pixels
const isDark = () => darkQuery.matches && !isPrinting;

function inks() {
  return isDark()
    ? { ink: '#e4e7ea', soft: '#a3acb5', line: '#343b42', panel: '#1b1f23' }
    : { ink: '#1d2329', soft: '#5c6670', line: '#e2e5e8', panel: '#ffffff' };
}

const isNarrow = () => document.documentElement.clientWidth < 640;

function axisLook(title, more = {}) {
  const { soft, line, ink } = inks();
  return {
    title: { text: escaped(title), font: { size: 13, color: soft }, standoff: 8 },
    tickfont: { size: 12, color: ink },
    gridcolor: line,
    linecolor: line,
    zeroline: false,
    ticks: 'outside',
    tickcolor: line,
    ticklen: 4,
    automargin: true,
    ...more,
  };
}

function layoutLook(more = {}) {
  const { ink, soft, line, panel } = inks();
  const font = {
    family: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
    size: 13,
    color: ink,
  };
  return {
    font,
    separators: `.${THIN}`,
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    margin: { l: 12, r: 12, t: 32, b: 12 },
    hoverlabel: { bgcolor: panel, bordercolor: line, font: { ...font, size: 13 }, align: 'left' },
    legend: { font: { size: 12.5, color: ink }, ...(isNarrow() ? { orientation: 'h', y: -0.25, yanchor: 'top' } : {}) },
    dragmode: 'zoom',
    ...(isPrinting ? { width: PAPER_WIDTH, autosize: false } : { width: undefined, autosize: true }),
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: soft, activecolor: ink },
    ...more,
  };
}

function colourBar(title, more = {}) {
  const { soft, ink } = inks();
  const where = isNarrow()
    ? {
        orientation: 'h',
        y: 1.02,
        yanchor: 'bottom',
        x: 0.5,
        len: 1,
        thickness: 10,
        title: { text: escaped(title), side: 'top', font: { size: 12.5, color: soft } },
      }
    : { len: 1, thickness: 14, xpad: 8, title: { text: escaped(title), side: 'right', font: { size: 12.5, color: soft } } };
  return {
    ...where,
    outlinewidth: 0,
    tickfont: { size: 12, color: ink },
    ticks: 'outside',
    ticklen: 3,
    tickcolor: soft,
    ...more,
  };
}

const CHART_OPTIONS = {
  responsive: true,
  displaylogo: false,
  modeBarButtons: [['toImage'], ['zoom2d', 'pan2d'], ['zoomIn2d', 'zoomOut2d', 'resetScale2d']],
  toImageButtonOptions: { format: 'png', scale: 2, filename: 'mfusweep' },
};

// Draws, or draws again, in `node`; `hatched`: the ground of the chart shows where nothing is.
async function draw(node, traces, layout, hatched = false) {
  await Plotly.react(node, traces, layout, CHART_OPTIONS);
  if (!hatched) return;
  const hatch = () =>
    node.querySelectorAll('.bglayer rect.bg, .plot > rect.bg').forEach((ground) => {
      ground.style.fill = 'url(#hatch)';
    });
  hatch();
  if (!node.isHatched) node.on('plotly_afterplot', hatch);
  node.isHatched = true;
}

// ---- Axes of charts

// Ticks at values that are there, so many that they do not run into each other.
function ticksAt(numbers, isLog, most) {
  const wanted = [];
  const low = numbers[0],
    high = numbers[numbers.length - 1];
  for (let i = 0; i < most; i++) {
    const share = most > 1 ? i / (most - 1) : 0;
    const target = isLog ? low * (high / low) ** share : low + (high - low) * share;
    let best = numbers[0];
    const apart = (value) => (isLog ? Math.abs(Math.log(value / target)) : Math.abs(value - target));
    for (const value of numbers) if (apart(value) < apart(best)) best = value;
    if (!wanted.includes(best)) wanted.push(best);
  }
  return wanted;
}

// Powers of two or ten on logarithmic axes, which say more than whatever values lie evenly.
function roundTicks(numbers, most) {
  const low = numbers[0],
    high = numbers[numbers.length - 1];
  for (const factor of [2, 4, 8, 16, 32]) {
    const ticks = [];
    for (let tick = 2 ** Math.ceil(Math.log2(low) - 1e-9); tick <= high * 1.0001; tick *= factor) ticks.push(tick);
    if (ticks.length <= most) return ticks;
  }
  return [low, high];
}

// How a dimension lies along a chart's axis: places of its values (names by number), edges of its cells, and the axis' look.
function chartAxis(dim, most) {
  if (dim.isText) {
    const places = Array.from({ length: dim.size }, (_, i) => i),
      texts = places.map((i) => dim.text(i));
    return {
      places,
      edges: [...places, dim.size].map((place) => place - 0.5),
      look: axisLook(dim.longName, {
        type: 'linear',
        tickvals: places,
        ticktext: texts.map(escaped),
        range: [-0.5, dim.size - 0.5],
      }),
    };
  }
  const places = Array.from({ length: dim.size }, (_, i) => dim.number(i)),
    isLog = dim.isLog;
  const ticks =
    places.length <= most ? places : isLog && places[0] > 0 ? roundTicks(places, most) : ticksAt(places, isLog, most);
  const edges = edgesOf(places, isLog);
  const ends = [edges[0], edges[edges.length - 1]].map((edge) => (isLog ? Math.log10(edge) : edge));
  const title = dim.longName;
  return {
    places,
    edges,
    look: axisLook(title, { type: isLog ? 'log' : 'linear', tickvals: ticks, ticktext: ticks.map(shortNumber), range: ends }),
  };
}

// Half way between neighbours, on a logarithmic axis by ratio.
function edgesOf(places, isLog) {
  const inside = isLog ? Math.log : (value) => value,
    back = isLog ? Math.exp : (value) => value;
  const at = places.map(inside),
    n = at.length,
    edges = [];
  if (n === 1) return isLog ? [places[0] / 2, places[0] * 2] : [places[0] - 0.5, places[0] + 0.5];
  edges.push(at[0] - (at[1] - at[0]) / 2);
  for (let i = 1; i < n; i++) edges.push((at[i - 1] + at[i]) / 2);
  edges.push(at[n - 1] + (at[n - 1] - at[n - 2]) / 2);
  return edges.map(back);
}

// Ticks 1, 2, 5, 10 … between two numbers, for logarithmic colour bars and axes of values.
function decadeTicks(low, high, most = 9) {
  for (const digits of [[1, 2, 5], [1, 3], [1]])
    for (const skip of [1, 2, 3]) {
      const ticks = [];
      for (let decade = Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); decade++)
        if (decade % skip === 0)
          for (const digit of digits) {
            const tick = digit * 10 ** decade;
            if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
          }
      if (ticks.length <= most && (skip === 1 || digits.length === 1)) return ticks.length >= 2 ? ticks : [low, high];
    }
  return [low, high];
}

// The look of an axis of values.
function valueAxis(title, isLog, low, high) {
  if (!isLog || !(low > 0)) return axisLook(title, { rangemode: 'tozero', tickformat: ',~r', hoverformat: ',.4~r' });
  const ticks = decadeTicks(low / 1.15, high * 1.15, 8);
  return axisLook(title, {
    type: 'log',
    range: [Math.log10(low / 1.15), Math.log10(high * 1.15)],
    tickvals: ticks,
    ticktext: ticks.map((tick) => significant(tick, 3)),
  });
}
