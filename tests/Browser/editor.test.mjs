// examples/editor in a real browser: two people in one project, and a gateway that is killed while they work.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { keptPort } from '../Support/ports.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
const skip = executablePath ? false : 'no Chromium is installed (Debian: chromium)';
const patience = 60_000;

const state = path.join(mkdtempSync(path.join(tmpdir(), 'hedgerow-editor-')), 'state');
const port = keptPort();
let gateway, browser, url;

/** A platform of its own: this one is killed. */
async function start() {
  gateway = spawn(path.join(root, 'hedgerow'), ['up', '--state', state, '--port', String(await port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  url = await new Promise((resolve, reject) => {
    let said = '';
    gateway.stdout.on('data', (data) => {
      said += data;
      const api = /^ *API +(http:\S+)/m.exec(said);
      if (api) resolve(api[1]);
    });
    gateway.once('exit', (code) => reject(new Error(`the platform ended with ${code}:\n${said}`)));
  });
}

function end(signal) {
  gateway.removeAllListeners('exit');
  const ended = new Promise((resolve) => { gateway.once('exit', resolve); });
  gateway.kill(signal);
  return ended;
}

before(async () => {
  if (skip) return;
  await start();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});

after(async () => {
  if (skip) return;
  await browser?.close();
  if (gateway?.exitCode === null) await end('SIGTERM');
  rmSync(path.dirname(state), { recursive: true, force: true });
});

async function api(token, method, where, body) {
  const response = await fetch(`${url}${where}`, {
    method,
    headers: { ...(token && { Authorization: `Bearer ${token}` }), 'Content-Type': 'application/json', Prefer: 'return=representation' },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  assert.ok(response.ok, JSON.stringify(answer));
  return answer;
}

async function signUp(name) {
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.test`;
  const { access_token: token } = await api(null, 'POST', '/auth/v1/signup', { email, password: 'correct horse', data: { full_name: name } });
  return { email, token };
}

/** A window of one person's, signed in. */
async function open({ email }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error));
  await page.goto(`${url}/examples/editor/`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#state', { hasText: 'live' }).waitFor();
  return {
    page, context, faults,
    file: (name) => page.getByRole('button', { name }),
    text: page.getByLabel('Content', { exact: true }),
    shows: (content) => page.waitForFunction((wanted) => document.querySelector('#text').value === wanted, content, { timeout: patience }),
    async save() {
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('#note', { hasText: /^Saved$/ }).waitFor();
    },
  };
}

test('two people edit one file, see each other, and miss nothing over a killed gateway', { skip, timeout: 5 * patience }, async () => {
  const [ada, bob] = [await signUp('ada'), await signUp('bob')];
  const [workspace] = await api(ada.token, 'POST', '/rest/v1/workspaces', { name: 'Pair', slug: `pair-${crypto.randomUUID()}` });
  await api(ada.token, 'POST', '/rest/v1/projects', { workspace_id: workspace.id, name: 'Shared', slug: 'shared' });
  const { token: invitation } = await api(ada.token, 'POST', '/rest/v1/rpc/invite_member', { workspace_id: workspace.id, email: bob.email, role: 'member' });
  await api(bob.token, 'POST', '/rest/v1/rpc/accept_invitation', { token: invitation });
  const [hers, his] = [await open(ada), await open(bob)];

  // A file that one makes appears at the other's; so does who is here.
  await hers.page.getByLabel('New file').fill('notes.md');
  await hers.page.getByRole('button', { name: 'Add' }).click();
  await his.file('notes.md').click();
  await hers.page.getByRole('list', { name: 'Who is here' }).getByText('bob', { exact: false }).waitFor();

  // What one saves the other sees; a cursor moves along.
  await hers.text.fill('one\ntwo\nthree');
  await hers.save();
  await his.shows('one\ntwo\nthree');
  await hers.text.press('Control+Home');
  await hers.text.press('ArrowDown');
  await his.page.locator('#lines li[data-who^="ada"]', { hasText: '2' }).waitFor();

  // Unsaved work is not overwritten.
  await his.text.fill('his own');
  await hers.text.fill('hers again');
  await hers.save();
  await his.page.getByRole('button', { name: 'Take theirs' }).click();
  await his.shows('hers again');

  // The gateway is killed; he is without a network while she saves to the next one. He hears of it when he is back, as of what is saved then.
  await end('SIGKILL');
  await his.context.setOffline(true);
  await hers.page.locator('#state', { hasText: 'reconnecting' }).waitFor();
  await his.page.locator('#state', { hasText: 'reconnecting' }).waitFor();
  await start();
  await hers.text.fill('saved while he was away');
  await hers.save();
  await his.context.setOffline(false);
  await his.shows('saved while he was away');
  await his.page.locator('#state', { hasText: 'live' }).waitFor();
  await hers.page.locator('#state', { hasText: 'live' }).waitFor();
  await his.text.fill('and back');
  await his.save();
  await hers.shows('and back');

  assert.deepEqual([...hers.faults, ...his.faults], []);
  const versions = await api(ada.token, 'GET', '/rest/v1/file_versions?select=content&order=version_number');
  assert.deepEqual(versions.map((version) => version.content).slice(-3), ['hers again', 'saved while he was away', 'and back']);
});

test('somebody without a project gets one; a stranger sees nothing of it', { skip, timeout: 2 * patience }, async () => {
  const stranger = await open(await signUp('eve'));
  assert.equal(await stranger.page.locator('#project option').count(), 1);
  assert.equal(await stranger.page.locator('#project option').textContent(), 'First project');
  assert.equal(await stranger.page.locator('#files li').count(), 0);
});
