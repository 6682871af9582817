// What can be said of cells besides their numbers.

function renderFlags(node, block) {
  const flags = block.raw.flags,
    field = block.ofKind('bits'),
    all = block.raw.n_selected;
  if (!flags || !field) return false;
  const words = (name) => {
    const meaning = field.meanings.find((one) => one.name === name);
    return (meaning && meaning.text) || name.replace(/^not:/, 'constraint does not hold: ');
  };
  const row = (text, n, isVoid, name) => [
    make('td', {}, text, name ? make('small', {}, ` ${name}`) : ''),
    plainNumber(n),
    shareText(n, all),
    barCell(n / all, isVoid),
  ];
  const columns = [{ title: 'reason' }, { title: 'cells', isNumber: true }, { title: 'share', isNumber: true }, { title: '' }];
  const rowsOf = (isVoid) =>
    flags.bits
      .filter((bit) => bit.has_no_number === isVoid)
      .sort((a, b) => b.n - a.n)
      .map((bit) => row(words(bit.name), bit.n, isVoid, bit.name));
  const withNumbers = all - flags.n_no_number - flags.n_absent,
    told = rowsOf(false),
    missing = rowsOf(true);
  if (flags.n_absent > 0) missing.push(row('not computed yet: its shard is missing', flags.n_absent, true));
  const unflagged = flags.n_plain > 0 ? `${shareText(flags.n_plain, all)} have no flag at all` : 'every one has a flag';
  const parts = [
    make(
      'p',
      { class: 'say' },
      `${shareText(withNumbers, all)} of the cells have been evaluated, and ${unflagged}. A flag does not make a number ` +
        'wrong: it says what the number rests on, or that such a step would not fit. A cell can have several.',
    ),
  ];
  if (told.length > 0) parts.push(make('h3', {}, 'Cells that were evaluated'), table(columns, told));
  if (missing.length > 0) parts.push(make('h3', {}, 'Cells without a number, and why'), table(columns, missing));
  if (told.length + missing.length === 0) parts.push(make('p', {}, 'No cell has a flag.'));
  fill(node, ...parts);
  return true;
}
