// What is on the screen. Text from others goes in as text, never as markup.

const $ = (selector) => document.querySelector(selector);

/** The same person has the same colour in every window. */
const colour = (key) => `hsl(${[...key].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 7)} 70% 45%)`;

export function desk() {
  const [text, save, theirs] = [$('#text'), $('#save'), $('#theirs')];
  const cursors = new Map(); // key → {file, line, name}
  let shown; // id of the file in the editor

  function element(name, content, attributes = {}) {
    const made = document.createElement(name);
    made.textContent = content;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function lines() {
    const marks = new Map([...cursors.values()].filter((cursor) => cursor.file === shown).map((cursor) => [cursor.line, cursor]));
    $('#lines').replaceChildren(...text.value.split('\n').map((_, index) => {
      const mark = marks.get(index + 1);
      return element('li', index + 1, mark ? { 'data-who': mark.name, title: mark.name, style: `--colour: ${colour(mark.key)}` } : {});
    }));
  }

  text.addEventListener('input', lines);

  return {
    text: () => text.value,
    state: (state) => { $('#state').textContent = state; },
    note: (note) => { $('#note').textContent = note; },

    projects(all, enter) {
      $('#project').replaceChildren(...all.map((project) => element('option', project.name, { value: project.id })));
      $('#project').onchange = ({ target }) => enter(all.find((project) => project.id === target.value));
    },

    files(rows, current, open) {
      $('#files').replaceChildren(...rows.map((row) => {
        const item = element('li', '', row.id === current ? { 'aria-current': 'true' } : {});
        const button = element('button', row.path);
        button.onclick = () => open(row);
        item.append(button);
        return item;
      }));
    },

    edit(row) {
      const at = text.selectionStart;
      shown = row.id;
      text.value = row.content ?? '';
      text.disabled = save.disabled = false;
      text.setSelectionRange(at, at);
      theirs.hidden = true;
      lines();
    },

    offer(row, take) {
      theirs.hidden = false;
      theirs.onclick = take;
      $('#note').textContent = `${row.path} was saved by somebody else`;
    },

    people(all, me) {
      for (const key of cursors.keys()) if (!all.some((person) => person.key === key)) cursors.delete(key);
      $('#people').replaceChildren(...all.map((person) =>
        element('li', person.key === me ? `${person.name} (you)` : person.name, { style: `--colour: ${colour(person.key)}` })));
      lines();
    },

    cursor(cursor) {
      cursors.set(cursor.key, cursor);
      lines();
    },

    onAdd(add) {
      $('#new-file').onsubmit = async (event) => {
        event.preventDefault();
        const { path } = event.target;
        await attempt(() => add(path.value));
        path.value = '';
      };
    },

    onSave(write) {
      save.onclick = () => attempt(() => write(text.value));
      text.addEventListener('keydown', (event) => {
        if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        save.click();
      });
    },

    onCursor(tell) {
      document.addEventListener('selectionchange', () => {
        if (document.activeElement !== text) return;
        const before = text.value.slice(0, text.selectionStart).split('\n');
        tell(before.length, before.at(-1).length + 1);
      });
    },
  };

  async function attempt(action) {
    try {
      await action();
    } catch (error) {
      $('#note').textContent = error.message;
    }
  }
}
