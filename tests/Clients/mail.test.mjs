// The official client and people who read their mail: a platform that confirms addresses and sends by SMTP, to a real server in this process.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { TOTP } from 'otpauth';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { freshEmail, ownPlatform, read } from './platform.mjs';

const ok = ({ data, error }) => {
  assert.equal(error, null, JSON.stringify(error));
  return data;
};

const inbox = [];
const waiting = [];
let smtp, platform;

/** The next mail to an address, once it has come. */
function mailTo(address) {
  return new Promise((resolve) => {
    waiting.push({ address, resolve });
    deliver();
  });
}

function deliver() {
  for (const one of [...waiting]) {
    const found = inbox.findIndex((mail) => mail.to === one.address);
    if (found < 0) continue;
    waiting.splice(waiting.indexOf(one), 1);
    one.resolve(inbox.splice(found, 1)[0]);
  }
}

before(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: async (stream, session, done) => {
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      const mail = await PostalMime.parse(Buffer.concat(chunks));
      inbox.push(read({ to: session.envelope.rcptTo[0].address, subject: mail.subject, html: mail.html }));
      deliver();
      done();
    },
  });
  await new Promise((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  platform = await ownPlatform({
    HEDGEROW_Auth__AutoConfirm: 'false',
    HEDGEROW_Auth__UriAllowList: 'http://app.test/**',
    HEDGEROW_Auth__Mail__MaxFrequency: '0',
    HEDGEROW_Auth__Mail__From: 'hello@hedgerow.test',
    HEDGEROW_Auth__Mail__Smtp__Host: '127.0.0.1',
    HEDGEROW_Auth__Mail__Smtp__Port: String(smtp.server.address().port),
    HEDGEROW_Auth__Mail__Smtp__Tls: 'false',
    HEDGEROW_Auth__Mail__Notifications__PasswordChanged: 'true',
    HEDGEROW_Auth__Mail__Notifications__EmailChanged: 'true',
    HEDGEROW_Auth__Mail__Notifications__MfaFactorEnrolled: 'true',
    HEDGEROW_Auth__Mail__Notifications__MfaFactorUnenrolled: 'true',
  });
});

after(async () => {
  await platform.stop();
  await new Promise((resolve) => smtp.close(resolve));
});

const client = (...wanted) => platform.client(...wanted);

/** Where a clicked link leads. */
const click = async (link) => new URL((await fetch(link, { redirect: 'manual' })).headers.get('location'));

async function member(password = 'correct horse') {
  const email = freshEmail('member');
  const someone = client();
  ok(await someone.auth.signUp({ email, password }));
  const { user } = ok(await someone.auth.verifyOtp({ type: 'signup', email, token: (await mailTo(email)).code }));
  return { someone, email, password, user };
}

test('a person signs up, confirms by mail and is signed in', async () => {
  const email = freshEmail();
  const someone = client();
  const { session, user } = ok(await someone.auth.signUp({ email, password: 'correct horse', options: { emailRedirectTo: 'http://app.test/welcome' } }));
  assert.equal(session, null);
  assert.equal(user.email, email);
  assert.equal((await someone.auth.signInWithPassword({ email, password: 'correct horse' })).error.code, 'email_not_confirmed');

  const mail = await mailTo(email);
  assert.equal(mail.subject, 'Confirm your e-mail address');
  const target = await click(mail.link);
  assert.equal(target.origin + target.pathname, 'http://app.test/welcome');
  const fragment = new URLSearchParams(target.hash.slice(1));
  ok(await someone.auth.setSession({ access_token: fragment.get('access_token'), refresh_token: fragment.get('refresh_token') }));
  assert.equal(ok(await someone.auth.getUser()).user.email, email);
});

test('a person signs in with the code of a mail, once', async () => {
  const { email } = await member();
  const someone = client();
  ok(await someone.auth.signInWithOtp({ email }));
  const { code: token } = await mailTo(email);
  assert.equal(ok(await someone.auth.verifyOtp({ type: 'email', email, token })).user.email, email);
  assert.equal((await client().auth.verifyOtp({ type: 'email', email, token })).error.code, 'otp_expired');
});

test('a stranger signs up by mail alone, unless that is not wanted', async () => {
  const email = freshEmail('stranger');
  assert.equal((await client().auth.signInWithOtp({ email, options: { shouldCreateUser: false } })).error.code, 'otp_disabled');
  const someone = client();
  ok(await someone.auth.signInWithOtp({ email, options: { data: { name: 'Bo' } } }));
  const { user } = ok(await someone.auth.verifyOtp({ type: 'email', email, token: (await mailTo(email)).code }));
  assert.equal(user.user_metadata.name, 'Bo');
});

test('with PKCE a link brings a code that this client alone redeems', async () => {
  const { email } = await member();
  const someone = client(undefined, { flowType: 'pkce' });
  ok(await someone.auth.signInWithOtp({ email, options: { emailRedirectTo: 'http://app.test/in' } }));
  const code = (await click((await mailTo(email)).link)).searchParams.get('code');

  assert.notEqual((await client(undefined, { flowType: 'pkce' }).auth.exchangeCodeForSession(code)).error, null);
  assert.equal(ok(await someone.auth.exchangeCodeForSession(code)).user.email, email);
});

