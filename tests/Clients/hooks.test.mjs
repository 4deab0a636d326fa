// The official client on a platform whose access tokens a hook decides over: a program of one's own, in this process, that trusts only what is signed.
import assert from 'node:assert/strict';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test, { after, before } from 'node:test';
import { freshEmail, ownPlatform } from './platform.mjs';

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};

const secret = randomBytes(24);
/** What the hook answers to whom, by the name in front of the address; the others are given their claims as they are. */
const answers = new Map();
const asked = [];
let hook, platform;

/** standardwebhooks.com: HMAC-SHA256 over id, moment and body. */
function isSigned(headers, body) {
  const expected = createHmac('sha256', secret).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest();
  const given = Buffer.from(headers['webhook-signature'].replace('v1,', ''), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

before(async () => {
  hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const event = JSON.parse(body);
    asked.push({ event, isSigned: isSigned(request.headers, body) });
    const answer = answers.get(event.claims.email?.split('-')[0])?.(event.claims) ?? { claims: event.claims };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  await once(hook.listen(0, '127.0.0.1'), 'listening');
  platform = await ownPlatform({
    HEDGEROW_Auth__Hook__CustomAccessTokenUri: `http://127.0.0.1:${hook.address().port}/claims`,
    HEDGEROW_Auth__Hook__CustomAccessTokenSecrets: `v1,whsec_${secret.toString('base64')}`,
  });
});

after(async () => {
  await platform.stop();
  hook.close();
});

async function claimsOf(client) {
  return ok(await client.auth.getClaims()).claims;
}

test('claims that the hook adds are in the first token and in each one after it', async () => {
  let plan = 'free';
  answers.set('plan', (claims) => ({ claims: { ...claims, plan, app_metadata: { ...claims.app_metadata, plan } } }));
  const someone = platform.client();
  const email = freshEmail('plan');
  ok(await someone.auth.signUp({ email, password: 'correct horse' }));
  assert.equal((await claimsOf(someone)).plan, 'free');

  plan = 'gold';
  ok(await someone.auth.refreshSession());
  const claims = await claimsOf(someone);
  assert.deepEqual([claims.plan, claims.app_metadata.plan, claims.email], ['gold', 'gold', email]);
  // A claim is the token's; the account is as it was.
  assert.equal(ok(await someone.auth.getUser()).user.app_metadata.plan, undefined);
});

test('the hook is told who comes and how, signed', async () => {
  const someone = platform.client();
  const email = freshEmail('told');
  const { user } = ok(await someone.auth.signUp({ email, password: 'correct horse' }));
  ok(await platform.client().auth.signInWithPassword({ email, password: 'correct horse' }));
  ok(await someone.auth.refreshSession());

  const told = asked.filter(({ event }) => event.user_id === user.id);
  assert.deepEqual(told.map(({ event }) => event.authentication_method), ['password', 'password', 'token_refresh']);
  assert.ok(told.every((one) => one.isSigned));
});

test('a refusal is told in the hook’s words, and nobody is signed in', async () => {
  const email = freshEmail('refused');
  const someone = platform.client();
  const { session } = ok(await someone.auth.signUp({ email, password: 'correct horse' }));
  answers.set('refused', () => ({ error: { http_code: 403, message: 'Not on weekends' } }));

  const { data, error } = await platform.client().auth.signInWithPassword({ email, password: 'correct horse' });
  assert.deepEqual([data.session, error.status, error.message], [null, 403, 'Not on weekends']);
  assert.equal((await someone.auth.refreshSession()).error.message, 'Not on weekends');

  // What was refused was not spent.
  answers.delete('refused');
  ok(await platform.client().auth.refreshSession({ refresh_token: session.refresh_token }));
});

test('claims that a token cannot do without are missed', async () => {
  answers.set('incomplete', ({ role, ...claims }) => ({ claims }));
  const { data, error } = await platform.client().auth.signUp({ email: freshEmail('incomplete'), password: 'correct horse' });
  assert.equal(data.session, null);
  assert.equal(error.status, 500);
  assert.match(error.message, /claims/);
});
