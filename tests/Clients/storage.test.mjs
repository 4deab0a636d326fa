// Files through the official client: buckets, objects, lists, signed URLs.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import test from 'node:test';
import { anonKey, person, service, serviceKey, url, visitor } from './platform.mjs';

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};
const refused = ({ data, error }, code, statusCode) => {
  assert.ok(error, `expected ${code}, got ${JSON.stringify(data)}`);
  assert.deepEqual({ code: error.code, statusCode: error.statusCode, status: error.status }, { code, statusCode, status: 400 });
  return error;
};
const text = async (blob) => Buffer.from(await blob.arrayBuffer()).toString();
const admin = service();

/** A bucket of the test's own. */
async function bucket(t, options = { public: false }) {
  const id = `test-${randomUUID()}`;
  ok(await admin.storage.createBucket(id, options));
  t.after(async () => {
    await admin.storage.emptyBucket(id);
    await admin.storage.deleteBucket(id);
  });
  return id;
}

test('a bucket is created, found, listed, changed, emptied and deleted', async (t) => {
  const id = `bucket-${randomUUID()}`;
  assert.deepEqual(ok(await admin.storage.createBucket(id, { public: true, fileSizeLimit: '20mb', allowedMimeTypes: ['image/*', 'text/plain'] })), { name: id });
  t.after(() => admin.storage.deleteBucket(id));
  refused(await admin.storage.createBucket(id), 'BucketAlreadyExists', '409');

  const found = ok(await admin.storage.getBucket(id));
  assert.deepEqual(
    { id: found.id, name: found.name, public: found.public, limit: found.file_size_limit, types: found.allowed_mime_types },
    { id, name: id, public: true, limit: 20_000_000, types: ['image/*', 'text/plain'] });
  assert.ok(!Number.isNaN(Date.parse(found.created_at)));

  const listed = ok(await admin.storage.listBuckets({ search: id.slice(0, 20), limit: 10, offset: 0, sortColumn: 'name', sortOrder: 'desc' }));
  assert.deepEqual(listed.map((each) => each.id), [id]);

  assert.deepEqual(ok(await admin.storage.updateBucket(id, { public: false, fileSizeLimit: null, allowedMimeTypes: null })), { message: 'Successfully updated' });
  const changed = ok(await admin.storage.getBucket(id));
  assert.deepEqual([changed.public, changed.file_size_limit, changed.allowed_mime_types], [false, null, null]);

  ok(await admin.storage.from(id).upload('a/b.txt', 'hello'));
  refused(await admin.storage.deleteBucket(id), 'ResourceNotEmpty', '409');
  ok(await admin.storage.emptyBucket(id));
  assert.deepEqual(ok(await admin.storage.from(id).list()), []);
  assert.deepEqual(ok(await admin.storage.deleteBucket(id)), { message: 'Successfully deleted' });
  refused(await admin.storage.getBucket(id), 'NoSuchBucket', '404');
  refused(await admin.storage.deleteBucket(id), 'NoSuchBucket', '404');
});

test('buckets that cannot be are refused', async () => {
  refused(await admin.storage.createBucket(''), 'InvalidBucketName', '400');
  refused(await admin.storage.createBucket('a/b'), 'InvalidBucketName', '400');
  for (const spaced of [' ', ' a', 'a ']) refused(await admin.storage.createBucket(spaced), 'InvalidBucketName', '400');
  refused(await admin.storage.createBucket(randomUUID(), { public: false, type: 'OTHER' }), 'InvalidRequest', '400');
  refused(await admin.storage.createBucket(randomUUID(), { public: false, versioningStatus: 'PERHAPS' }), 'InvalidRequest', '400');
  refused(await admin.storage.createBucket('x'.repeat(101)), 'InvalidBucketName', '400');
  refused(await admin.storage.createBucket(randomUUID(), { public: false, fileSizeLimit: 'ten' }), 'InvalidRequest', '400');
  refused(await admin.storage.createBucket(randomUUID(), { public: false, fileSizeLimit: '9999GB' }), 'EntityTooLarge', '413');
  refused(await admin.storage.createBucket(randomUUID(), { public: false, allowedMimeTypes: ['nonsense'] }), 'InvalidMimeType', '415');
  const { client } = await person();
  refused(await client.storage.createBucket(randomUUID()), 'AccessDenied', '403');
  refused(await visitor().storage.createBucket(randomUUID()), 'AccessDenied', '403');
});

