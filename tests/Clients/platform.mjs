// The platform that a client suite talks to. `./hedgerow test` names one in the environment (API_URL, ANON_KEY, SERVICE_ROLE_KEY);
// run by hand (`node --test tests/Clients/`), a suite uses the one that `./hedgerow up` runs on the default state.
import { execFileSync, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@supabase/supabase-js';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function settings() {
  if (process.env.API_URL) return process.env;
  const lines = execFileSync(path.join(root, 'hedgerow'), ['status', '-o', 'env'], { cwd: root, encoding: 'utf8' }).split('\n');
  return Object.fromEntries(lines.map((line) => /^(\w+)="?(.*?)"?$/.exec(line)).filter(Boolean).map(([, name, value]) => [name, value]));
}

export const { API_URL: url, ANON_KEY: anonKey, SERVICE_ROLE_KEY: serviceKey, JWT_SECRET: jwtSecret } = settings();

/** A platform of a suite's own, with settings of its own; `stop` ends it and leaves nothing. */
export async function ownPlatform(environment) {
  const folder = await mkdtemp(path.join(tmpdir(), 'hedgerow-own-'));
  const platform = spawn(path.join(root, 'hedgerow'), ['up', '--state', path.join(folder, 'state'), '--port', '0'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise((resolve, reject) => {
    let text = '';
    platform.stdout.on('data', (chunk) => {
      text += chunk;
      if (/service key\s+\S+\s/.test(text)) resolve(text);
    });
    platform.once('exit', () => reject(new Error(`the platform does not start: ${text}`)));
  });
  const named = (name) => new RegExp(`^\\s*${name}\\s+(\\S+)`, 'm').exec(said)[1];
  const own = { url: named('API'), anonKey: named('anon key'), serviceKey: named('service key') };
  return {
    ...own,
    /** The official client, as `visitor`. */
    client: (key = own.anonKey, auth = {}) => createClient(own.url, key, { ...options, auth: { ...options.auth, ...auth } }),
    stop: async () => {
      const ended = new Promise((resolve) => platform.once('exit', resolve));
      platform.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

const options = {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  // Node 20 has no WebSocket of its own, and the client refuses to be made without one. These suites open none.
  realtime: { transport: globalThis.WebSocket ?? class {} },
};

/** The official client with the anon key and a session of its own. `auth` changes its settings. */
export const visitor = (auth = {}) => createClient(url, anonKey, { ...options, auth: { ...options.auth, ...auth } });

/** The official client with the service key. */
export const service = () => createClient(url, serviceKey, options);

export const freshEmail = (name = 'someone') => `${name}-${randomUUID()}@example.test`.toLowerCase();

/** The newest mail to an address, as the development inbox keeps it: the code in it, and its link. */
export async function mailTo(address, kind) {
  const { mails } = await (await fetch(`${url}/auth/v1/dev/inbox?to=${encodeURIComponent(address)}`)).json();
  const mail = mails.find((one) => !kind || one.kind === kind);
  if (!mail) throw new Error(`no ${kind ?? ''} mail to ${address}`);
  return read(mail);
}

/** A mail with what a person would take from it. */
export function read(mail) {
  return { ...mail, code: /code[^<]*?(\d{6,10})/.exec(mail.html)?.[1], link: /href="([^"]+)"/.exec(mail.html)?.[1].replaceAll('&amp;', '&') };
}

/** A phone number that nobody has. */
export const freshPhone = () => `+4917${String(randomInt(10 ** 9)).padStart(9, '0')}`;

/** The code of the newest text message to a number, as the development inbox keeps it. */
export async function textCode(phone) {
  const { mails } = await (await fetch(`${url}/auth/v1/dev/inbox?to=${encodeURIComponent(phone)}`)).json();
  return mails[0]?.code;
}

/** A client that is signed in as a new person; `user` is that person. */
export async function person(name = 'someone', password = 'correct horse') {
  const client = visitor();
  const email = freshEmail(name);
  const { data, error } = await client.auth.signUp({ email, password, options: { data: { full_name: name } } });
  if (error) throw error;
  return { client, user: data.user, session: data.session, email, password };
}
