// Numbers and names as people read them.

const THIN = '\u202f',
  MINUS = '\u2212';

// A label without the unit behind it, with a capital in front.
const withoutUnit = (label) => label.replace(/\s*\([^()]*\)\s*$/, '').replace(/^[a-z]/, (letter) => letter.toUpperCase());

function grouped(digits) {
  const [whole, fraction] = digits.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
  return fraction ? `${spaced}.${fraction}` : spaced;
}

// A count or a value on an axis: in full, thousands apart.
function plainNumber(value) {
  if (!Number.isFinite(value)) return String(value);
  const digits = Number.isInteger(value) ? Math.abs(value).toFixed(0) : String(Number(Math.abs(value).toPrecision(6)));
  return (value < 0 ? MINUS : '') + (digits.includes('e') ? digits : grouped(digits));
}

// Lengths on axes: 32 Ki reads faster than 32 768.
function shortNumber(value) {
  if (value >= 1024 && value % 1024 === 0 && value < 1024 * 1024) return `${plainNumber(value / 1024)}${THIN}Ki`;
  if (value >= 1024 * 1024 && value % (1024 * 1024) === 0) return `${plainNumber(value / 1024 / 1024)}${THIN}Mi`;
  return plainNumber(value);
}

// Significant digits without exponent in the middle of the range, SI prefixes outside of it.
function significant(value, digits = 4) {
  if (!Number.isFinite(value)) return '\u2013';
  if (value === 0) return '0';
  const size = Math.abs(value),
    sign = value < 0 ? MINUS : '';
  if (size >= 1e6 || size < 1e-3) {
    const prefixes = { '-4': 'p', '-3': 'n', '-2': 'µ', '-1': 'm', 0: '', 1: 'k', 2: 'M', 3: 'G', 4: 'T', 5: 'P', 6: 'E' };
    const step = Math.max(-4, Math.min(6, Math.floor(Math.log10(size) / 3)));
    return `${sign}${significant(size / 10 ** (3 * step), digits)}${THIN}${prefixes[step]}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = size.toFixed(Math.min(decimals, 6));
  return sign + grouped(text.includes('.') ? text.replace(/\.?0+$/, '') : text);
}

const UNIT_WORDS = { 'tokens s-1': 'tokens/s', 1: '', us: 'µs' };
const unitWord = (units) => (units in UNIT_WORDS ? UNIT_WORDS[units] : units || '');

// How a field is shown: times in the unit that fits their size, everything else as it is. { factor, unit, label, text(value) }
function shown(field, largest) {
  let factor = 1,
    unit = unitWord(field.units);
  if (field.units === 'us' && largest >= 2e6) [factor, unit] = [1e-6, 's'];
  else if (field.units === 'us' && largest >= 2e3) [factor, unit] = [1e-3, 'ms'];
  return { factor, unit, label: unit ? `${field.label} (${unit})` : field.label };
}

// One value with the unit that fits it.
function valueText(field, value) {
  if (!Number.isFinite(value)) return 'no number';
  const { factor, unit } = shown(field, Math.abs(value));
  return unit ? `${significant(value * factor)}${THIN}${unit}` : significant(value);
}

const percentText = (percent, digits = 3) => (Number.isFinite(percent) ? `${significant(percent, digits)}${THIN}%` : '\u2013');
const signedPercent = (percent) => (percent > 0 ? '+' : '') + percentText(percent);
const shareText = (n, all) =>
  all > 0 ? (n > 0 && n / all < 0.0005 ? `<${THIN}0.1${THIN}%` : `${((100 * n) / all).toFixed(1)}${THIN}%`) : '\u2013';

// Chart texts take a little HTML: names from files must not be read as such.
const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

// A word as a shell takes it.
const shellWord = (word) => (/^[\w\-./=:,+]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);