test('every kind of body comes back as it went', async (t) => {
  const files = admin.storage.from(await bucket(t));
  const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 128]);
  const form = new FormData();
  form.append('file', new Blob([bytes], { type: 'image/png' }), 'x.png');
  const bodies = {
    'string.txt': 'häll\u{1F600}', 'buffer.bin': bytes, 'array.bin': new Uint8Array(bytes).buffer, 'blob.bin': new Blob([bytes], { type: 'application/x-test' }),
    'form.png': form, 'stream.bin': Readable.from([bytes]), 'empty.txt': '', 'folder/sub/deep.txt': 'deep', 'ünï çödé ☃ & = + (1).txt': 'unicode',
  };
  for (const [name, body] of Object.entries(bodies)) {
    const uploaded = ok(await files.upload(name, body, { duplex: 'half' }));
    assert.equal(uploaded.path, name);
    assert.match(uploaded.id, /^[0-9a-f-]{36}$/);
    const back = Buffer.from(await ok(await files.download(name)).arrayBuffer());
    const sent = typeof body === 'string' ? Buffer.from(body) : bytes;
    assert.deepEqual(back, sent, name);
  }
  assert.equal(ok(await files.info('blob.bin')).contentType, 'application/x-test');
  assert.equal(ok(await files.info('form.png')).contentType, 'image/png');
});

test('info says what is known, exists says whether', async (t) => {
  const id = await bucket(t);
  const files = admin.storage.from(id);
  ok(await files.upload('a.txt', 'hello', { contentType: 'text/plain', cacheControl: '60', metadata: { answer: 42, who: { is: 'ä' } } }));
  ok(await files.upload('b.txt', new Blob(['hello']), { metadata: { form: true } }));
  const info = ok(await files.info('a.txt'));
  assert.deepEqual(
    { name: info.name, bucketId: info.bucketId, size: info.size, contentType: info.contentType, cacheControl: info.cacheControl, metadata: info.metadata, etag: info.etag },
    {
      name: 'a.txt', bucketId: id, size: 5, contentType: 'text/plain', cacheControl: 'max-age=60', metadata: { answer: 42, who: { is: 'ä' } },
      etag: '"5d41402abc4b2a76b9719d911017c592"',
    });
  assert.deepEqual(ok(await files.info('b.txt')).metadata, { form: true });
  assert.equal((await files.exists('a.txt')).data, true);
  assert.equal((await files.exists('c.txt')).data, false);
  refused(await files.info('c.txt'), 'NoSuchKey', '404');
  const head = (name) => fetch(`${url}/storage/v1/object/info/${files.bucketId}/${name}`, { method: 'HEAD', headers: { authorization: `Bearer ${serviceKey}` } });
  const [known, unknown] = [await head('a.txt'), await head('nothing')];
  assert.deepEqual([known.status, known.headers.get('etag') !== null, await known.text(), unknown.status], [200, true, '', 400]);
});

test('an upload replaces only what it is told to', async (t) => {
  const files = admin.storage.from(await bucket(t));
  const first = ok(await files.upload('a.txt', 'one'));
  refused(await files.upload('a.txt', 'two'), 'KeyAlreadyExists', '409');
  assert.equal(await text(ok(await files.download('a.txt'))), 'one');
  const second = ok(await files.upload('a.txt', 'three', { upsert: true }));
  assert.equal(second.id, first.id);
  ok(await files.update('a.txt', 'four', { contentType: 'text/css' }));
  assert.equal(await text(ok(await files.download('a.txt'))), 'four');
  assert.equal(ok(await files.info('a.txt')).contentType, 'text/css');
});

