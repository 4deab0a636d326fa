// The official client against /auth/v1.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anonKey, freshEmail, mailTo, person, service, url, visitor } from './platform.mjs';

test('a person signs up, is signed in, and finds themselves', async () => {
  const { client, user, email } = await person('Ann');
  assert.equal(user.email, email);
  assert.equal(user.user_metadata.full_name, 'Ann');

  const { data, error } = await client.auth.getUser();
  assert.equal(error, null);
  assert.equal(data.user.id, user.id);
  assert.equal(data.user.aud, 'authenticated');
});

test('a person signs in again and out', async () => {
  const { email, password } = await person();
  const client = visitor();

  const { data, error } = await client.auth.signInWithPassword({ email, password });
  assert.equal(error, null);
  assert.equal(data.session.token_type, 'bearer');

  assert.equal((await client.auth.signOut()).error, null);
  assert.equal((await client.auth.getSession()).data.session, null);
  const refused = await visitor().auth.getUser(data.session.access_token);
  assert.equal(refused.error.name, 'AuthSessionMissingError');
});

test('a wrong password is told by its code', async () => {
  const { email } = await person();
  const { error } = await visitor().auth.signInWithPassword({ email, password: 'wrong horse' });
  assert.equal(error.code, 'invalid_credentials');
  assert.equal(error.status, 400);
});

test('a weak password is told with its reasons', async () => {
  const { error } = await visitor().auth.signUp({ email: freshEmail(), password: 'short' });
  assert.equal(error.name, 'AuthWeakPasswordError');
  assert.deepEqual(error.reasons, ['length']);
});

test('an empty password is a weak one, not an absent one', async () => {
  const { client, user, email, password } = await person();
  assert.equal((await client.auth.updateUser({ password: '' })).error.name, 'AuthWeakPasswordError');
  assert.deepEqual((await service().auth.admin.updateUserById(user.id, { password: '' })).error.reasons, ['length']);
  assert.equal((await visitor().auth.signInWithPassword({ email, password })).error, null);
});

test('ways in that are not there say so', async () => {
  const { error: sso } = await visitor().auth.signInWithSSO({ domain: 'company.test' });
  assert.deepEqual([sso.status, sso.code], [404, 'saml_provider_disabled']);
  const { error: web3 } = await visitor().auth.signInWithWeb3({ chain: 'ethereum', message: 'sign in', signature: `0x${'00'.repeat(65)}` });
  assert.deepEqual([web3.status, web3.code], [422, 'web3_provider_disabled']);
});

test('the same address signs up once', async () => {
  const { email, password } = await person();
  const { error } = await visitor().auth.signUp({ email, password });
  assert.equal(error.code, 'user_already_exists');
});

test('a session is refreshed and its claims can be read', async () => {
  const { client, session } = await person();
  const { data, error } = await client.auth.refreshSession();
  assert.equal(error, null);
  assert.notEqual(data.session.refresh_token, session.refresh_token);

  const claims = (await client.auth.getClaims()).data.claims;
  assert.equal(claims.role, 'authenticated');
  assert.equal(claims.aal, 'aal1');
  assert.equal(claims.amr[0].method, 'password');
  assert.equal(claims.is_anonymous, false);
  assert.match(claims.session_id, /^[0-9a-f-]{36}$/);
});

