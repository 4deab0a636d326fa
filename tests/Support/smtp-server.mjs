// A real SMTP server for tests: takes mail on 127.0.0.1 and writes each as a line of JSON. Its one argument is JSON: port (0: a free one), user and
// password (asked for where they are given), key and certificate (PEM; STARTTLS is offered where they are given).
// Recipients that begin with "never" are refused for good (550), those that begin with "later" the first time (451).
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

const { port = 0, user, password, key, certificate } = JSON.parse(process.argv[2] ?? '{}');
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const refusal = (responseCode, message) => Object.assign(new Error(message), { responseCode });
const asked = new Set();

const server = new SMTPServer({
  authOptional: !user,
  disabledCommands: [...(user ? [] : ['AUTH']), ...(certificate ? [] : ['STARTTLS'])],
  // Clients that ask for a password in clear shall not get one past us unnoticed: AUTH is offered behind STARTTLS only where there is TLS.
  allowInsecureAuth: !certificate,
  authMethods: ['LOGIN'],
  key,
  cert: certificate,
  onAuth: (auth, session, done) =>
    auth.username === user && auth.password === password ? done(null, { user }) : done(refusal(535, 'Invalid username or password')),
  onRcptTo: ({ address }, session, done) => {
    if (address.startsWith('never')) return done(refusal(550, `<${address}>: no such mailbox`));
    if (address.startsWith('later') && !asked.has(address)) {
      asked.add(address);
      return done(refusal(451, `<${address}>: try again`));
    }
    return done();
  },
  onData: async (stream, session, done) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const mail = await PostalMime.parse(Buffer.concat(chunks));
    say({
      to: session.envelope.rcptTo.map(({ address }) => address).join(),
      from: mail.from,
      subject: mail.subject,
      html: mail.html,
      messageId: mail.messageId,
      secure: session.secure,
    });
    done();
  },
});
server.on('error', (error) => say({ error: error.message }));
server.listen(port, '127.0.0.1', () => say({ port: server.server.address().port }));
// The tests end it by closing its input.
process.stdin.on('end', () => process.exit(0)).resume();
