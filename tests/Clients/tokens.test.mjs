// Tokens in both directions: what the platform signs, an independent library (jose) verifies; what that library signs, the platform takes.
// And what an attacker would sign, it does not.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import test from 'node:test';
import { SignJWT, UnsecuredJWT, decodeProtectedHeader, jwtVerify } from 'jose';
import { anonKey, jwtSecret, person, serviceKey, url } from './platform.mjs';

const secret = new TextEncoder().encode(jwtSecret);
const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signs whatever it is given, header included. */
function forge(header, payload, key = secret) {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

/** Status and PostgREST code of a request with this token. */
async function ask(token) {
  const response = await fetch(`${url}/rest/v1/projects?select=id&limit=1`, { headers: { Authorization: `Bearer ${token}` } });
  const body = await response.json();
  return { status: response.status, code: body.code, challenge: response.headers.get('www-authenticate') };
}

const claims = { role: 'authenticated', sub: randomUUID(), aud: 'authenticated' };
const signed = (payload = claims, key = secret) => new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setIssuedAt().setExpirationTime('5m').sign(key);

test('jose verifies an access token and both keys', async () => {
  const { session, user } = await person();
  for (const token of [session.access_token, anonKey, serviceKey]) await jwtVerify(token, secret, { algorithms: ['HS256'] });

  const { payload } = await jwtVerify(session.access_token, secret, { audience: 'authenticated', subject: user.id });
  assert.equal(payload.exp - payload.iat, session.expires_in);
});

test('the platform takes what jose signs', async () => {
  assert.equal((await ask(await signed())).status, 200);
});

test('an expired, a future and a foreign token are refused', async () => {
  const now = Math.floor(Date.now() / 1000);
  assert.deepEqual(await ask(forge({ alg: 'HS256' }, { ...claims, exp: now - 60 })), {
    status: 401, code: 'PGRST303', challenge: 'Bearer error="invalid_token", error_description="JWT expired"',
  });
  assert.equal((await ask(forge({ alg: 'HS256' }, { ...claims, nbf: now + 60 }))).code, 'PGRST303');
  assert.equal((await ask(await signed(claims, new TextEncoder().encode('x'.repeat(32))))).code, 'PGRST301');
});

test('an unsecured token is refused', async () => {
  const token = new UnsecuredJWT({ ...claims, role: 'service_role' }).encode();
  assert.deepEqual([(await ask(token)).status, (await ask(token)).code], [401, 'PGRST301']);
});

test('no header talks the platform into another key or algorithm', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { kty: 'oct', k: encode('an attacker brings this key along') };
  const headers = [
    { alg: 'HS512' }, { alg: 'RS256' }, { alg: 'ES256' }, { alg: 'HS256', kid: '../../dev/null' }, { alg: 'HS256', crit: ['x'], x: 1 },
    { alg: 'HS256', b64: false }, { typ: 'JWT' }, { alg: ['HS256'] }, '{"alg":"none","alg":"HS256"}',
  ];
  for (const header of headers) assert.equal((await ask(forge(header, claims))).status, 401, JSON.stringify(header));

  const own = { alg: 'HS256', jwk, jku: 'https://evil.test/jwks.json', x5u: 'https://evil.test/x5' };
  assert.equal((await ask(forge(own, claims, 'an attacker brings this key along'))).status, 401);
  assert.equal((await ask(forge({ alg: 'HS256' }, claims, publicKey.export({ type: 'spki', format: 'pem' })))).status, 401);
});

test('a token that was tampered with is refused', async () => {
  const [header, , signature] = (await signed()).split('.');
  assert.equal((await ask(`${header}.${encode({ ...claims, role: 'service_role' })}.${signature}`)).status, 401);
  assert.equal((await ask(`${header}.${encode(claims)}.`)).status, 401);
  assert.equal((await ask('e30.e30.e30')).status, 401);
});

test('claims with two readings are refused', async () => {
  assert.equal((await ask(forge({ alg: 'HS256' }, '{"role":"anon","role":"service_role"}'))).code, 'PGRST303');
});

test('a role that was not granted is refused', async () => {
  for (const role of ['postgres', 'no_such_role', 'hedgerow_admin', 'hedgerow_auth']) {
    const { status } = await ask(forge({ alg: 'HS256' }, { ...claims, role }));
    assert.ok(status === 401 || status === 403, `${role}: ${status}`);
  }
});

test('the keys are what they say', () => {
  assert.equal(decodeProtectedHeader(anonKey).alg, 'HS256');
});
