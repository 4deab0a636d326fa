// Images through the official client: `transform` in public and signed URLs and in downloads.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { deflateSync } from 'node:zlib';
import { person, service, url } from './platform.mjs';

const admin = service();
const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};

/** A black PNG. */
function png(width, height) {
  const crc = (bytes) => {
    let sum = ~0;
    for (const byte of bytes) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
    }
    return ~sum >>> 0;
  };
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height))), chunk('IEND', Buffer.alloc(0)),
  ]);
}

const size = (bytes) => {
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

async function picture(t, isPublic) {
  const bucket = `test-${randomUUID()}`;
  ok(await admin.storage.createBucket(bucket, { public: isPublic }));
  t.after(async () => {
    await admin.storage.emptyBucket(bucket);
    await admin.storage.deleteBucket(bucket);
  });
  ok(await admin.storage.from(bucket).upload('folder/a.png', png(400, 300), { contentType: 'image/png', cacheControl: '60' }));
  // Without libvips the platform says so, and there is nothing to test.
  const { error } = await admin.storage.from(bucket).download('folder/a.png', { transform: { width: 10 } });
  if (error?.originalError?.status === 501 || error?.status === 501) {
    t.skip('libvips is not installed (Debian: apt-get install libvips42)');
    return null;
  }
  return bucket;
}

test('a public url carries the transformation', async (t) => {
  const bucket = await picture(t, true);
  if (!bucket) return;
  const { data } = admin.storage.from(bucket).getPublicUrl('folder/a.png', { transform: { width: 100, height: 100, resize: 'contain', quality: 60, format: 'origin' } });
  assert.ok(data.publicUrl.startsWith(`${url}/storage/v1/render/image/public/${bucket}/folder/a.png?`), data.publicUrl);
  const answer = await fetch(data.publicUrl);
  assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')], [200, 'image/png', 'max-age=60']);
  assert.deepEqual(size(Buffer.from(await answer.arrayBuffer())), [100, 75]);
  const again = await fetch(data.publicUrl, { headers: { 'If-None-Match': answer.headers.get('etag') } });
  assert.equal(again.status, 304);
  const modern = await fetch(data.publicUrl.replace('&format=origin', ''), { headers: { Accept: 'image/webp' } });
  assert.equal(modern.headers.get('content-type'), 'image/webp');
});

test('a signed url shows what was signed, to whoever has it', async (t) => {
  const bucket = await picture(t, false);
  if (!bucket) return;
  const { signedUrl } = ok(await admin.storage.from(bucket).createSignedUrl('folder/a.png', 60, { transform: { width: 50, height: 50, format: 'origin' }, download: 'small.png' }));
  const answer = await fetch(signedUrl);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-disposition'), /filename=small\.png/);
  assert.deepEqual(size(Buffer.from(await answer.arrayBuffer())), [50, 50]);
  const original = await fetch(signedUrl.replace('/render/image/sign/', '/object/sign/'));
  assert.deepEqual([original.status, (await original.json()).code], [400, 'InvalidSignature']);
  const { error } = await admin.storage.from(bucket).createSignedUrl('folder/a.png', 60, { transform: { quality: 5 } });
  assert.equal(error.statusCode, '400');
});

test('a download is transformed for those who may have it', async (t) => {
  const bucket = await picture(t, false);
  if (!bucket) return;
  const blob = ok(await admin.storage.from(bucket).download('folder/a.png', { transform: { width: 80, resize: 'fill', format: 'origin' } }));
  assert.deepEqual(size(Buffer.from(await blob.arrayBuffer())), [80, 300]);
  const stranger = await person('stranger');
  const refused = await stranger.client.storage.from(bucket).download('folder/a.png', { transform: { width: 80 } });
  assert.equal(refused.data, null);
  assert.ok(refused.error);
});

test('a cache that nobody configured cannot be purged, and only by the service key', async () => {
  const { error } = await admin.storage.from('any').purgeCache('folder/a.png', { transformations: true });
  assert.equal(error.code, 'MissingParameter');
  const stranger = await person('stranger');
  assert.equal((await stranger.client.storage.from('any').purgeCache('folder/a.png')).error.code, 'AccessDenied');
});