test('a list shows folders and files, sorted, searched and paged', async (t) => {
  const files = admin.storage.from(await bucket(t));
  for (const name of ['b.txt', 'a.txt', 'dir/one.txt', 'dir/two.txt', 'dir/sub/three.txt', 'other/x.txt', 'Upper.txt']) ok(await files.upload(name, name));
  const names = (entries) => entries.map((entry) => `${entry.name}${entry.id === null ? '/' : ''}`);

  assert.deepEqual(names(ok(await files.list())), ['a.txt', 'b.txt', 'dir/', 'other/', 'Upper.txt']);
  assert.deepEqual(names(ok(await files.list('dir'))), ['one.txt', 'sub/', 'two.txt']);
  assert.deepEqual(names(ok(await files.list('dir/', { sortBy: { column: 'name', order: 'desc' } }))), ['two.txt', 'sub/', 'one.txt']);
  assert.deepEqual(names(ok(await files.list('', { search: 'UP' }))), ['Upper.txt']);
  assert.deepEqual(names(ok(await files.list('', { limit: 2, offset: 1 }))), ['b.txt', 'dir/']);
  assert.deepEqual(names(ok(await files.list('', { limit: 2, offset: 4 }))), ['Upper.txt']);
  assert.deepEqual(names(ok(await files.list('', { sortBy: { column: 'created_at', order: 'desc' } }))), ['other/', 'dir/', 'Upper.txt', 'a.txt', 'b.txt']);
  assert.deepEqual(names(ok(await files.list('nowhere'))), []);
  const [entry] = ok(await files.list('', { limit: 1 }));
  assert.deepEqual([entry.metadata.size, entry.metadata.mimetype, entry.metadata.cacheControl], [5, 'text/plain;charset=UTF-8', 'max-age=3600']);
});

test('list v2 goes on after a cursor, with folders or without', async (t) => {
  const files = admin.storage.from(await bucket(t));
  const all = ['a/1.txt', 'a/2.txt', 'a-b.txt', 'b/c/3.txt', 'c.txt', 'd.txt'];
  for (const name of all) ok(await files.upload(name, name));
  const pages = async (options) => {
    const seen = [];
    for (let cursor; ;) {
      const page = ok(await files.listV2({ ...options, cursor }));
      seen.push(...[...page.folders, ...page.objects].map((entry) => entry.name).sort());
      if (!page.hasNext) return seen;
      cursor = page.nextCursor;
    }
  };
  assert.deepEqual(await pages({ limit: 2 }), ['a-b.txt', 'a/1.txt', 'a/2.txt', 'b/c/3.txt', 'c.txt', 'd.txt']);
  for (const limit of [1, 2, 3, 100]) assert.deepEqual((await pages({ limit, with_delimiter: true })).sort(), ['a-b.txt', 'a/', 'b/', 'c.txt', 'd.txt']);
  assert.deepEqual(await pages({ limit: 1, with_delimiter: true, sortBy: { column: 'name', order: 'desc' } }), ['d.txt', 'c.txt', 'b/', 'a/', 'a-b.txt']);
  assert.deepEqual(await pages({ limit: 1, prefix: 'a/', with_delimiter: true }), ['a/1.txt', 'a/2.txt']);
  assert.deepEqual(await pages({ limit: 1, sortBy: { column: 'created_at', order: 'desc' } }), [...all].reverse());
  assert.deepEqual(await pages({ limit: 2, with_delimiter: true, sortBy: { column: 'created_at', order: 'asc' } }), ['a-b.txt', 'a/', 'b/', 'c.txt', 'd.txt']);
  refused(await files.listV2({ cursor: 'made up' }), 'InvalidRequest', '400');
});

