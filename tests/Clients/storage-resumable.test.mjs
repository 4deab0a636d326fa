// Resumable uploads through the official TUS client: in pieces, paused, by signed URLs, and by whom they may be.
import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import test from 'node:test';
import { Upload } from 'tus-js-client';
import { anonKey, person, service, serviceKey, url } from './platform.mjs';

const endpoint = `${url}/storage/v1/upload/resumable`;
const sixMegabytes = 6 * 1024 * 1024; // what Supabase tells its clients to send at once
const admin = service();

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};
const bearer = (token) => ({ authorization: `Bearer ${token}`, apikey: anonKey });

async function bucket(t, options = { public: false }) {
  const id = `test-${randomUUID()}`;
  ok(await admin.storage.createBucket(id, options));
  t.after(async () => {
    await admin.storage.emptyBucket(id);
    await admin.storage.deleteBucket(id);
  });
  return id;
}

/** Sends everything; resolves with the upload and the statuses of its requests. `configure` may keep the upload to pause it. */
function send(body, bucketName, objectName, options = {}, configure = () => {}) {
  const { metadata, headers, ...others } = options;
  const requests = [];
  return new Promise((resolve, reject) => {
    const upload = new Upload(body, {
      endpoint, retryDelays: [0, 100, 500], chunkSize: sixMegabytes, headers: headers ?? bearer(serviceKey),
      metadata: { bucketName, objectName, contentType: 'application/x-test', cacheControl: '3600', ...metadata },
      onAfterResponse: (request, response) => requests.push(`${request.getMethod()} ${response.getStatus()}`),
      onError: reject, onSuccess: () => resolve({ upload, requests }), ...others,
    });
    configure(upload);
    upload.start();
  });
}

const refused = async (sending, status, words = /./) => {
  const error = await sending.then(() => assert.fail('it was not refused'), (failure) => failure);
  assert.equal(error.originalResponse?.getStatus(), status, error.message);
  assert.match(error.originalResponse.getBody(), words);
};
const download = async (id, name) => Buffer.from(await ok(await admin.storage.from(id).download(name)).arrayBuffer());

test('a large file goes in chunks and comes back as it went', async (t) => {
  const id = await bucket(t);
  const bytes = randomBytes(20_000_000);
  const { requests, upload } = await send(bytes, id, 'folder/ünï.bin', { metadata: { metadata: JSON.stringify({ album: 'a' }) } });
  assert.deepEqual(requests, ['POST 201', 'PATCH 204', 'PATCH 204', 'PATCH 204', 'PATCH 204']);
  assert.ok(upload.url.startsWith(`${endpoint}/`));
  assert.deepEqual(await download(id, 'folder/ünï.bin'), bytes);
  const info = ok(await admin.storage.from(id).info('folder/ünï.bin'));
  assert.deepEqual([info.size, info.contentType, info.cacheControl, info.metadata], [bytes.length, 'application/x-test', 'max-age=3600', { album: 'a' }]);
});

test('every size, every way of sending', async (t) => {
  const id = await bucket(t);
  const ways = {
    chunks: {}, whole: { chunkSize: Infinity }, small: { chunkSize: 1_000_000 }, creation: { uploadDataDuringCreation: true }, override: { overridePatchMethod: true },
  };
  for (const [way, options] of Object.entries(ways)) {
    for (const size of [0, 1, 2_500_000, 9_000_000]) {
      const bytes = randomBytes(size);
      await send(bytes, id, `${way}/${size}`, options);
      assert.deepEqual(await download(id, `${way}/${size}`), bytes, `${way} ${size}`);
    }
  }
  const bytes = randomBytes(9_000_000);
  await send(Readable.from([bytes.subarray(0, 4_000_000), bytes.subarray(4_000_000)]), id, 'deferred', { uploadLengthDeferred: true, uploadSize: null, chunkSize: 2_000_000 });
  assert.deepEqual(await download(id, 'deferred'), bytes);
});

