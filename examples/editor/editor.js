// Two people, one project: what one saves the other sees at once, and nothing saved is missed, whatever breaks in between.
//   rows       a stream of changes to `files`; after a break it goes on from the last cursor
//   cursors    broadcasts, which may be lost: the next one is 50 ms away
//   who is here  presence
// Who may read and write is decided by the policies on projects and files. Nothing here checks it.
import { backend } from './backend.js';
import { follow } from './follow.js';
import { desk } from './desk.js';

const form = document.querySelector('#sign-in');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { email, password } = form;
  try {
    const api = await backend(event.submitter.value, email.value, password.value);
    form.hidden = true;
    document.querySelector('#desk').hidden = false;
    await work(api);
  } catch (error) {
    form.querySelector('[role=alert]').textContent = error.message;
  }
});

async function work(api) {
  const view = desk();
  const files = new Map(); // id → row
  let project, live, open; // open: {id, base} of the file in the editor; base is the content that was last read or saved

  const projects = await api.projects();
  view.projects(projects, enter);
  await enter(projects[0]);

  async function enter(next) {
    project = next;
    open = undefined;
    files.clear();
    await live?.stop();
    // Subscribed first, read afterwards: what is saved in between comes twice rather than not at all.
    live = follow(api, project, {
      rows: apply,
      cursor: (cursor) => view.cursor(cursor, open?.id),
      people: view.people,
      state: view.state,
      subscribed: load,
    });
    await live.start();
  }

  /** Reads all rows: at the start, and where the log does not reach back far enough. */
  async function load() {
    for (const row of await api.files(project.id)) files.set(row.id, row);
    show();
  }

  function apply({ type, record, old_record: old }) {
    if (type === 'DELETE' || record.is_deleted) files.delete((record ?? old).id);
    else files.set(record.id, record);
    const mine = open && files.get(open.id);
    if (mine && mine.content !== open.base) {
      // Unsaved work is never overwritten by somebody else's.
      if (view.text() === open.base) edit(mine);
      else if (view.text() === mine.content) open.base = mine.content;
      else view.offer(mine, () => edit(mine));
    }
    show();
  }

  function show() {
    const sorted = [...files.values()].filter((row) => row.type === 'file').sort((a, b) => a.path.localeCompare(b.path));
    view.files(sorted, open?.id, edit);
  }

  function edit(row) {
    open = { id: row.id, base: row.content ?? '' };
    view.edit(row);
    show();
    live.open(row);
    api.editing(project.id, row.id).catch((error) => view.note(error.message));
  }

  view.onAdd(async (path) => edit(await api.addFile(project.id, path)));
  view.onSave(async (content) => {
    const id = open.id;
    view.note('Saving …');
    await api.save(id, content); // waits for the gateway where there is none at the moment
    if (open.id === id) open.base = content;
    view.note('Saved');
  });
  view.onCursor((line, column) => open && live.cursor({ file: open.id, line, column }));
}
