// Accounts elsewhere through the official client; a certified OpenID Connect provider is the elsewhere.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import * as jose from 'jose';
import { MOBILE, MOBILE_REDIRECT, PLATFORM, browse, startProvider } from './openid.mjs';
import { person, service, url, visitor } from './platform.mjs';

const identifier = `custom:clients-${randomUUID().slice(0, 8)}`;
const redirectTo = 'http://localhost:3000/welcome?from=oauth';
let provider;

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};
const pkce = () => visitor({ flowType: 'pkce' });
const somebody = () => `p${randomUUID().slice(0, 8)}`;
const hash = (text, encoding) => createHash('sha256').update(text).digest(encoding);

before(async () => {
  provider = await startProvider(`${url}/auth/v1/callback`);
  ok(await service().auth.admin.customProviders.createProvider({
    provider_type: 'oidc', identifier, name: 'The tests', ...PLATFORM, issuer: provider.issuer, scopes: ['email', 'profile'], acceptable_client_ids: [MOBILE.client_id],
  }));
});

after(async () => {
  ok(await service().auth.admin.customProviders.deleteProvider(identifier));
  await provider.stop();
});

/** Where the application is opened again after `who` signed in at the provider. */
async function leave(client, who, options = {}) {
  const { url: address } = ok(await client.auth.signInWithOAuth({ provider: identifier, options: { redirectTo, queryParams: { login_hint: who }, ...options } }));
  return browse(address);
}

/** What an application on a phone gets that has signed `who` in by itself. */
async function mobileTokens(who, nonce) {
  const verifier = randomBytes(32).toString('base64url');
  const page = new URL('/auth', provider.issuer);
  page.search = new URLSearchParams({
    client_id: MOBILE.client_id, response_type: 'code', scope: 'openid email', redirect_uri: MOBILE_REDIRECT, login_hint: who, nonce: hash(nonce, 'hex'),
    code_challenge: hash(verifier, 'base64url'), code_challenge_method: 'S256',
  });
  const back = await browse(page);
  const answer = await fetch(new URL('/token', provider.issuer), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: MOBILE_REDIRECT, code_verifier: verifier, client_id: MOBILE.client_id }),
  });
  return answer.json();
}