test('a list of one name holds that object and nothing that begins with it', async (t) => {
  const files = admin.storage.from(await bucket(t));
  for (const name of ['dir/a.txt', 'dir/a.txt.old', 'dir/a.txt/below', 'Dir/A.txt']) ok(await files.upload(name, name));
  const names = (entries) => entries.map((entry) => entry.name);
  const exact = { exactMatch: true, noncurrentVersions: 'exclude', deleteMarkers: 'exclude' };
  assert.deepEqual(names(ok(await files.list('dir/a.txt', exact))), ['dir/a.txt']);
  assert.deepEqual(names(ok(await files.list('dir/a.txt', { ...exact, search: 'A.T' }))), ['dir/a.txt']);
  assert.deepEqual(names(ok(await files.list('dir/a.txt', { ...exact, search: 'b' }))), []);
  assert.deepEqual(names(ok(await files.list('dir/a.txt', { ...exact, offset: 1 }))), []);
  for (const nothing of ['dir', 'dir/', 'dir/a', 'DIR/a.txt', '']) assert.deepEqual(names(ok(await files.list(nothing, exact))), []);
  for (const with_delimiter of [true, false]) {
    const page = ok(await files.listV2({ prefix: 'dir/a.txt', with_delimiter, ...exact }));
    assert.deepEqual([page.hasNext, page.folders, names(page.objects)], [false, [], ['dir/a.txt']]);
    assert.deepEqual(ok(await files.listV2({ prefix: 'dir/', with_delimiter, ...exact })).objects, []);
  }
  const { nextCursor } = ok(await files.listV2({ prefix: 'dir/', limit: 1 }));
  refused(await files.listV2({ prefix: 'dir/', cursor: nextCursor, exactMatch: true }), 'InvalidParameter', '400');
  refused(await files.list('', { exactMatch: 'perhaps' }), 'InvalidRequest', '400');
  refused(await files.list('', { noncurrentVersions: 'some' }), 'InvalidRequest', '400');
});

test('what Supabase\'s validator takes for a number, a text or a list is one', async (t) => {
  const id = await bucket(t);
  const files = admin.storage.from(id);
  for (const name of ['1', '2', '3']) ok(await files.upload(name, name));
  assert.deepEqual(ok(await files.list('', { limit: '2', offset: '1' })).map((each) => each.name), ['2', '3']);
  assert.equal(ok(await files.listV2({ limit: '1', with_delimiter: 'true', prefix: 2 })).objects[0].name, '2');
  refused(await files.list('', { limit: 'two' }), 'InvalidRequest', '400');
  refused(await files.list('', { limit: '' }), 'InvalidRequest', '400');
  refused(await files.list('', { limit: '0' }), 'InvalidRequest', '400');
  assert.deepEqual(ok(await files.remove('3')).map((each) => each.name), ['3']);
});

test('what an upload tells search engines comes with its downloads', async (t) => {
  const id = await bucket(t, { public: true });
  const files = admin.storage.from(id);
  const tag = async (name) => (await fetch(files.getPublicUrl(name).data.publicUrl)).headers.get('x-robots-tag');
  const rules = 'googlebot: noindex, max-image-preview: large, unavailable_after: Thu, 25 Jun 2026 15:00:00 PST, nofollow';
  ok(await files.upload('a.txt', 'x', { headers: { 'x-robots-tag': rules } }));
  ok(await files.upload('b.txt', new Blob(['x']), { headers: { 'x-robots-tag': 'all' } }));
  ok(await files.upload('c.txt', 'x'));
  ok(await files.copy('a.txt', 'd.txt'));
  assert.deepEqual(await Promise.all(['a.txt', 'b.txt', 'c.txt', 'd.txt'].map(tag)), [rules, 'all', 'none', rules]);
  for (const wrong of ['index', 'noindex,,nofollow', 'max-snippet: many', 'max-image-preview: huge', 'unavailable_after: soon', 'googlebot:', 'bot: index'])
    assert.match(refused(await files.upload('e.txt', 'x', { headers: { 'x-robots-tag': wrong } }), 'InvalidRequest', '400').message, /^Invalid X-Robots-Tag header: /);
  assert.equal(ok(await files.list()).length, 4);
});

