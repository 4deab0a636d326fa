// The S3 protocol through Amazon's own client: everything that it can ask of a bucket, and everybody who asks.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteBucketCommand,
  DeleteObjectCommand, DeleteObjectsCommand, GetBucketAclCommand, GetBucketLifecycleConfigurationCommand, GetBucketLocationCommand, GetBucketVersioningCommand, GetObjectAttributesCommand, GetObjectCommand, GetObjectTaggingCommand,
  HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListMultipartUploadsCommand, ListObjectsCommand, ListObjectsV2Command,
  ListObjectVersionsCommand, ListPartsCommand,
  PutObjectCommand, PutObjectTaggingCommand, S3Client, UploadPartCommand, UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignJWT } from 'jose';
import { anonKey, jwtSecret, person, root, service, serviceKey, url } from './platform.mjs';

const MiB = 1024 * 1024;
const s3 = (credentials, more = {}) => new S3Client({ endpoint: `${url}/storage/v1/s3`, region: 'eu-central-1', forcePathStyle: true, maxAttempts: 1, credentials, ...more });
const session = (token, secret = anonKey) => ({ accessKeyId: 'stub', secretAccessKey: secret, sessionToken: token });
const key = async (body) => {
  const answer = await fetch(`${url}/storage/v1/s3-keys`, { method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${serviceKey}` } });
  const made = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(made));
  return { accessKeyId: made.access_key, secretAccessKey: made.secret_key };
};
const keys = (method, id, token) => fetch(`${url}/storage/v1/s3-keys${id ? `/${id}` : ''}`, { method, headers: { authorization: `Bearer ${token}` } });
const refused = async (sent, code, status) => {
  const error = await sent.then((answer) => assert.fail(`expected ${code}, got ${JSON.stringify(answer.$metadata ?? answer)}`), (e) => e);
  assert.deepEqual([error.name, error.$metadata?.httpStatusCode], [code, status], String(error.stack ?? error));
  return error;
};
const text = async (answer) => answer.Body.transformToString();
const bytes = async (answer) => Buffer.from(await answer.Body.transformToByteArray());

const admin = s3(session(serviceKey));

/** A bucket of the test's own. */
async function bucket(t) {
  const Bucket = `s3-${randomUUID()}`;
  await admin.send(new CreateBucketCommand({ Bucket }));
  t.after(async () => {
    await service().storage.emptyBucket(Bucket);
    await admin.send(new DeleteBucketCommand({ Bucket }));
  });
  return Bucket;
}

/** A folder that one person may write to: project-files/<project>, by the policies of iCreateTechs. */
async function folder(one) {
  const slug = randomUUID();
  const { data: workspace, error } = await one.client.from('workspaces').insert({ name: 'S3', slug }).select().single();
  assert.equal(error, null, JSON.stringify(error));
  const made = await one.client.from('projects').insert({ workspace_id: workspace.id, name: 'S3', slug }).select().single();
  assert.equal(made.error, null, JSON.stringify(made.error));
  return { Bucket: 'project-files', folder: made.data.id };
}

test('buckets are made, found, listed and removed', async () => {
  const Bucket = `s3-${randomUUID()}`;
  assert.equal((await admin.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }))).Location, `/${Bucket}`);
  await refused(admin.send(new CreateBucketCommand({ Bucket })), 'BucketAlreadyExists', 409);
  assert.ok((await admin.send(new ListBucketsCommand({}))).Buckets.some((each) => each.Name === Bucket && each.CreationDate instanceof Date));
  const two = [`${Bucket}-a`, `${Bucket}-b`];
  for (const each of two) await admin.send(new CreateBucketCommand({ Bucket: each }));
  const page = await admin.send(new ListBucketsCommand({ Prefix: `${Bucket}-`, MaxBuckets: 1 }));
  const next = await admin.send(new ListBucketsCommand({ Prefix: `${Bucket}-`, MaxBuckets: 1, ContinuationToken: page.ContinuationToken }));
  assert.deepEqual([page, next].map((each) => [each.Prefix, each.Buckets.map(({ Name }) => Name)]), two.map((each) => [`${Bucket}-`, [each]]));
  assert.equal(next.ContinuationToken, undefined);
  for (const each of two) await admin.send(new DeleteBucketCommand({ Bucket: each }));
  await refused(admin.send(new ListBucketsCommand({ ContinuationToken: '%' })), 'InvalidArgument', 400);
  assert.equal((await admin.send(new HeadBucketCommand({ Bucket }))).BucketRegion, 'us-east-1');
  assert.equal((await admin.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? '', '');
  assert.equal((await admin.send(new GetBucketVersioningCommand({ Bucket }))).Status, 'Suspended');
  await refused(admin.send(new GetBucketAclCommand({ Bucket })), 'NotImplemented', 501);
  await admin.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
  await refused(admin.send(new DeleteBucketCommand({ Bucket })), 'BucketNotEmpty', 409);
  await admin.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await admin.send(new DeleteBucketCommand({ Bucket }));
  await refused(admin.send(new HeadBucketCommand({ Bucket })), 'NotFound', 404);
  await refused(admin.send(new DeleteBucketCommand({ Bucket })), 'NoSuchBucket', 404);
  await refused(admin.send(new ListObjectsV2Command({ Bucket })), 'NoSuchBucket', 404);
  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' })), 'NoSuchBucket', 404);
  await refused(admin.send(new GetObjectCommand({ Bucket, Key: 'a' })), 'NoSuchBucket', 404);
  await refused(admin.send(new CreateBucketCommand({ Bucket: 'a|b' })), 'InvalidBucketName', 400);
});

test('what is put comes back as it went, with its head', async (t) => {
  const Bucket = await bucket(t);
  const Body = Buffer.from([0, 255, 13, 10, 45, 45, 128]);
  const put = await admin.send(new PutObjectCommand({
    Bucket, Key: 'a/b c.png', Body, ContentType: 'image/png', CacheControl: 'max-age=60', ContentEncoding: 'gzip', Metadata: { answer: '42', Who: 'me' },
  }));
  assert.equal(put.ETag, `"${createHash('md5').update(Body).digest('hex')}"`);
  const head = await admin.send(new HeadObjectCommand({ Bucket, Key: 'a/b c.png' }));
  const got = await admin.send(new GetObjectCommand({ Bucket, Key: 'a/b c.png' }));
  for (const each of [head, got])
    assert.deepEqual(
      [each.ETag, each.ContentLength, each.ContentType, each.CacheControl, each.ContentEncoding, each.Metadata], [put.ETag, 7, 'image/png', 'max-age=60', 'gzip', { answer: '42', who: 'me' }]);
  assert.deepEqual(await bytes(got), Body);
  assert.ok(Math.abs(got.LastModified - Date.now()) < 60_000);
  await refused(admin.send(new HeadObjectCommand({ Bucket, Key: 'none' })), 'NotFound', 404);
  const missing = await refused(admin.send(new GetObjectCommand({ Bucket, Key: 'none' })), 'NoSuchKey', 404);
  assert.match(missing.$metadata.requestId, /^[0-9A-F]{32}$/);
  assert.equal(missing.Resource, `${Bucket}/none`);

  // The same object by the REST API.
  const { data } = await service().storage.from(Bucket).info('a/b c.png');
  assert.deepEqual([data.contentType, data.size, data.metadata], ['image/png', 7, { answer: '42', who: 'me' }]);
  await service().storage.from(Bucket).upload('rest.txt', 'rest', { metadata: { flat: 'x', deep: { y: 1 }, 'ü': 'z' } });
  const rest = await admin.send(new GetObjectCommand({ Bucket, Key: 'rest.txt' }));
  assert.deepEqual([await text(rest), rest.Metadata, rest.MissingMeta], ['rest', { flat: 'x' }, 2]);
});

test('odd names are names', async (t) => {
  const Bucket = await bucket(t);
  const names = ['ünï çödé ☃ 😀', 'a+b', 'a b', 'a//b', '/leading', "it's (one) & * = , ; : @ $ ! ?", 'a..b/...c', 'ä'.repeat(512), 'trailing/x/'];
  for (const Key of names) await admin.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  for (const Key of names) assert.equal(await text(await admin.send(new GetObjectCommand({ Bucket, Key }))), Key);
  const listed = await admin.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
  assert.deepEqual(listed.Contents.map((each) => decodeURIComponent(each.Key)).sort(), [...names].sort());
  assert.deepEqual((await admin.send(new ListObjectsV2Command({ Bucket }))).Contents.map((each) => each.Key).sort(), [...names].sort());
  for (const Key of names) {
    const presigned = await getSignedUrl(admin, new GetObjectCommand({ Bucket, Key }));
    assert.equal(await (await fetch(presigned)).text(), Key);
    await admin.send(new CopyObjectCommand({ Bucket, Key: `copy/${Key}`.slice(0, 300), CopySource: encodeURIComponent(`${Bucket}/${Key}`) }));
  }
  for (const Key of ['a/../b', './a', 'a\\b', 'a#b', 'tab\t', 'a%2Fb']) await refused(admin.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })), 'InvalidKey', 400);
  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 'ä'.repeat(513), Body: 'x' })), 'KeyTooLongError', 400);
  const { Deleted } = await admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: names.map((Key) => ({ Key })) } }));
  assert.equal(Deleted.length, names.length);
});

test('every kind of payload and checksum is taken, and a wrong one leaves nothing', async (t) => {
  const Bucket = await bucket(t);
  const Body = randomBytes(300_000);
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']) {
    await admin.send(new PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body, ChecksumAlgorithm }));
    // A stream's length and checksum stand in a trailer.
    await admin.send(new PutObjectCommand({ Bucket, Key: `${ChecksumAlgorithm}-stream`, Body: Readable.from([Body.subarray(0, 100_000), Body.subarray(100_000)]), ContentLength: Body.length, ChecksumAlgorithm }));
    for (const Key of [ChecksumAlgorithm, `${ChecksumAlgorithm}-stream`]) assert.deepEqual(await bytes(await admin.send(new GetObjectCommand({ Bucket, Key }))), Body);
  }
  const plain = s3(session(serviceKey), { requestChecksumCalculation: 'WHEN_REQUIRED' });
  await plain.send(new PutObjectCommand({ Bucket, Key: 'plain', Body }));
  await plain.send(new PutObjectCommand({ Bucket, Key: 'plain-stream', Body: Readable.from([Body]), ContentLength: Body.length }));
  assert.deepEqual(await bytes(await admin.send(new GetObjectCommand({ Bucket, Key: 'plain-stream' }))), Body);
  await admin.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
  assert.equal((await admin.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength, 0);

  const other = createHash('sha256').update('other').digest('base64');
  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body, ChecksumSHA256: other })), 'BadDigest', 400);
  await refused(plain.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body, ContentMD5: createHash('md5').update('other').digest('base64') })), 'BadDigest', 400);
  await refused(plain.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body, ContentMD5: 'nonsense' })), 'InvalidDigest', 400);
  await refused(admin.send(new HeadObjectCommand({ Bucket, Key: 'wrong' })), 'NotFound', 404);
});

test('ranges, conditions and overrides', async (t) => {
  const Bucket = await bucket(t);
  const { ETag } = await admin.send(new PutObjectCommand({ Bucket, Key: 'a.html', Body: '0123456789', ContentType: 'text/html' }));
  const get = (more) => admin.send(new GetObjectCommand({ Bucket, Key: 'a.html', ...more }));
  const part = await get({ Range: 'bytes=2-4' });
  assert.deepEqual([await text(part), part.ContentRange, part.$metadata.httpStatusCode], ['234', 'bytes 2-4/10', 206]);
  assert.equal(await text(await get({ Range: 'bytes=-3' })), '789');
  assert.equal(await text(await get({ Range: 'bytes=8-99' })), '89');
  await refused(get({ Range: 'bytes=10-' }), 'InvalidRange', 416);

  await refused(get({ IfNoneMatch: ETag }), 'Unknown', 304);
  assert.equal(await text(await get({ IfMatch: ETag })), '0123456789');
  await refused(get({ IfMatch: '"other"' }), 'PreconditionFailed', 412);
  await refused(get({ IfModifiedSince: new Date(Date.now() + 60_000) }), 'Unknown', 304);
  await refused(get({ IfUnmodifiedSince: new Date(0) }), 'PreconditionFailed', 412);

  const overridden = await get({ ResponseContentType: 'text/plain', ResponseContentDisposition: 'attachment; filename=x', ResponseCacheControl: 'no-store' });
  assert.deepEqual([overridden.ContentType, overridden.ContentDisposition, overridden.CacheControl], ['text/plain', 'attachment; filename=x', 'no-store']);

  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 'a.html', Body: 'x', IfNoneMatch: '*' })), 'PreconditionFailed', 412);
  await admin.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x', IfNoneMatch: '*' }));
  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 'a.html', Body: 'x', IfMatch: '"other"' })), 'PreconditionFailed', 412);
  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 'none', Body: 'x', IfMatch: '"other"' })), 'NoSuchKey', 404);
  await admin.send(new PutObjectCommand({ Bucket, Key: 'a.html', Body: 'y', IfMatch: ETag }));
  assert.equal(await text(await get({})), 'y');
  const racers = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => admin.send(new PutObjectCommand({ Bucket, Key: 'race', Body: `${i}`, IfNoneMatch: '*' }))));
  assert.equal(racers.filter((each) => each.status === 'fulfilled').length, 1);

  await refused(admin.send(new PutObjectCommand({ Bucket, Key: 't', Body: 'x', Tagging: 'a=b' })), 'NotImplemented', 501);
  await refused(admin.send(new PutObjectTaggingCommand({ Bucket, Key: 'a.html', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } })), 'NotImplemented', 501);
  assert.deepEqual((await admin.send(new GetObjectTaggingCommand({ Bucket, Key: 'a.html' }))).TagSet ?? [], []);
  // An ACL is read over, as on Supabase: the bucket is public, or it is not.
  await admin.send(new PutObjectCommand({ Bucket, Key: 't', Body: 'x', ACL: 'public-read' }));
  assert.equal((await fetch(`${url}/storage/v1/object/public/${Bucket}/t`)).status, 400);
  await refused(admin.send(new CreateBucketCommand({ Bucket: `s3-${randomUUID()}`, ACL: 'public-read-write' })), 'AccessControlListNotSupported', 400);

  const first = await get({ PartNumber: 1 });
  assert.deepEqual([await text(first), first.PartsCount], ['y', undefined]);
  await refused(get({ PartNumber: 2 }), 'InvalidPartNumber', 416);
  const attributes = await admin.send(new GetObjectAttributesCommand({ Bucket, Key: 'a.html', ObjectAttributes: ['ETag', 'ObjectSize', 'ObjectParts'] }));
  assert.deepEqual([attributes.ETag, attributes.ObjectSize, attributes.StorageClass], [first.ETag.replaceAll('"', ''), 1, undefined]);
  await refused(admin.send(new GetBucketLifecycleConfigurationCommand({ Bucket })), 'FeatureNotEnabled', 409);
});

test('lists go page by page, with folders and without', async (t) => {
  const Bucket = await bucket(t);
  for (const Key of ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e/1', 'f']) await admin.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const walk = async (input) => {
    const pages = [];
    for (let token; ;) {
      const page = await admin.send(new ListObjectsV2Command({ Bucket, ...input, ContinuationToken: token }));
      pages.push([...(page.Contents ?? []).map((each) => each.Key), ...(page.CommonPrefixes ?? []).map((each) => each.Prefix)]);
      assert.equal(page.KeyCount, pages.at(-1).length);
      if (!page.IsTruncated) return pages;
      token = page.NextContinuationToken;
    }
  };
  assert.deepEqual(await walk({}), [['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e/1', 'f']]);
  assert.deepEqual(await walk({ MaxKeys: 3 }), [['a', 'b/1', 'b/2'], ['b/c/3', 'd', 'e/1'], ['f']]);
  assert.deepEqual(await walk({ Delimiter: '/', MaxKeys: 2 }), [['a', 'b/'], ['d', 'e/'], ['f']]);
  assert.deepEqual(await walk({ Delimiter: '/', Prefix: 'b/' }), [['b/1', 'b/2', 'b/c/']]);
  assert.deepEqual(await walk({ StartAfter: 'b/2' }), [['b/c/3', 'd', 'e/1', 'f']]);
  assert.deepEqual(await walk({ Prefix: 'none' }), [[]]);
  assert.deepEqual(await walk({ MaxKeys: 0 }), [[]]);
  const first = await admin.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
  assert.deepEqual([first.IsTruncated, first.NextMarker, first.Contents.map((each) => each.Key), first.CommonPrefixes.map((each) => each.Prefix)], [true, 'b/', ['a'], ['b/']]);
  const next = await admin.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }));
  assert.deepEqual([next.IsTruncated, next.Contents.map((each) => each.Key), next.CommonPrefixes.map((each) => each.Prefix)], [false, ['d', 'f'], ['e/']]);
  const [object] = (await admin.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))).Contents;
  assert.deepEqual([object.Size, object.ETag, object.StorageClass], [1, '"0cc175b9c0f1b6a831c399e269772661"', 'STANDARD']);
  const { Versions } = await admin.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'b/', MaxKeys: 2 }));
  assert.deepEqual(Versions.map((each) => [each.Key, each.VersionId, each.IsLatest]), [['b/1', 'null', true], ['b/2', 'null', true]]);
  await admin.send(new DeleteObjectCommand({ Bucket, Key: 'b/1', VersionId: 'null' }));
  await refused(admin.send(new DeleteObjectCommand({ Bucket, Key: 'b/2', VersionId: 'other' })), 'NotImplemented', 501);
  await refused(admin.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '%' })), 'InvalidArgument', 400);
  await refused(admin.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 })), 'InvalidArgument', 400);
});

test('copies keep or replace what is known, under conditions', async (t) => {
  const [Bucket, other] = [await bucket(t), await bucket(t)];
  const { ETag } = await admin.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ContentType: 'text/css', Metadata: { x: '1' } }));
  const CopySource = `${Bucket}/a`;
  const copied = await admin.send(new CopyObjectCommand({ Bucket: other, Key: 'b', CopySource }));
  assert.equal(copied.CopyObjectResult.ETag, ETag);
  const b = await admin.send(new GetObjectCommand({ Bucket: other, Key: 'b' }));
  assert.deepEqual([await text(b), b.ContentType, b.Metadata], ['hello', 'text/css', { x: '1' }]);
  await admin.send(new CopyObjectCommand({ Bucket, Key: 'a', CopySource, MetadataDirective: 'REPLACE', ContentType: 'text/plain', Metadata: { y: '2' } }));
  const a = await admin.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
  assert.deepEqual([a.ContentType, a.Metadata], ['text/plain', { y: '2' }]);
  await refused(admin.send(new CopyObjectCommand({ Bucket, Key: 'a', CopySource })), 'InvalidRequest', 400);
  await refused(admin.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource, CopySourceIfMatch: '"other"' })), 'PreconditionFailed', 412);
  await refused(admin.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource, CopySourceIfNoneMatch: ETag })), 'PreconditionFailed', 412);
  await admin.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource, CopySourceIfMatch: ETag }));
  await refused(admin.send(new CopyObjectCommand({ Bucket, Key: 'd', CopySource: `${Bucket}/none` })), 'NoSuchKey', 404);
  await refused(admin.send(new CopyObjectCommand({ Bucket, Key: 'd', CopySource: 'nonsense' })), 'InvalidArgument', 400);
});

test('uploads in parts, from the client library and by hand', async (t) => {
  const Bucket = await bucket(t);
  const Body = randomBytes(17 * MiB);
  const done = await new Upload({ client: admin, params: { Bucket, Key: 'lib', Body, ContentType: 'image/x' }, partSize: 5 * MiB, queueSize: 3 }).done();
  assert.match(done.ETag, /^"[0-9a-f]{32}-4"$/);
  const back = await admin.send(new GetObjectCommand({ Bucket, Key: 'lib' }));
  assert.ok((await bytes(back)).equals(Body));
  assert.deepEqual([back.ETag, back.ContentType], [done.ETag, 'image/x']);
  await new Upload({ client: admin, params: { Bucket, Key: 'stream', Body: Readable.from([Body.subarray(0, 6 * MiB), Body.subarray(6 * MiB)]) } }).done();
  assert.ok((await bytes(await admin.send(new GetObjectCommand({ Bucket, Key: 'stream' })))).equals(Body));

  const { UploadId } = await admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'hand', Metadata: { m: '1' } }));
  const upload = (PartNumber, body) => admin.send(new UploadPartCommand({ Bucket, Key: 'hand', UploadId, PartNumber, Body: body }));
  const complete = (Parts, more = {}) => admin.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'hand', UploadId, MultipartUpload: { Parts }, ...more }));
  await upload(1, 'replaced below');
  const one = await upload(1, Body.subarray(0, 5 * MiB));
  const copied = await admin.send(new UploadPartCopyCommand({ Bucket, Key: 'hand', UploadId, PartNumber: 2, CopySource: `${Bucket}/lib`, CopySourceRange: `bytes=${5 * MiB}-${11 * MiB - 1}` }));
  const three = await upload(3, 'end');
  const parts = [{ PartNumber: 1, ETag: one.ETag }, { PartNumber: 2, ETag: copied.CopyPartResult.ETag }, { PartNumber: 3, ETag: three.ETag }];

  const listed = await admin.send(new ListPartsCommand({ Bucket, Key: 'hand', UploadId, MaxParts: 2 }));
  assert.deepEqual([listed.Parts.map((each) => [each.PartNumber, each.Size]), listed.IsTruncated, listed.NextPartNumberMarker], [[[1, 5 * MiB], [2, 6 * MiB]], true, '2']);
  const uploads = await admin.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(uploads.Uploads.map((each) => [each.Key, each.UploadId]), [['hand', UploadId]]);
  await refused(admin.send(new GetObjectCommand({ Bucket, Key: 'hand' })), 'NoSuchKey', 404);

  await refused(complete([parts[1], parts[0]]), 'InvalidPartOrder', 400);
  await refused(complete([parts[0], { PartNumber: 2, ETag: '"other"' }]), 'InvalidPart', 400);
  await refused(complete([...parts, { PartNumber: 9, ETag: one.ETag }]), 'InvalidPart', 400);
  await refused(admin.send(new UploadPartCommand({ Bucket, Key: 'other', UploadId, PartNumber: 1, Body: 'x' })), 'NoSuchUpload', 404);
  await refused(upload(0, 'x'), 'InvalidArgument', 400);
  await refused(upload(10_001, 'x'), 'InvalidArgument', 400);
  const small = await admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'small' }));
  const Parts = [];
  for (const PartNumber of [1, 2]) Parts.push({ PartNumber, ETag: (await admin.send(new UploadPartCommand({ Bucket, Key: 'small', UploadId: small.UploadId, PartNumber, Body: 'x' }))).ETag });
  await refused(admin.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'small', UploadId: small.UploadId, MultipartUpload: { Parts } })), 'EntityTooSmall', 400);
  await admin.send(new AbortMultipartUploadCommand({ Bucket, Key: 'small', UploadId: small.UploadId }));
  const finished = await complete(parts);
  assert.match(finished.ETag, /-3"$/);
  const whole = await admin.send(new GetObjectCommand({ Bucket, Key: 'hand' }));
  assert.ok((await bytes(whole)).equals(Buffer.concat([Body.subarray(0, 11 * MiB), Buffer.from('end')])));
  assert.deepEqual([whole.ETag, whole.Metadata], [finished.ETag, { m: '1' }]);
  // Whoever lost the answer asks again.
  const repeated = await complete(parts);
  assert.deepEqual([repeated.ETag, repeated.Key, repeated.Location], [finished.ETag, 'hand', finished.Location]);
  await refused(complete(parts.slice(0, 2)), 'NoSuchUpload', 404);
  await refused(upload(1, 'x'), 'NoSuchUpload', 404);

  const given = await admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'given/up' }));
  await admin.send(new UploadPartCommand({ Bucket, Key: 'given/up', UploadId: given.UploadId, PartNumber: 1, Body: 'x' }));
  const folders = await admin.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }));
  assert.deepEqual([folders.Uploads ?? [], folders.CommonPrefixes.map((each) => each.Prefix)], [[], ['given/']]);
  await admin.send(new AbortMultipartUploadCommand({ Bucket, Key: 'given/up', UploadId: given.UploadId }));
  await refused(admin.send(new AbortMultipartUploadCommand({ Bucket, Key: 'given/up', UploadId: given.UploadId })), 'NoSuchUpload', 404);
  const empty = await admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'empty' }));
  const nothing = await admin.send(new UploadPartCommand({ Bucket, Key: 'empty', UploadId: empty.UploadId, PartNumber: 1, Body: '' }));
  await admin.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'empty', UploadId: empty.UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: nothing.ETag }] } }));
  assert.equal((await admin.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength, 0);
});

test('limits of a bucket hold', async (t) => {
  const id = `s3-${randomUUID()}`;
  await service().storage.createBucket(id, { public: false, fileSizeLimit: 1000, allowedMimeTypes: ['image/*'] });
  t.after(() => service().storage.deleteBucket(id));
  const put = (Body, ContentType = 'image/png') => admin.send(new PutObjectCommand({ Bucket: id, Key: 'a', Body, ContentType }));
  await refused(put(Buffer.alloc(1001)), 'EntityTooLarge', 413);
  await refused(put('x', 'text/plain'), 'InvalidMimeType', 415);
  await refused(admin.send(new CreateMultipartUploadCommand({ Bucket: id, Key: 'a', ContentType: 'text/plain' })), 'InvalidMimeType', 415);
  const { UploadId } = await admin.send(new CreateMultipartUploadCommand({ Bucket: id, Key: 'a', ContentType: 'image/png' }));
  await admin.send(new UploadPartCommand({ Bucket: id, Key: 'a', UploadId, PartNumber: 1, Body: Buffer.alloc(600) }));
  await refused(admin.send(new UploadPartCommand({ Bucket: id, Key: 'a', UploadId, PartNumber: 2, Body: Buffer.alloc(600) })), 'EntityTooLarge', 413);
  await admin.send(new UploadPartCommand({ Bucket: id, Key: 'a', UploadId, PartNumber: 1, Body: Buffer.alloc(1000) }));
  await admin.send(new AbortMultipartUploadCommand({ Bucket: id, Key: 'a', UploadId }));
});

test('policies decide for a session and for a key of one person', async () => {
  const [ann, bob] = [await person('ann'), await person('bob')];
  const { Bucket, folder: mine } = await folder(ann);
  const byKey = await key({ description: "ann's backup", user_id: ann.user.id });
  const Key = `${mine}/a.txt`;
  for (const client of [s3(session(ann.session.access_token)), s3(session(ann.session.access_token, 'stub')), s3(byKey)]) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hers' }));
    assert.equal(await text(await client.send(new GetObjectCommand({ Bucket, Key }))), 'hers');
    assert.deepEqual((await client.send(new ListObjectsV2Command({ Bucket }))).Contents.map((each) => [each.Key, each.Owner]), [[Key, undefined]]);
    assert.deepEqual((await client.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }))).Contents.map((each) => each.Owner.ID), [ann.user.id]);
    await refused(client.send(new PutObjectCommand({ Bucket, Key: 'elsewhere', Body: 'x' })), 'AccessDenied', 403);
    await refused(client.send(new CreateBucketCommand({ Bucket: `s3-${randomUUID()}` })), 'AccessDenied', 403);
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `${mine}/parts` }));
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key: `${mine}/parts`, UploadId, PartNumber: 1, Body: 'part' }));
    assert.equal((await client.send(new ListPartsCommand({ Bucket, Key: `${mine}/parts`, UploadId }))).Parts.length, 1);
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: `${mine}/parts`, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${mine}/parts` }));
  }
  const { data: row } = await service().storage.from(Bucket).info(Key);
  assert.equal(row.size, 4);

  const { UploadId } = await s3(byKey).send(new CreateMultipartUploadCommand({ Bucket, Key: `${mine}/parts` }));
  for (const client of [s3(session(bob.session.access_token)), s3(await key({ description: 'bob', user_id: bob.user.id })), s3(session(anonKey))]) {
    await refused(client.send(new GetObjectCommand({ Bucket, Key })), 'NoSuchKey', 404);
    await refused(client.send(new HeadObjectCommand({ Bucket, Key })), 'NotFound', 404);
    await refused(client.send(new PutObjectCommand({ Bucket, Key, Body: 'his' })), 'AccessDenied', 403);
    await refused(client.send(new CopyObjectCommand({ Bucket, Key: `${mine}/b`, CopySource: `${Bucket}/${Key}` })), 'NoSuchKey', 404);
    await refused(client.send(new CreateMultipartUploadCommand({ Bucket, Key })), 'AccessDenied', 403);
    await refused(client.send(new UploadPartCommand({ Bucket, Key: `${mine}/parts`, UploadId, PartNumber: 1, Body: 'his' })), 'AccessDenied', 403);
    await refused(client.send(new CompleteMultipartUploadCommand({ Bucket, Key: `${mine}/parts`, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"x"' }] } })), 'InvalidPart', 400);
    await refused(client.send(new AbortMultipartUploadCommand({ Bucket, Key: `${mine}/parts`, UploadId })), 'AccessDenied', 403);
    await refused(client.send(new ListPartsCommand({ Bucket, Key: `${mine}/parts`, UploadId })), 'NoSuchUpload', 404);
    assert.deepEqual((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [], []);
    assert.deepEqual((await client.send(new ListObjectsV2Command({ Bucket }))).Contents ?? [], []);
    assert.deepEqual((await client.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
  }
  assert.equal(await text(await s3(byKey).send(new GetObjectCommand({ Bucket, Key }))), 'hers');
  assert.deepEqual((await s3(byKey).send(new ListMultipartUploadsCommand({ Bucket, Prefix: mine }))).Uploads.map((each) => each.UploadId), [UploadId]);
  await s3(byKey).send(new AbortMultipartUploadCommand({ Bucket, Key: `${mine}/parts`, UploadId }));
});

test('access keys are the service key\'s to give, and end at once', async (t) => {
  const Bucket = await bucket(t);
  const [ann, bob] = [await person('ann'), await person('bob')];
  for (const token of [ann.session.access_token, anonKey]) {
    const answer = await fetch(`${url}/storage/v1/s3-keys`, { method: 'POST', body: '{"description":"x"}', headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual([answer.status, (await answer.json()).code], [400, 'AccessDenied']);
  }
  const byService = await key({ description: 'nightly backup' });
  await s3(byService).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
  assert.ok((await s3(byService).send(new ListBucketsCommand({}))).Buckets.some((each) => each.Name === Bucket));

  const hers = await key({ description: 'hers', user_id: ann.user.id });
  const seen = async (token) => (await (await keys('GET', '', token)).json()).map((each) => [each.access_key, each.secret_key]);
  assert.deepEqual(await seen(ann.session.access_token), [[hers.accessKeyId, undefined]]);
  assert.deepEqual(await seen(bob.session.access_token), []);
  assert.ok((await seen(serviceKey)).some(([id]) => id === byService.accessKeyId));
  assert.equal((await keys('DELETE', hers.accessKeyId, bob.session.access_token)).status, 400);
  await s3(hers).send(new ListBucketsCommand({}));
  assert.equal((await keys('DELETE', hers.accessKeyId, ann.session.access_token)).status, 200);
  await refused(s3(hers).send(new ListBucketsCommand({})), 'InvalidAccessKeyId', 403);

  const banned = await key({ description: 'banned', user_id: bob.user.id });
  await s3(banned).send(new ListBucketsCommand({}));
  await service().auth.admin.updateUserById(bob.user.id, { ban_duration: '1h' });
  await refused(s3(banned).send(new ListBucketsCommand({})), 'InvalidAccessKeyId', 403);
  assert.equal((await keys('DELETE', byService.accessKeyId, serviceKey)).status, 200);
  await refused(s3(byService).send(new HeadObjectCommand({ Bucket, Key: 'a' })), 'Unknown', 403); // the answer to a HEAD has no body that could name it
});

test('forged and wrong credentials are refused', async (t) => {
  const Bucket = await bucket(t);
  const list = (credentials, more) => s3(credentials, more).send(new ListObjectsV2Command({ Bucket }));
  const good = await key({ description: 'good' });
  await refused(list({ ...good, secretAccessKey: 'wrong' }), 'SignatureDoesNotMatch', 403);
  await refused(list({ accessKeyId: randomUUID().replaceAll('-', ''), secretAccessKey: good.secretAccessKey }), 'InvalidAccessKeyId', 403);
  await refused(list({ accessKeyId: 'nobody', secretAccessKey: 'x' }), 'InvalidAccessKeyId', 403);
  await refused(list(session(serviceKey, 'wrong')), 'SignatureDoesNotMatch', 403);
  await refused(list({ ...session(serviceKey), accessKeyId: 'other' }), 'InvalidAccessKeyId', 403);
  const forge = (secret, expires) => new SignJWT({ role: 'service_role' }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setExpirationTime(expires).sign(new TextEncoder().encode(secret));
  await refused(list(session(await forge('a secret that somebody else made up, long enough', '1h'))), 'InvalidToken', 400);
  await refused(list(session(await forge(jwtSecret, '-5m'))), 'ExpiredToken', 400);
  await refused(list(session('nonsense')), 'InvalidToken', 400);
  await refused(list(session(await new SignJWT({ role: 'postgres' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(jwtSecret)))), 'AccessDenied', 403);
  await refused(s3(good, { systemClockOffset: -16 * 60_000 }).send(new ListObjectsV2Command({ Bucket })), 'RequestTimeTooSkewed', 403);
  const nobody = await fetch(`${url}/storage/v1/s3/${Bucket}`);
  assert.deepEqual([nobody.status, nobody.headers.get('content-type')], [403, 'application/xml']);
  assert.match(await nobody.text(), /<Error><Code>AccessDenied<\/Code><Message>Missing signature<\/Message>.*<RequestId>[0-9A-F]{32}<\/RequestId><\/Error>$/);
  assert.equal((await fetch(`${url}/storage/v1/s3/${Bucket}`, { headers: { authorization: `Bearer ${serviceKey}` } })).status, 403);
});

test('presigned URLs do what they say, until they end', async (t) => {
  const Bucket = await bucket(t);
  const signer = s3(await key({ description: 'signer' }));
  const outcome = async (answer) => [answer.status, /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1]];
  const put = await getSignedUrl(signer, new PutObjectCommand({ Bucket, Key: 'a.txt' }), { expiresIn: 60 });
  assert.equal((await fetch(put, { method: 'PUT', body: 'presigned' })).status, 200);
  const get = await getSignedUrl(signer, new GetObjectCommand({ Bucket, Key: 'a.txt', ResponseContentDisposition: 'attachment' }), { expiresIn: 60 });
  const got = await fetch(get);
  assert.deepEqual([await got.text(), got.headers.get('content-disposition')], ['presigned', 'attachment']);
  assert.equal((await fetch(get)).status, 200);

  assert.deepEqual(await outcome(await fetch(get.replace('a.txt', 'b.txt'))), [403, 'SignatureDoesNotMatch']);
  assert.deepEqual(await outcome(await fetch(get.replace('attachment', 'inline'))), [403, 'SignatureDoesNotMatch']);
  assert.deepEqual(await outcome(await fetch(get, { method: 'DELETE' })), [403, 'SignatureDoesNotMatch']);
  assert.deepEqual(await outcome(await fetch(get.replace(/X-Amz-Expires=60/, 'X-Amz-Expires=604800'))), [403, 'SignatureDoesNotMatch']);
  assert.deepEqual(await outcome(await fetch(get.replace(/X-Amz-Expires=60/, 'X-Amz-Expires=604801'))), [400, 'AuthorizationQueryParametersError']);
  // Whoever holds a URL for an upload must not turn it into a copy of something else.
  assert.deepEqual(await outcome(await fetch(put, { method: 'PUT', headers: { 'x-amz-copy-source': `${Bucket}/secret` } })), [403, 'AccessDenied']);

  const signingDate = new Date(Date.now() - 61_000);
  const short = await getSignedUrl(signer, new GetObjectCommand({ Bucket, Key: 'a.txt' }), { expiresIn: 60, signingDate });
  const shortPut = await getSignedUrl(signer, new PutObjectCommand({ Bucket, Key: 'a.txt' }), { expiresIn: 60, signingDate });
  assert.deepEqual(await outcome(await fetch(short)), [403, 'AccessDenied']);
  assert.deepEqual(await outcome(await fetch(shortPut, { method: 'PUT', body: 'late' })), [403, 'AccessDenied']);
  assert.equal(await (await fetch(get)).text(), 'presigned');

  const part = await admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' }));
  const partUrl = await getSignedUrl(signer, new UploadPartCommand({ Bucket, Key: 'b', UploadId: part.UploadId, PartNumber: 1 }));
  const sent = await fetch(partUrl, { method: 'PUT', body: 'part', headers: { origin: 'https://app.example' } });
  assert.match(sent.headers.get('access-control-expose-headers'), /ETag/);
  await admin.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'b', UploadId: part.UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: sent.headers.get('etag') }] } }));
  const theirs = await person('ann');
  const bySession = await getSignedUrl(s3(session(theirs.session.access_token)), new GetObjectCommand({ Bucket, Key: 'a.txt' }));
  assert.deepEqual(await outcome(await fetch(bySession)), [404, 'NoSuchKey']);
});

test('many are removed at once', async (t) => {
  const Bucket = await bucket(t);
  for (const Key of ['a', 'b', 'c&d']) await admin.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const removed = await admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'c&d' }, { Key: 'none' }] } }));
  assert.deepEqual([removed.Deleted.map((each) => each.Key), removed.Errors], [['a', 'c&d', 'none'], undefined]);
  const quiet = await admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Quiet: true, Objects: [{ Key: 'b' }] } }));
  assert.deepEqual([quiet.Deleted, quiet.Errors], [undefined, undefined]);
  assert.equal((await admin.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  await refused(admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [] } })), 'MalformedXML', 400);
  await refused(admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Array.from({ length: 1001 }, (_, i) => ({ Key: `${i}` })) } })), 'MalformedXML', 400);
});

