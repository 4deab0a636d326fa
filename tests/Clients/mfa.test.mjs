// Second factors through the official client; an independent library (otpauth) plays the authenticator app.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as OTPAuth from 'otpauth';
import { freshPhone, person, service, textCode, visitor } from './platform.mjs';

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};

/** A person with an app that has read the picture's address; `code()` is the app's present code, `code(1)` its next. */
async function personWithApp(friendlyName = 'phone') {
  const someone = await person();
  const factor = ok(await someone.client.auth.mfa.enroll({ factorType: 'totp', friendlyName, issuer: 'Acme' }));
  const app = OTPAuth.URI.parse(factor.totp.uri);
  return { ...someone, factorId: factor.id, factor, app, code: (ahead = 0) => app.generate({ timestamp: Date.now() + ahead * 30_000 }) };
}

const levels = async (client) => {
  const { currentLevel, nextLevel } = ok(await client.auth.mfa.getAuthenticatorAssuranceLevel());
  return [currentLevel, nextLevel];
};

test('what an app reads is what the person was told', async () => {
  const { factor, app, email } = await personWithApp();
  assert.equal(factor.type, 'totp');
  assert.equal(factor.friendly_name, 'phone');
  assert.equal(app.secret.base32, factor.totp.secret);
  assert.deepEqual([app.issuer, app.label, app.algorithm, app.digits, app.period], ['Acme', email, 'SHA1', 6, 30]);
  assert.match(factor.totp.qr_code, /^data:image\/svg\+xml;utf-8,<svg[^#]*<\/svg>\s*$/, 'a picture that no fragment cuts off');
});

test('a person proves the second factor, signs in again, and is asked for it', async () => {
  const { client, email, password, factorId, code } = await personWithApp();
  assert.deepEqual(await levels(client), ['aal1', 'aal1']);
  assert.deepEqual(ok(await client.auth.mfa.listFactors()).totp, [], 'a factor counts once it was verified');

  const challenge = ok(await client.auth.mfa.challenge({ factorId }));
  assert.ok(challenge.expires_at > Date.now() / 1000);
  const verified = ok(await client.auth.mfa.verify({ factorId, challengeId: challenge.id, code: code() }));
  assert.equal(verified.user.factors[0].status, 'verified');
  assert.deepEqual(await levels(client), ['aal2', 'aal2']);
  assert.deepEqual(ok(await client.auth.getClaims()).claims.amr.map(({ method }) => method), ['totp', 'password']);

  const again = visitor();
  ok(await again.auth.signInWithPassword({ email, password }));
  assert.deepEqual(await levels(again), ['aal1', 'aal2']);
  ok(await again.auth.mfa.challengeAndVerify({ factorId, code: code(1) }));
  assert.deepEqual(await levels(again), ['aal2', 'aal2']);
  ok(await again.auth.refreshSession());
  assert.deepEqual(await levels(again), ['aal2', 'aal2']);
});

test('a wrong code and a code that was used are told by their code', async () => {
  const { client, factorId, code } = await personWithApp();
  const near = [-2, -1, 0, 1, 2].map((ahead) => code(ahead));
  const wrong = ['000000', '111111', '222222', '333333', '444444', '555555'].find((candidate) => !near.includes(candidate));
  assert.equal((await client.auth.mfa.challengeAndVerify({ factorId, code: wrong })).error.code, 'mfa_verification_failed');

  const used = code();
  ok(await client.auth.mfa.challengeAndVerify({ factorId, code: used }));
  const { error } = await client.auth.mfa.challengeAndVerify({ factorId, code: used });
  assert.deepEqual([error.status, error.code], [422, 'mfa_verification_failed']);
});

test('whoever has the password alone takes no factor away', async () => {
  const { client, email, password, factorId, code } = await personWithApp();
  ok(await client.auth.mfa.challengeAndVerify({ factorId, code: code() }));
  const thief = visitor();
  ok(await thief.auth.signInWithPassword({ email, password }));

  assert.equal((await thief.auth.mfa.unenroll({ factorId })).error.code, 'insufficient_aal');
  assert.equal((await thief.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'mine' })).error.code, 'insufficient_aal');

  assert.equal(ok(await client.auth.mfa.unenroll({ factorId })).id, factorId);
  ok(await client.auth.refreshSession());
  assert.deepEqual(await levels(client), ['aal1', 'aal1']);
});

test('a phone is a second factor: it is sent a code', async () => {
  const { client } = await person();
  const phone = freshPhone();
  const factor = ok(await client.auth.mfa.enroll({ factorType: 'phone', phone, friendlyName: 'sms' }));
  assert.deepEqual([factor.type, factor.phone], ['phone', phone]);

  const challenge = ok(await client.auth.mfa.challenge({ factorId: factor.id, channel: 'sms' }));
  const { error } = await client.auth.mfa.challenge({ factorId: factor.id });
  assert.equal(error.code, 'over_sms_send_rate_limit');
  ok(await client.auth.mfa.verify({ factorId: factor.id, challengeId: challenge.id, code: await textCode(phone) }));
  assert.deepEqual(await levels(client), ['aal2', 'aal2']);
  assert.deepEqual(ok(await client.auth.mfa.listFactors()).phone.map(({ id }) => id), [factor.id]);
});

test('the service role sees and takes away a person’s factors', async () => {
  const { user, factorId } = await personWithApp();
  const { mfa } = service().auth.admin;

  assert.deepEqual(ok(await mfa.listFactors({ userId: user.id })).factors.map(({ id }) => id), [factorId]);
  ok(await mfa.deleteFactor({ userId: user.id, id: factorId }));
  assert.deepEqual(ok(await mfa.listFactors({ userId: user.id })).factors, []);
});