test('a person signs in with an account elsewhere (PKCE)', async () => {
  const [client, who] = [pkce(), somebody()];
  const back = await leave(client, who);
  assert.equal(back.origin + back.pathname, 'http://localhost:3000/welcome');
  assert.equal(back.searchParams.get('from'), 'oauth');

  const { session, user } = ok(await client.auth.exchangeCodeForSession(back.searchParams.get('code')));
  assert.equal(user.email, `${who}@example.test`);
  assert.equal(user.user_metadata.name, `${who} of the tests`);
  assert.deepEqual(user.app_metadata, { provider: identifier, providers: [identifier] });
  assert.ok(session.provider_token);
  const profile = await (await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${session.provider_token}` } })).json();
  assert.equal(profile.email, user.email, 'the provider knows its token');
  assert.ok(session.provider_refresh_token);
  assert.equal(ok(await client.auth.getClaims()).claims.amr[0].method, 'oauth');
  assert.equal(ok(await client.auth.getUser()).user.id, user.id);

  const again = pkce();
  const code = (await leave(again, who)).searchParams.get('code');
  assert.equal(ok(await again.auth.exchangeCodeForSession(code)).user.id, user.id);
});

test('a code is worth nothing twice, and nothing in another browser', async () => {
  const client = pkce();
  const code = (await leave(client, somebody())).searchParams.get('code');

  const thief = pkce();
  await leave(thief, somebody());
  assert.equal((await thief.auth.exchangeCodeForSession(code)).error.code, 'bad_code_verifier');

  ok(await client.auth.exchangeCodeForSession(code));
  const { error } = await thief.auth.exchangeCodeForSession(code);
  assert.equal(error.name, 'AuthPKCECodeVerifierMissingError', 'the client gives its verifier away once');
});

test('a person signs in with an account elsewhere (implicit flow)', async () => {
  const [client, who] = [visitor(), somebody()];
  const answer = new URLSearchParams((await leave(client, who)).hash.slice(1));

  assert.equal(answer.get('token_type'), 'bearer');
  assert.ok(answer.get('provider_token'));
  const { user } = ok(await client.auth.setSession({ access_token: answer.get('access_token'), refresh_token: answer.get('refresh_token') }));
  assert.equal(user.email, `${who}@example.test`);
});

test('the client reads the session out of the address', async () => {
  const who = somebody();
  const back = await leave(visitor(), who);
  // What a browser has and Node has not: a page with an address.
  globalThis.window = { location: back, history: { state: null, replaceState() {} }, addEventListener() {}, removeEventListener() {} };
  globalThis.document = { visibilityState: 'visible', addEventListener() {}, removeEventListener() {} };
  try {
    const client = visitor({ detectSessionInUrl: true });
    const { session } = ok(await client.auth.getSession());
    assert.equal(session.user.email, `${who}@example.test`);
    assert.ok(session.provider_token);
  } finally {
    delete globalThis.window;
    delete globalThis.document;
  }
});

test('who declines at the provider comes back with its words', async () => {
  const back = await leave(pkce(), 'refuse');
  assert.equal(back.searchParams.get('error'), 'access_denied');
  assert.equal(back.searchParams.get('error_description'), 'The person would rather not');
  assert.equal(new URLSearchParams(back.hash.slice(1)).get('error'), 'access_denied');
});

test('an application that has an id_token signs its person in', async () => {
  const [client, who, nonce] = [visitor(), somebody(), randomUUID()];
  const tokens = await mobileTokens(who, nonce);

  const credentials = { provider: identifier, token: tokens.id_token, access_token: tokens.access_token, nonce };
  const { error } = await client.auth.signInWithIdToken({ ...credentials, nonce: 'another' });
  assert.deepEqual([error.status, error.message], [400, 'Nonces mismatch']);
  const { user } = ok(await client.auth.signInWithIdToken(credentials));
  assert.equal(user.email, `${who}@example.test`);
});

test('an id_token that somebody else signed is refused', async () => {
  const { privateKey } = await jose.generateKeyPair('RS256');
  const forged = await new jose.SignJWT({ email: 'victim@example.test', email_verified: true })
    .setProtectedHeader({ alg: 'RS256' }).setIssuer(provider.issuer).setAudience(MOBILE.client_id).setSubject('victim').setIssuedAt().setExpirationTime('5m').sign(privateKey);
  const unsigned = new jose.UnsecuredJWT({ email: 'victim@example.test' }).setIssuer(provider.issuer).setAudience(MOBILE.client_id).setSubject('victim').encode();

  for (const token of [forged, unsigned]) {
    const { error } = await visitor().auth.signInWithIdToken({ provider: identifier, token });
    assert.deepEqual([error.status, error.code], [400, 'validation_failed']);
  }
});

test('a person adds a way in, sees it, uses it, and gives it up', async () => {
  const { client, user } = await person();
  const who = somebody();
  const { url: address } = ok(await client.auth.linkIdentity({ provider: identifier, options: { redirectTo, skipBrowserRedirect: true, queryParams: { login_hint: who } } }));
  assert.ok(new URLSearchParams((await browse(address)).hash.slice(1)).get('access_token'));

  const { identities } = ok(await client.auth.getUserIdentities());
  assert.deepEqual(identities.map((identity) => identity.provider).sort(), [identifier, 'email'].sort());
  const other = pkce();
  const code = (await leave(other, who)).searchParams.get('code');
  assert.equal(ok(await other.auth.exchangeCodeForSession(code)).user.id, user.id);

  ok(await client.auth.unlinkIdentity(identities.find((identity) => identity.provider === identifier)));
  const left = ok(await client.auth.getUserIdentities()).identities;
  assert.deepEqual(left.map((identity) => identity.provider), ['email']);
  assert.equal((await client.auth.unlinkIdentity(left[0])).error.code, 'single_identity_not_deletable');
});

test('a person adds a way in with an id_token', async () => {
  const { client, user } = await person();
  const nonce = randomUUID();
  const tokens = await mobileTokens(somebody(), nonce);

  const linked = ok(await client.auth.linkIdentity({ provider: identifier, token: tokens.id_token, access_token: tokens.access_token, nonce }));
  assert.equal(linked.user.id, user.id);
  assert.equal(ok(await client.auth.getUserIdentities()).identities.length, 2);
});

test('an anonymous person becomes a permanent one', async () => {
  const [client, who] = [visitor(), somebody()];
  const { user } = ok(await client.auth.signInAnonymously());
  const { url: address } = ok(await client.auth.linkIdentity({ provider: identifier, options: { redirectTo, skipBrowserRedirect: true, queryParams: { login_hint: who } } }));
  await browse(address);

  const permanent = ok(await client.auth.getUser()).user;
  assert.deepEqual([permanent.id, permanent.email, permanent.is_anonymous], [user.id, `${who}@example.test`, false]);
  assert.equal(ok(await client.auth.refreshSession()).user.is_anonymous, false);
});

test('the service role manages providers', async () => {
  const { customProviders } = service().auth.admin;
  assert.ok(ok(await customProviders.listProviders({ type: 'oidc' })).providers.some((each) => each.identifier === identifier));
  assert.equal(ok(await customProviders.getProvider(identifier)).issuer, provider.issuer);
  assert.equal(ok(await customProviders.updateProvider(identifier, { name: 'Renamed' })).name, 'Renamed');
  const taken = await customProviders.createProvider({ provider_type: 'oidc', identifier, name: 'x', ...PLATFORM, issuer: provider.issuer });
  assert.deepEqual([taken.error.status, taken.error.code], [400, 'conflict']);
  assert.equal((await visitor().auth.admin.customProviders.listProviders()).error.code, 'not_admin');
});