test('lifecycles are refused as by a server that keeps no versions', async (t) => {
  const id = await bucket(t);
  const rules = [{ status: 'Enabled', filter: {}, noncurrentVersionExpiration: { noncurrentDays: 1 } }];
  refused(await admin.storage.getBucketLifecycle(id), 'FeatureNotEnabled', '409');
  refused(await admin.storage.updateBucketLifecycle(id, { rules }), 'FeatureNotEnabled', '409');
  refused(await admin.storage.deleteBucketLifecycle(id), 'FeatureNotEnabled', '409');
  refused(await visitor().storage.getBucketLifecycle(id), 'FeatureNotEnabled', '409');
});

test('a copy without the metadata of its source has what it is given', async (t) => {
  const id = await bucket(t);
  const files = admin.storage.from(id);
  ok(await files.upload('a.txt', 'x', { contentType: 'text/css', contentEncoding: 'gzip', metadata: { mine: 1 } }));
  ok(await files.copy('a.txt', 'b.txt', { copyMetadata: false, metadata: { contentEncoding: '', mimetype: 'text/plain' } }));
  const plain = ok(await files.info('b.txt'));
  assert.deepEqual([plain.contentType, plain.contentEncoding, plain.cacheControl, plain.metadata], ['text/plain', null, 'max-age=3600', null]);
  const raw = await fetch(`${url}/storage/v1/object/copy`, {
    method: 'POST', headers: { authorization: `Bearer ${serviceKey}`, 'content-type': 'application/json', 'x-metadata': btoa('{"other": 2}') },
    body: JSON.stringify({ bucketId: id, sourceKey: 'a.txt', destinationKey: 'c.txt', copyMetadata: false }),
  });
  assert.equal(raw.status, 200);
  const given = ok(await files.info('c.txt'));
  assert.deepEqual([given.contentType, given.contentEncoding, given.metadata], ['text/css', 'gzip', { other: 2 }]);
});

test('objects are moved, copied and removed, also between buckets', async (t) => {
  const [from, to] = [await bucket(t), await bucket(t)];
  const files = admin.storage.from(from);
  ok(await files.upload('a.txt', 'hello', { contentType: 'text/css', metadata: { mine: 1 } }));
  assert.equal(ok(await files.move('a.txt', 'dir/b.txt')).message, 'Successfully moved');
  assert.equal(ok(await files.copy('dir/b.txt', 'c.txt')).path, `${from}/c.txt`);
  assert.equal(ok(await files.copy('c.txt', 'd.txt', { destinationBucket: to })).path, `${to}/d.txt`);
  ok(await files.move('c.txt', 'e.txt', { destinationBucket: to }));
  for (const name of ['d.txt', 'e.txt']) {
    const info = ok(await admin.storage.from(to).info(name));
    assert.deepEqual([info.contentType, info.metadata], ['text/css', { mine: 1 }]);
    assert.equal(await text(ok(await admin.storage.from(to).download(name))), 'hello');
  }
  refused(await files.move('nothing.txt', 'x.txt'), 'NoSuchKey', '404');
  refused(await admin.storage.from(`no-${randomUUID()}`).move('nothing.txt', 'x.txt'), 'NoSuchKey', '404');
  refused(await files.move('dir/b.txt', 'x.txt', { destinationBucket: `no-${randomUUID()}` }), 'NoSuchBucket', '404');
  refused(await files.copy('nothing.txt', 'x.txt'), 'NoSuchKey', '404');
  ok(await files.upload('f.txt', 'other'));
  refused(await files.move('f.txt', 'dir/b.txt'), 'KeyAlreadyExists', '409');

  const removed = ok(await files.remove(['dir/b.txt', 'f.txt', 'nothing.txt']));
  assert.deepEqual(removed.map((each) => each.name).sort(), ['dir/b.txt', 'f.txt']);
  assert.deepEqual(ok(await files.list()), []);
});