test('a forgotten password is set anew, with PKCE as well', async () => {
  for (const flowType of ['implicit', 'pkce']) {
    const { email } = await member();
    const someone = client(undefined, { flowType });
    ok(await someone.auth.resetPasswordForEmail(email, { redirectTo: 'http://app.test/reset' }));
    const target = await click((await mailTo(email)).link);
    if (flowType === 'pkce') {
      assert.equal(ok(await someone.auth.exchangeCodeForSession(target.searchParams.get('code'))).redirectType, 'recovery');
    } else {
      const fragment = new URLSearchParams(target.hash.slice(1));
      ok(await someone.auth.setSession({ access_token: fragment.get('access_token'), refresh_token: fragment.get('refresh_token') }));
    }
    ok(await someone.auth.updateUser({ password: 'battery staple' }));
    ok(await client().auth.signInWithPassword({ email, password: 'battery staple' }));
  }
});

test('a confirmation is sent again', async () => {
  const email = freshEmail();
  ok(await client().auth.signUp({ email, password: 'correct horse' }));
  const first = await mailTo(email);
  ok(await client().auth.resend({ type: 'signup', email }));
  const second = await mailTo(email);

  assert.equal((await client().auth.verifyOtp({ type: 'signup', email, token: first.code })).error.code, 'otp_expired');
  ok(await client().auth.verifyOtp({ type: 'signup', email, token: second.code }));
});

test('an invited person comes in by the link', async () => {
  const email = freshEmail('guest');
  const { user } = ok(await client(platform.serviceKey).auth.admin.inviteUserByEmail(email, { data: { team: 'blue' }, redirectTo: 'http://app.test/join' }));
  assert.equal(user.email, email);
  const target = await click((await mailTo(email)).link);
  assert.equal(new URLSearchParams(target.hash.slice(1)).get('type'), 'invite');
  assert.equal(target.pathname, '/join');
});

test('an address changes when both mailboxes agree', async () => {
  const { someone, email, password } = await member();
  const wanted = freshEmail('wanted');
  assert.equal(ok(await someone.auth.updateUser({ email: wanted }, { emailRedirectTo: 'http://app.test/changed' })).user.new_email, wanted);

  const half = await click((await mailTo(email)).link);
  assert.match(new URLSearchParams(half.hash.slice(1)).get('message'), /^Confirmation link accepted/);
  await click((await mailTo(wanted)).link);
  ok(await client().auth.signInWithPassword({ email: wanted, password }));
});

test('who is signed in is asked again by mail', async () => {
  const { someone, email } = await member();
  ok(await someone.auth.reauthenticate());
  const { code, subject } = await mailTo(email);
  assert.ok(subject.startsWith(code));
  ok(await someone.auth.updateUser({ password: 'battery staple', nonce: code }));
});

test('a sign-up does not tell whether the address is known', async () => {
  const { email } = await member();
  // PostgreSQL writes no zeros at the end of a second's fraction: moments are of one length or another by chance.
  const length = (value) => (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? 'a moment' : value?.length);
  const shape = (user) => JSON.stringify(Object.keys(user).sort().map((name) => [name, typeof user[name], length(user[name])]));
  const known = ok(await client().auth.signUp({ email, password: 'another horse' }));
  const unknown = ok(await client().auth.signUp({ email: freshEmail('member'), password: 'another horse' }));
  assert.equal(known.session, null);
  assert.equal(shape(known.user), shape(unknown.user));
});

test('a person is told by mail of a new password, at the address that is known', async () => {
  const { someone, email } = await member();
  ok(await someone.auth.updateUser({ password: 'battery staple' }));
  const { subject, html } = await mailTo(email);
  assert.match(subject, /password/i);
  assert.ok(html.includes(email));
});

test('a person is told at the old address of the new one', async () => {
  const { someone, email } = await member();
  const wanted = freshEmail('wanted');
  ok(await someone.auth.updateUser({ email: wanted }));
  await click((await mailTo(email)).link);
  await click((await mailTo(wanted)).link);

  const { html } = await mailTo(email);
  assert.ok(html.includes(wanted));
  assert.equal(inbox.some((mail) => mail.to === wanted), false);
});

test('a person is told of a second factor when it counts, and when it is gone', async () => {
  const { someone, email } = await member();
  const { id: factorId, totp } = ok(await someone.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone' }));
  assert.equal(inbox.some((mail) => mail.to === email), false);
  ok(await someone.auth.mfa.challengeAndVerify({ factorId, code: new TOTP({ secret: totp.secret }).generate() }));
  const enrolled = await mailTo(email);
  ok(await someone.auth.mfa.unenroll({ factorId }));
  const gone = await mailTo(email);

  assert.ok(enrolled.html.includes('totp'));
  assert.notEqual(gone.subject, enrolled.subject);
});

test('a change that is refused, or that the service role makes, is not told', async () => {
  const { someone, email, user } = await member();
  assert.equal((await someone.auth.updateUser({ password: 'short' })).error.code, 'weak_password');
  ok(await client(platform.serviceKey).auth.admin.updateUserById(user.id, { password: 'an administrator chose it' }));
  // Mails are sent in the order in which they were queued: what comes next was caused by this.
  ok(await client().auth.signInWithOtp({ email }));
  assert.match((await mailTo(email)).html, /code/);
});
