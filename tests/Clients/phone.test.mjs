// Signing up and in by phone through the official client; the development inbox plays the phone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { freshPhone, textCode, visitor } from './platform.mjs';

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};

const bare = (phone) => phone.slice(1);

test('a number and password sign in once the number is confirmed', async () => {
  const [client, phone, password] = [visitor(), freshPhone(), 'correct horse'];
  const { user, session } = ok(await client.auth.signUp({ phone, password, options: { data: { full_name: 'Ada' } } }));
  assert.equal(session, null);
  assert.equal(user.phone, bare(phone));
  assert.equal((await client.auth.signInWithPassword({ phone, password })).error.code, 'phone_not_confirmed');

  const verified = ok(await client.auth.verifyOtp({ phone, token: await textCode(phone), type: 'sms' }));
  assert.equal(verified.user.user_metadata.full_name, 'Ada');
  assert.equal(ok(await visitor().auth.signInWithPassword({ phone, password })).user.id, user.id);
});

test('a code alone signs up, and signs in again', async () => {
  const [client, phone] = [visitor(), freshPhone()];
  ok(await client.auth.signInWithOtp({ phone }));
  const { user } = ok(await client.auth.verifyOtp({ phone, token: await textCode(phone), type: 'sms' }));
  assert.ok(user.phone_confirmed_at);
  assert.equal((await client.auth.verifyOtp({ phone, token: '000000', type: 'sms' })).error.code, 'otp_expired');
  assert.equal((await client.auth.signInWithOtp({ phone })).error.code, 'over_sms_send_rate_limit');
  assert.equal((await client.auth.signInWithOtp({ phone: freshPhone(), options: { shouldCreateUser: false } })).error.code, 'otp_disabled');
});

test('a number changes once the new one has answered', async () => {
  const [client, phone, next] = [visitor(), freshPhone(), freshPhone()];
  ok(await client.auth.signInWithOtp({ phone }));
  ok(await client.auth.verifyOtp({ phone, token: await textCode(phone), type: 'sms' }));

  assert.equal(ok(await client.auth.updateUser({ phone: next })).user.new_phone, bare(next));
  ok(await client.auth.resend({ type: 'phone_change', phone }));
  const { user } = ok(await client.auth.verifyOtp({ phone: next, token: await textCode(next), type: 'phone_change' }));
  assert.equal(user.phone, bare(next));
});

test('an anonymous person keeps the account by proving a number', async () => {
  const [client, phone] = [visitor(), freshPhone()];
  const anonymous = ok(await client.auth.signInAnonymously()).user;
  ok(await client.auth.updateUser({ phone }));
  const { user } = ok(await client.auth.verifyOtp({ phone, token: await textCode(phone), type: 'phone_change' }));
  assert.deepEqual([user.id, user.is_anonymous], [anonymous.id, false]);
});