test('a person changes their data, address and password', async () => {
  const { client, email } = await person();
  const newEmail = freshEmail('renamed');

  const { data, error } = await client.auth.updateUser({ email: newEmail, password: 'battery staple', data: { color: 'green' } });
  assert.equal(error, null);
  assert.equal(data.user.email, email);
  assert.equal(data.user.new_email, newEmail);
  assert.equal(data.user.user_metadata.color, 'green');

  // Both addresses must agree, by code or by link.
  const { code } = await mailTo(email, 'email_change');
  assert.equal((await visitor().auth.verifyOtp({ type: 'email_change', email, token: code })).data.session, null);
  const { link } = await mailTo(newEmail, 'email_change');
  assert.match((await fetch(link, { redirect: 'manual' })).headers.get('location'), /#access_token=/);

  assert.equal((await visitor().auth.signInWithPassword({ email, password: 'correct horse' })).error.code, 'invalid_credentials');
  assert.equal((await visitor().auth.signInWithPassword({ email: newEmail, password: 'battery staple' })).error, null);
});

test('someone comes in without a name', async () => {
  const client = visitor();
  const { data, error } = await client.auth.signInAnonymously({ options: { data: { nick: 'guest' } } });
  assert.equal(error, null);
  assert.equal(data.user.is_anonymous, true);
  assert.equal(data.user.user_metadata.nick, 'guest');
});

test('a person ends their other sessions and keeps this one', async () => {
  const { client, email, password } = await person();
  const other = visitor();
  await other.auth.signInWithPassword({ email, password });

  assert.equal((await client.auth.signOut({ scope: 'others' })).error, null);

  assert.equal((await client.auth.getUser()).error, null);
  assert.equal((await other.auth.getUser()).error.name, 'AuthSessionMissingError');
});

test('the service role makes, lists, changes and deletes users', async () => {
  const admin = service().auth.admin;
  const email = freshEmail('made');
  const made = await admin.createUser({ email, password: 'correct horse', email_confirm: true, user_metadata: { a: 1 }, app_metadata: { plan: 'pro' } });
  assert.equal(made.error, null);
  const { id } = made.data.user;

  const listed = await admin.listUsers({ page: 1, perPage: 5 });
  assert.equal(listed.error, null);
  assert.ok(listed.data.total >= 1);
  assert.ok(listed.data.users.some((user) => user.id === id));

  assert.equal((await admin.getUserById(id)).data.user.app_metadata.plan, 'pro');
  assert.equal((await admin.updateUserById(id, { app_metadata: { plan: 'free' } })).data.user.app_metadata.plan, 'free');
  assert.equal((await admin.updateUserById(id, { ban_duration: '24h' })).error, null);
  assert.equal((await visitor().auth.signInWithPassword({ email, password: 'correct horse' })).error.code, 'user_banned');

  assert.equal((await admin.deleteUser(id)).error, null);
  assert.equal((await admin.getUserById(id)).error.code, 'user_not_found');
});

test('the service role ends a session by its token', async () => {
  const { client, session } = await person();
  assert.equal((await service().auth.admin.signOut(session.access_token, 'global')).error, null);
  assert.equal((await client.auth.getUser()).error.name, 'AuthSessionMissingError');
});

test('a link made by the service role signs in by its hash or its code, once', async () => {
  const { email } = await person();
  const admin = service().auth.admin;
  const { data, error } = await admin.generateLink({ type: 'magiclink', email });
  assert.equal(error, null);
  assert.equal(data.user.email, email);

  const token_hash = data.properties.hashed_token;
  assert.equal((await visitor().auth.verifyOtp({ type: 'magiclink', token_hash })).data.user.email, email);
  assert.equal((await visitor().auth.verifyOtp({ type: 'magiclink', token_hash })).error.code, 'otp_expired');

  const recovery = (await admin.generateLink({ type: 'recovery', email })).data.properties;
  assert.equal((await visitor().auth.verifyOtp({ type: 'recovery', email, token: recovery.email_otp })).error, null);
});

test('nobody else is an admin', async () => {
  const { client } = await person();
  const { error } = await client.auth.admin.listUsers();
  assert.equal(error.code, 'not_admin');
});

test('settings and health are public', async () => {
  const headers = { apikey: anonKey };
  assert.equal((await (await fetch(`${url}/auth/v1/settings`, { headers })).json()).external.email, true);
  assert.equal((await (await fetch(`${url}/auth/v1/health`, { headers })).json()).name, 'GoTrue');
});