test('an upload in parts outlives its gateway', { timeout: 300_000 }, async (t) => {
  const state = path.join(mkdtempSync(path.join(tmpdir(), 'hedgerow-s3-')), 'state');
  let gateway;
  const up = async () => {
    gateway = spawn(path.join(root, 'hedgerow'), ['up', '--state', state, '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const variables = await new Promise((resolve, reject) => {
      gateway.on('exit', () => reject(new Error('the platform has ended')));
      createInterface({ input: gateway.stdout }).on('line', (line) => {
        if (line.trimStart().startsWith('service key')) resolve(JSON.parse(execFileSync(path.join(root, 'hedgerow'), ['status', '-o', 'json', '--state', state], { encoding: 'utf8' })));
      });
    });
    gateway.removeAllListeners('exit');
    return { variables, client: s3(session(variables.SERVICE_ROLE_KEY, variables.ANON_KEY), { endpoint: `${variables.API_URL}/storage/v1/s3` }) };
  };
  t.after(async () => {
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
    rmSync(path.dirname(state), { recursive: true, force: true });
  });

  let { client } = await up();
  const Bucket = 'outlives';
  const Body = randomBytes(40 * MiB);
  const piece = (number) => Body.subarray((number - 1) * 8 * MiB, number * 8 * MiB);
  await client.send(new CreateBucketCommand({ Bucket }));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large', ContentType: 'video/x' }));
  const upload = async (PartNumber, body = piece(PartNumber)) =>
    ({ PartNumber, ETag: (await client.send(new UploadPartCommand({ Bucket, Key: 'large', UploadId, PartNumber, Body: body, ContentLength: 8 * MiB }))).ETag });
  const parts = [await upload(1), await upload(2)];
  // The third one is under way when the gateway is killed: half of it has been sent, the other half never comes.
  const half = new Readable({ read() {} });
  half.push(piece(3).subarray(0, 4 * MiB));
  const broken = upload(3, half).then(() => assert.fail('the gateway was killed'), (error) => error);
  await setImmediate();
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');
  await broken;

  ({ client } = await up());
  const known = await client.send(new ListPartsCommand({ Bucket, Key: 'large', UploadId }));
  assert.deepEqual(known.Parts.map((each) => [each.PartNumber, each.ETag]), parts.map((each) => [each.PartNumber, each.ETag]));
  for (const number of [3, 4, 5]) parts.push(await upload(number));
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'large', UploadId, MultipartUpload: { Parts: parts } }));
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }));
  assert.equal(got.ContentType, 'video/x');
  assert.ok((await bytes(got)).equals(Body));
  const said = execFileSync(path.join(root, 'hedgerow'), ['storage', 'reconcile', '--state', state, '--older-than', '0', '--verify'], { encoding: 'utf8' });
  assert.match(said, /1 objects verified, 0 damaged/);
});
