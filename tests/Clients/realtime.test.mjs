// Realtime as the official client uses it: row changes under row-level security, broadcast, presence, private channels.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createClient } from '@supabase/supabase-js';
import WebSocket from 'ws';
import { anonKey, person, serviceKey, url } from './platform.mjs';

const clients = [];
after(() => Promise.all(clients.map((client) => client.removeAllChannels())));

/** The official client with a socket of its own; signed in where there is a session. */
async function connect(session, options = {}, key = anonKey) {
  const client = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: WebSocket, timeout: 60_000, ...options } });
  if (session) await client.auth.setSession(session);
  clients.push(client);
  return client;
}

/** Resolves once subscribed, with what the channel then says in `heard`. */
function subscribe(channel) {
  return new Promise((resolve, reject) => channel.subscribe((status, error) => {
    if (status === 'SUBSCRIBED') resolve(channel);
    else if (status !== 'CLOSED') reject(new Error(`${status} ${error?.message ?? ''}`));
  }));
}

/** A list that can be waited on. */
function mailbox() {
  const waiting = [];
  const letters = [];
  const put = (letter) => (waiting.length ? waiting.shift()(letter) : letters.push(letter));
  const next = () => (letters.length ? Promise.resolve(letters.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return { put, next };
}

async function workspaceOf(who) {
  const { data, error } = await who.client.from('workspaces').insert({ name: 'Hedge', slug: `hedge-${crypto.randomUUID()}` }).select().single();
  if (error) throw error;
  return data;
}

for (const vsn of ['1.0.0', '2.0.0']) {
  test(`insert, update and delete arrive with protocol ${vsn}, and only where they may be seen`, async () => {
    const [ada, eve] = [await person('ada'), await person('eve')];
    const workspace = await workspaceOf(ada);
    const [hers, others] = [mailbox(), mailbox()];
    const changes = { event: '*', schema: 'public', table: 'projects' };
    await subscribe((await connect(ada.session, { vsn })).channel('projects').on('postgres_changes', { ...changes, filter: `workspace_id=eq.${workspace.id}` }, hers.put));
    await subscribe((await connect(eve.session, { vsn })).channel('projects').on('postgres_changes', changes, others.put));

    const { data: project } = await ada.client.from('projects').insert({ workspace_id: workspace.id, name: 'Engine', slug: 'engine' }).select().single();
    await ada.client.from('projects').update({ name: 'Machine' }).eq('id', project.id);
    await ada.client.from('projects').delete().eq('id', project.id);
    const own = await workspaceOf(eve);
    const { data: mark } = await eve.client.from('projects').insert({ workspace_id: own.id, name: 'Mark', slug: 'mark' }).select().single();

    const inserted = await hers.next();
    assert.equal(inserted.eventType, 'INSERT');
    assert.deepEqual(inserted.new, project);
    assert.deepEqual(inserted.old, {});
    assert.equal(inserted.errors, null);
    const updated = await hers.next();
    assert.deepEqual([updated.eventType, updated.new.name, updated.old], ['UPDATE', 'Machine', { id: project.id }]);
    const deleted = await hers.next();
    assert.deepEqual([deleted.eventType, deleted.new, deleted.old], ['DELETE', {}, { id: project.id }]);
    assert.equal((await others.next()).new.id, mark.id);
  });

  test(`broadcast and presence with protocol ${vsn}`, async () => {
    const topic = `room-${crypto.randomUUID()}`;
    const [heard, synced, left] = [mailbox(), mailbox(), mailbox()];
    const here = (await connect(null, { vsn })).channel(topic, { config: { presence: { key: 'here' } } });
    here.on('broadcast', { event: 'move' }, heard.put).on('presence', { event: 'sync' }, () => synced.put(here.presenceState())).on('presence', { event: 'leave' }, left.put);
    await subscribe(here);
    const there = (await connect(null, { vsn })).channel(topic, { config: { broadcast: { ack: true }, presence: { key: 'there' } } });
    await subscribe(there);

    assert.equal(await there.send({ type: 'broadcast', event: 'move', payload: { x: 1, text: 'größer 🌳' } }), 'ok');
    assert.deepEqual((await heard.next()).payload, { x: 1, text: 'größer 🌳' });
    assert.deepEqual(await there.httpSend('move', { x: 2 }), { success: true });
    assert.deepEqual((await heard.next()).payload, { x: 2 });

    assert.equal(await there.track({ name: 'Grace' }), 'ok');
    let state = {};
    while (!state.there) state = await synced.next();
    assert.equal(state.there[0].name, 'Grace');
    assert.equal(await there.untrack(), 'ok');
    assert.equal((await left.next()).key, 'there');
  });
}

test('bytes are broadcast as bytes', async () => {
  const topic = `bytes-${crypto.randomUUID()}`;
  const heard = mailbox();
  await subscribe((await connect()).channel(topic).on('broadcast', { event: 'blob' }, heard.put));
  const sender = await subscribe((await connect()).channel(topic));

  await sender.send({ type: 'broadcast', event: 'blob', payload: new Uint8Array([0, 1, 255]).buffer });

  assert.deepEqual([...new Uint8Array((await heard.next()).payload)], [0, 1, 255]);
});

test('a private channel that no policy opens is refused, and the service key enters it', async () => {
  const ada = await person('ada');
  const topic = `private-${crypto.randomUUID()}`;
  await assert.rejects(subscribe((await connect(ada.session)).channel(topic, { config: { private: true } })), /do not have permissions to read from this Channel topic/);
  await subscribe((await connect(null, {}, serviceKey)).channel(topic, { config: { private: true } }));
});

test('a table that does not exist is reported, and with wait refuses the channel', async () => {
  const said = mailbox();
  const channel = (await connect(null, {}, serviceKey)).channel('nowhere').on('postgres_changes', { event: '*', schema: 'public', table: 'nowhere' }, () => {}).on('system', {}, said.put);
  await subscribe(channel);
  const { status, extension, message } = await said.next();
  assert.deepEqual([status, extension], ['error', 'postgres_changes']);
  assert.match(message, /does not exist/);

  const waiting = (await connect(null, {}, serviceKey)).channel('nowhere', { config: { postgres_changes_options: { wait: true } } }).on('postgres_changes', { event: '*', schema: 'public', table: 'nowhere' }, () => {});
  await assert.rejects(subscribe(waiting), /RealtimeDisabledForConfiguration/);
});

test('a transaction of more changes than wait in memory reaches a client that reads, whole and in order', async () => {
  const ada = await person('ada');
  const workspace = await workspaceOf(ada);
  const { data: project } = await ada.client.from('projects').insert({ workspace_id: workspace.id, name: 'Burst', slug: 'burst' }).select().single();
  const { data: conversation } = await ada.client.from('conversations').insert({ project_id: project.id, title: 'Long' }).select().single();
  const heard = mailbox();
  const changes = { event: 'INSERT', schema: 'public', table: 'messages', filter: `conversation_id=eq.${conversation.id}` };
  await subscribe((await connect(ada.session)).channel('burst').on('postgres_changes', changes, heard.put));

  for (const burst of [1, 2]) {
    const rows = Array.from({ length: 5000 }, (_, n) => ({ conversation_id: conversation.id, role: 'user', content: `${burst}/${n}` }));
    assert.equal((await ada.client.from('messages').insert(rows)).error, null);
    for (const row of rows) assert.equal((await heard.next()).new.content, row.content);
  }
});
