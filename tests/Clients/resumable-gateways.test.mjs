// An upload by the official TUS client outlives the gateway it began on: killed and started again, and beside another one.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createClient } from '@supabase/supabase-js';
import { Upload } from 'tus-js-client';
import { keptPort } from '../Support/ports.mjs';
import { root } from './platform.mjs';

const chunk = 6 * 1024 * 1024;
const running = new Set();
let folder, port, first;

/** Starts a gateway; resolves with what its table says. */
function up(...more) {
  const gateway = spawn(path.join(root, 'hedgerow'), ['up', ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(gateway);
  return new Promise((resolve, reject) => {
    let said = '';
    const named = (name) => new RegExp(`^\\s*${name}\\s+(\\S+)`, 'm').exec(said)?.[1];
    gateway.stdout.on('data', (text) => {
      said += text;
      if (/service key\s+\S+\s/.test(said)) resolve({ gateway, url: named('API'), serviceKey: named('service key') });
    });
    gateway.once('exit', () => reject(new Error(`the gateway does not start: ${said}`)));
  });
}

function end(gateway, signal = 'SIGTERM') {
  running.delete(gateway);
  const ended = new Promise((resolve) => gateway.once('exit', resolve));
  gateway.kill(signal);
  return ended;
}

const state = (name) => path.join(folder, name);

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hedgerow-resumable-'));
  port = String(await keptPort());
  first = await up('--state', state('a'), '--port', port);
  const { error } = await files(first).createBucket('files', { public: false });
  assert.equal(error, null);
});

after(async () => {
  for (const gateway of running) await end(gateway);
  await rm(folder, { recursive: true });
});

const files = ({ url, serviceKey }) =>
  createClient(url, serviceKey, { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: globalThis.WebSocket ?? class {} } }).storage;
const download = async (platform, name) => Buffer.from(await (await files(platform).from('files').download(name)).data.arrayBuffer());

const send = (platform, bytes, objectName, options, keep = () => {}) => new Promise((resolve, reject) => {
  const upload = new Upload(bytes, {
    endpoint: `${platform.url}/storage/v1/upload/resumable`, chunkSize: chunk, retryDelays: Array(240).fill(500), headers: { authorization: `Bearer ${platform.serviceKey}` },
    metadata: { bucketName: 'files', objectName }, onError: reject, onSuccess: resolve, ...options,
  });
  keep(upload);
  upload.start();
});

test('killed in the midst of it, and started again, the upload goes on by itself', async () => {
  const bytes = randomBytes(30_000_000);
  let restarted;
  await send(first, bytes, 'killed', {
    onChunkComplete: () => {
      restarted ??= end(first.gateway, 'SIGKILL').then(() => up('--state', state('a'), '--port', port));
    },
  });
  first = await restarted;
  assert.deepEqual(await download(first, 'killed'), bytes);
});

test('begun on one gateway, it is finished on another', async () => {
  await mkdir(state('b'));
  await copyFile(path.join(state('a'), 'secrets.json'), path.join(state('b'), 'secrets.json'));
  const { DB_URL: database } = JSON.parse(execFileSync(path.join(root, 'hedgerow'), ['status', '--state', state('a'), '-o', 'json'], { encoding: 'utf8' }));
  const second = await up('--state', state('b'), '--port', '0', '--db', database, '--storage', pathToFileURL(path.join(state('a'), 'storage')).href);
  const bytes = randomBytes(20_000_000);
  let upload;
  await new Promise((resolve, reject) => {
    send(first, bytes, 'moved', { onChunkComplete: () => upload.abort().then(resolve, reject) }, (made) => { upload = made; }).catch(reject);
  });
  const methods = [];
  await send(second, bytes, 'moved', {
    uploadUrl: upload.url.replace(first.url, second.url), onAfterResponse: (request, response) => methods.push(`${request.getMethod()} ${response.getHeader('Upload-Offset')}`),
  });
  assert.equal(methods[0], `HEAD ${chunk}`);
  assert.deepEqual(await download(first, 'moved'), bytes);
});