test('paused in the midst of a request it goes on from what has arrived', async (t) => {
  const id = await bucket(t);
  const bytes = randomBytes(60_000_000);
  const folder = await mkdtemp(path.join(tmpdir(), 'hedgerow-paused-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'a'), bytes);
  let upload;
  let paused = false;
  const offsets = [];
  await send(createReadStream(path.join(folder, 'a')), id, 'a', {
    chunkSize: Infinity,
    onProgress: (sent) => {
      // It is told ten times a second at most: a quick machine may not hear of the second half at all.
      if (paused || sent < 15_000_000) return;
      paused = true;
      upload.abort().then(() => upload.start());
    },
    onAfterResponse: (request, response) => {
      if (request.getMethod() === 'HEAD') offsets.push(Number(response.getHeader('Upload-Offset')));
    },
  }, (made) => { upload = made; });
  assert.ok(paused && offsets[0] > 5_000_000 && offsets[0] < bytes.length, String(offsets));
  assert.deepEqual(await download(id, 'a'), bytes);
});

test('an upload that is ended is gone', async (t) => {
  const id = await bucket(t);
  let upload;
  await new Promise((resolve, reject) => {
    send(randomBytes(9_000_000), id, 'a', { chunkSize: 1_000_000, onChunkComplete: () => upload.abort(true).then(resolve, reject) }, (made) => { upload = made; }).catch(reject);
  });
  const answer = await fetch(upload.url ?? `${endpoint}/${randomUUID()}`, { method: 'HEAD', headers: { ...bearer(serviceKey), 'tus-resumable': '1.0.0' } });
  assert.equal(answer.status, 404);
});

test('a name that is taken is a conflict, unless it may be replaced', async (t) => {
  const id = await bucket(t);
  await send(Buffer.from('old'), id, 'a');
  await refused(send(Buffer.from('new'), id, 'a', { retryDelays: null }), 409, /already exists/);
  assert.equal((await download(id, 'a')).toString(), 'old');
  await send(Buffer.from('new'), id, 'a', { headers: { ...bearer(serviceKey), 'x-upsert': 'true' } });
  assert.equal((await download(id, 'a')).toString(), 'new');
});

test('what the bucket does not take is refused before it is sent', async (t) => {
  const id = await bucket(t, { public: false, fileSizeLimit: '1kb', allowedMimeTypes: ['image/*'] });
  await refused(send(randomBytes(1001), id, 'a', { metadata: { contentType: 'image/png' } }), 413, /maximum allowed size/);
  await refused(send(randomBytes(10), id, 'a', { metadata: { contentType: 'text/plain' } }), 415, /not supported/);
  await refused(send(randomBytes(10), randomUUID(), 'a'), 404, /Bucket not found/);
  await refused(send(randomBytes(10), id, '../a'), 400, /Invalid key/);
  await refused(send(randomBytes(10), id, 'a', { parallelUploads: 2, retryDelays: null }), 501, /Disable parallel uploads/);
});

test('policies decide who begins, and nobody goes on with what another began', async (t) => {
  const [ann, bob] = [await person('ann'), await person('bob')];
  const { data: workspace } = await ann.client.from('workspaces').insert({ name: 'Hers', slug: `hers-${randomUUID()}` }).select().single();
  const { data: project } = await ann.client.from('projects').insert({ workspace_id: workspace.id, name: 'Engine', slug: 'engine' }).select().single();
  const [hers, bytes] = [`${project.id}/a`, randomBytes(9_000_000)];
  t.after(() => admin.storage.from('project-files').remove([hers]));
  const forged = [Buffer.from('{"alg":"HS256","typ":"JWT"}'), Buffer.from('{"role":"service_role","exp":4000000000}')].map((part) => part.toString('base64url')).join('.');
  const forgery = `${forged}.${createHmac('sha256', 'a secret that somebody else made up').update(forged).digest('base64url')}`;
  const strangers = [bob.session.access_token, anonKey, forgery];
  for (const token of strangers) await refused(send(bytes, 'project-files', hers, { headers: bearer(token) }), 403);

  let upload;
  await new Promise((resolve, reject) => {
    send(bytes, 'project-files', hers, { headers: bearer(ann.session.access_token), onChunkComplete: () => upload.abort().then(resolve, reject) }, (made) => { upload = made; }).catch(reject);
  });
  for (const token of strangers) {
    for (const [method, more] of [['HEAD', {}], ['PATCH', { 'upload-offset': String(sixMegabytes), 'content-type': 'application/offset+octet-stream' }], ['DELETE', {}]]) {
      const answer = await fetch(upload.url, { method, headers: { ...bearer(token), 'tus-resumable': '1.0.0', ...more }, body: method === 'PATCH' ? 'x' : undefined });
      assert.equal(answer.status, 403, method);
    }
  }
  await send(bytes, 'project-files', hers, { headers: bearer(ann.session.access_token), uploadUrl: upload.url });
  assert.deepEqual(Buffer.from(await ok(await ann.client.storage.from('project-files').download(hers)).arrayBuffer()), bytes);
});

test('a signed URL opens the upload that it names, without any key', async (t) => {
  const id = await bucket(t);
  const { token } = ok(await admin.storage.from(id).createSignedUploadUrl('signed/a'));
  const bytes = randomBytes(9_000_000);
  const signed = { endpoint: `${endpoint}/sign`, headers: { 'x-signature': token } };
  await refused(send(bytes, id, 'signed/b', signed), 400, /Invalid signature/);
  await refused(send(bytes, id, 'signed/a', { ...signed, headers: {} }), 400, /x-signature/);
  await refused(send(bytes, id, 'signed/a', { ...signed, headers: { 'x-signature': `${token}x` } }), 400, /signature/);
  await refused(send(bytes, id, 'signed/a', { headers: { 'x-signature': token } }), 400, /authorization/);
  await send(bytes, id, 'signed/a', signed);
  assert.deepEqual(await download(id, 'signed/a'), bytes);
  await refused(send(bytes, id, 'signed/a', { ...signed, retryDelays: null }), 409);
});