test('who asks for an old version does not get the current one', async (t) => {
  const files = admin.storage.from(await bucket(t));
  ok(await files.upload('a.txt', 'x'));
  const versionId = randomUUID();
  refused(await files.download('a.txt', { versionId }), 'FeatureNotEnabled', '409');
  refused(await files.info('a.txt', { versionId }), 'FeatureNotEnabled', '409');
  refused(await files.createSignedUrl('a.txt', 60, { versionId }), 'FeatureNotEnabled', '409');
  refused(await files.move('a.txt', 'b.txt', { sourceVersionId: versionId }), 'FeatureNotEnabled', '409');
  refused(await files.copy('a.txt', 'b.txt', { sourceVersionId: versionId }), 'FeatureNotEnabled', '409');
  refused(await files.remove([{ path: 'a.txt', versionId }]), 'FeatureNotEnabled', '409');
  refused(await files.list('', { noncurrentVersions: 'include' }), 'FeatureNotEnabled', '409');
  refused(await files.listV2({ deleteMarkers: 'only' }), 'FeatureNotEnabled', '409');
  assert.deepEqual(ok(await files.list()).map((each) => each.name), ['a.txt']);
});

test('a signed URL opens one object for a while', async (t) => {
  const id = await bucket(t);
  const files = admin.storage.from(id);
  ok(await files.upload('dir/a b.txt', 'secret'));
  const { signedUrl } = ok(await files.createSignedUrl('dir/a b.txt', 60));
  const answer = await fetch(signedUrl);
  assert.equal(await answer.text(), 'secret');
  assert.ok(Date.parse(answer.headers.get('expires')) > Date.now());

  // Not by the client's `download`: it escapes the name twice.
  assert.match((await fetch(`${signedUrl}&download=${encodeURIComponent('nämé.txt')}`)).headers.get('content-disposition'), /^attachment; filename=n_m_.txt; filename\*=UTF-8''n%C3%A4m%C3%A9\.txt/);

  const many = ok(await files.createSignedUrls(['dir/a b.txt', 'nothing'], 60));
  assert.equal(await (await fetch(many[0].signedUrl)).text(), 'secret');
  assert.deepEqual([many[1].signedUrl, many[1].error], [null, 'Either the object does not exist or you do not have access to it']);

  const { pathname, searchParams } = new URL(signedUrl);
  const token = searchParams.get('token');
  for (const [bad, code] of [
    [`${pathname.replace('a%20b', 'c')}?token=${token}`, 'InvalidSignature'], [`${pathname}?token=${token.replace(/[^.]+$/, 'A'.repeat(43))}`, 'InvalidJWT'],
    [`${pathname}?token=nonsense`, 'InvalidJWT'], [`${pathname}?token=${anonKey}`, 'InvalidSignature'], [pathname, 'InvalidRequest'],
  ]) {
    const response = await fetch(new URL(bad, url));
    assert.deepEqual([response.status, (await response.json()).code], [400, code], bad);
  }
  refused(await files.createSignedUrl('nothing', 60), 'NoSuchKey', '404');
  refused(await visitor().storage.from(id).createSignedUrl('dir/a b.txt', 60), 'NoSuchKey', '404');
});

