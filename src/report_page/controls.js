// Small pieces of page: elements, selects, tables.

// make('p', { class: 'note' }, 'text', child, …)
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

// Replaces what is in a node; absent children are left out.
const fill = (node, ...children) => node.replaceChildren(...children.filter((child) => child !== null && child !== undefined));

// A labelled select. choices: [value, text]; onChange gets the value.
function pick(label, choices, chosen, onChange, key) {
  const select = make('select', { 'data-pick': key || label, on: { change: () => onChange(select.value) } });
  for (const [value, text] of choices)
    select.append(make('option', { value, selected: String(value) === String(chosen) }, text));
  return make('label', { class: 'control' }, make('span', {}, label), select);
}

function segments(node, choices, chosen, onChange) {
  node.replaceChildren(
    ...choices.map(([value, text]) =>
      make('button', { type: 'button', 'aria-pressed': String(value === chosen), on: { click: () => onChange(value) } }, text),
    ),
  );
}

// columns: [{ title, isNumber }], rows: arrays of texts or nodes.
function table(columns, rows) {
  const kind = (column) => (column.isNumber ? { class: 'number' } : {});
  const head = make('tr', {}, ...columns.map((column) => make('th', { scope: 'col', ...kind(column) }, column.title)));
  const body = rows.map((row) =>
    make('tr', {}, ...row.map((cell, i) => (cell instanceof HTMLTableCellElement ? cell : make('td', kind(columns[i]), cell)))),
  );
  return make('div', { class: 'table' }, make('table', {}, make('thead', {}, head), make('tbody', {}, ...body)));
}

const barCell = (share, isVoid) =>
  make(
    'td',
    { class: 'bar' },
    make('i', { class: isVoid ? 'void' : '', style: `width:${Math.max(0, Math.min(100, 100 * share))}%` }),
  );

// A command, and a button that copies it; where the page may not use the clipboard the text is selected instead.
function commandLine(text) {
  const code = make('code', {}, text);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'selected';
    }
    setTimeout(() => {
      button.textContent = 'copy';
    }, 1500);
  };
  const button = make('button', { type: 'button', on: { click: copy } }, 'copy');
  return make('pre', { class: 'copy' }, code, button);
}

// What colours stand for: [text, colour].
const colourKey = (entries) =>
  make(
    'div',
    { class: 'keys note' },
    ...entries.map(([text, colour]) => make('span', { class: 'key' }, make('i', { style: `background:${colour}` }), text)),
  );

const hatchKey = (text) => {
  const key = make('span', { class: 'key note' });
  key.innerHTML = '<svg aria-hidden="true"><rect width="100%" height="100%" fill="url(#hatch)"></rect></svg>';
  key.append(text);
  return key;
};