test('a signed upload URL lets a stranger put one object', async (t) => {
  const files = admin.storage.from(await bucket(t));
  const stranger = visitor().storage.from(files.bucketId);
  const { token, path } = ok(await files.createSignedUploadUrl('in/box.txt'));
  assert.equal(path, 'in/box.txt');
  refused(await stranger.uploadToSignedUrl('in/other.txt', token, 'x'), 'InvalidSignature', '400');
  assert.equal(ok(await stranger.uploadToSignedUrl(path, token, new Blob(['from outside']))).path, path);
  assert.equal(await text(ok(await files.download(path))), 'from outside');
  refused(await stranger.uploadToSignedUrl(path, token, 'again'), 'KeyAlreadyExists', '409');
  const again = ok(await files.createSignedUploadUrl(path, { upsert: true }));
  ok(await stranger.uploadToSignedUrl(path, again.token, 'again'));
  assert.equal(await text(ok(await files.download(path))), 'again');

  const download = new URL(ok(await files.createSignedUrl(path, 60)).signedUrl).searchParams.get('token');
  refused(await stranger.uploadToSignedUrl(path, download, 'x'), 'InvalidSignature', '400');
  refused(await stranger.createSignedUploadUrl('y.txt'), 'AccessDenied', '403');
});

test('a public bucket is read by its URL, and written by nobody', async (t) => {
  const id = await bucket(t, { public: true });
  ok(await admin.storage.from(id).upload('dir/ä.html', '<b>hi</b>', { contentType: 'text/html', cacheControl: '31' }));
  const { publicUrl } = visitor().storage.from(id).getPublicUrl('dir/ä.html', { download: true }).data;
  const answer = await fetch(publicUrl);
  assert.equal(await answer.text(), '<b>hi</b>');
  assert.equal(answer.headers.get('content-type'), 'text/plain');
  assert.equal(answer.headers.get('cache-control'), 'max-age=31');
  assert.equal(answer.headers.get('content-disposition'), 'attachment;');
  refused(await visitor().storage.from(id).upload('x.txt', 'x'), 'AccessDenied', '403');
  refused(await visitor().storage.from(id).remove(['dir/ä.html']).then(({ data, error }) => ({ data, error: error ?? (data.length ? null : { code: 'NoSuchKey', statusCode: '404', status: 400 }) })), 'NoSuchKey', '404');

  const closed = await bucket(t);
  ok(await admin.storage.from(closed).upload('x.txt', 'x'));
  const response = await fetch(`${url}/storage/v1/object/public/${closed}/x.txt`);
  assert.deepEqual([response.status, (await response.json()).code], [400, 'NoSuchBucket']);
});

test('limits of a bucket hold', async (t) => {
  const files = admin.storage.from(await bucket(t, { public: false, fileSizeLimit: 1000, allowedMimeTypes: ['image/*', 'text/plain'] }));
  ok(await files.upload('a.png', Buffer.alloc(1000), { contentType: 'image/png' }));
  ok(await files.upload('b.txt', 'hi', { contentType: 'text/plain;charset=UTF-8' }));
  refused(await files.upload('c.png', Buffer.alloc(1001), { contentType: 'image/png' }), 'EntityTooLarge', '413');
  refused(await files.upload('c.png', new Blob([Buffer.alloc(1001)], { type: 'image/png' })), 'EntityTooLarge', '413');
  refused(await files.upload('c.png', Readable.from([Buffer.alloc(600), Buffer.alloc(600)]), { contentType: 'image/png', duplex: 'half' }), 'EntityTooLarge', '413');
  const type = refused(await files.upload('d.pdf', 'x', { contentType: 'application/pdf' }), 'InvalidMimeType', '415');
  assert.equal(type.message, 'mime type application/pdf is not supported');
  assert.deepEqual(ok(await files.list()).map((each) => each.name), ['a.png', 'b.txt']);
});

test('names that could lead astray are refused', async (t) => {
  const files = admin.storage.from(await bucket(t));
  for (const name of ['a/..%2F..%2Fetc', '..%2Fx', 'tab%09', 'back%5Cslash', 'x'.repeat(1025), 'ä'.repeat(600), '%E2%80%AEtxt.exe'])
    refused(await files.upload(name, 'x'), 'InvalidKey', '400');
  ok(await files.upload('ä'.repeat(512), 'x'));
  ok(await files.upload('a..b/...c', 'x'));
});
