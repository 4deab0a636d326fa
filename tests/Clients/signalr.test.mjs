// Realtime through SignalR's official client: streams of row changes, broadcasts, presence.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { SignJWT } from 'jose';
import { anonKey, jwtSecret, person, serviceKey, url } from './platform.mjs';

const open = [];
after(() => Promise.all(open.map((connection) => connection.stop())));

async function connect(token, transport = HttpTransportType.WebSockets) {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/realtime/v1/hub`, { accessTokenFactory: () => token, transport })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  open.push(connection);
  return connection;
}

const tokenOf = async (client) => (await client.auth.getSession()).data.session.access_token;

/** What comes, in order; `next()` waits for it. */
function inbox() {
  const [items, waiting] = [[], []];
  return {
    put: (item) => (waiting.length ? waiting.shift()(item) : items.push(item)),
    next: () => (items.length ? Promise.resolve(items.shift()) : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** A stream of changes, once it is subscribed. */
async function changes(connection, request) {
  const box = inbox();
  const stream = connection.stream('Changes', request).subscribe({
    next: box.put, error: (error) => box.put({ type: 'ERROR', message: error.message }), complete: () => box.put({ type: 'COMPLETE' }),
  });
  const first = await box.next();
  return { first, next: box.next, stop: () => stream.dispose() };
}

async function workspace(client) {
  const { data, error } = await client.from('workspaces').insert({ name: 'Hub', slug: `hub-${crypto.randomUUID()}` }).select().single();
  assert.equal(error, null);
  return data.id;
}

test('a subscriber hears of what it may see, in order, and of nothing else', async () => {
  const [ada, eve] = [await person('ada'), await person('eve')];
  const home = await workspace(ada.client);
  const [hers, strangers] = [await connect(await tokenOf(ada.client)), await connect(await tokenOf(eve.client))];
  const [seen, unseen] = [await changes(hers, { table: 'projects' }), await changes(strangers, { table: 'projects' })];
  assert.equal(seen.first.type, 'SUBSCRIBED');

  const { data: project } = await ada.client.from('projects').insert({ workspace_id: home, name: 'One', slug: 'one' }).select().single();
  await ada.client.from('projects').update({ name: 'Two' }).eq('id', project.id);
  await ada.client.from('projects').delete().eq('id', project.id);

  const [insert, update, remove] = [await seen.next(), await seen.next(), await seen.next()];
  assert.deepEqual([insert.type, update.type, remove.type], ['INSERT', 'UPDATE', 'DELETE']);
  assert.deepEqual([insert.record.name, update.record.name, remove.old_record.id], ['One', 'Two', project.id]);
  // Eve's own row comes after all of Ada's: had she heard of one, it would have come first.
  const own = await workspace(eve.client);
  await eve.client.from('projects').insert({ workspace_id: own, name: 'Eve', slug: 'eve' });
  assert.equal((await unseen.next()).record.name, 'Eve');
});

test('a cursor brings what was missed, once', async () => {
  const { client } = await person('grace');
  const home = await workspace(client);
  const first = await connect(await tokenOf(client));
  const before = await changes(first, { table: 'projects', event: 'INSERT', filter: `workspace_id=eq.${home}`, columns: ['name'] });
  await client.from('projects').insert({ workspace_id: home, name: 'heard', slug: 'heard' });
  const heard = await before.next();
  assert.deepEqual(heard.record, { name: 'heard' });
  await first.stop();
  await client.from('projects').insert({ workspace_id: home, name: 'missed', slug: 'missed' });

  const again = await connect(await tokenOf(client));
  const since = await changes(again, { table: 'projects', event: 'INSERT', filter: `workspace_id=eq.${home}`, since: heard.cursor });
  await client.from('projects').insert({ workspace_id: home, name: 'new', slug: 'new' });

  assert.deepEqual([(await since.next()).record.name, (await since.next()).record.name], ['missed', 'new']);
  since.stop();
});

test('a bad request is an error of its stream alone', async () => {
  const { client } = await person();
  const connection = await connect(await tokenOf(client));
  for (const [request, pattern] of [
    [{ table: 'nowhere' }, /nowhere/],
    [{ table: 'projects', filter: 'colour=eq.red' }, /colour/],
    [{ table: 'projects', filter: 'name~x' }, /filter/],
    [{ table: 'projects', event: 'TRUNCATE' }, /invalid_subscription/],
    [{ table: 'projects', since: 'yesterday' }, /no cursor/],
    [{ schema: 'auth', table: 'users' }, /./],
  ]) {
    const { first } = await changes(connection, request);
    assert.equal(first.type, 'ERROR', JSON.stringify(request));
    assert.match(first.message, pattern);
  }
  assert.equal((await changes(connection, { table: 'projects' })).first.type, 'SUBSCRIBED');
});

test('the hub refuses whoever has no good token, before there is a connection', async () => {
  for (const token of ['', 'nonsense', `${anonKey}x`]) await assert.rejects(connect(token), /401/);
  const answer = await fetch(`${url}/realtime/v1/hub/negotiate?negotiateVersion=1`, { method: 'POST' });
  assert.equal(answer.status, 401);
  assert.ok((await answer.json()).message);
});

test('broadcasts reach the others, and oneself on request; presence is told as state and as diffs', async () => {
  const topic = `room-${crypto.randomUUID()}`;
  const [one, two] = [await connect(anonKey), await connect(anonKey, HttpTransportType.LongPolling)];
  const [hers, his, states, diffs] = [inbox(), inbox(), inbox(), inbox()];
  one.on('Broadcast', hers.put);
  two.on('Broadcast', his.put);
  one.on('PresenceState', states.put);
  one.on('PresenceDiff', diffs.put);
  await one.invoke('Join', { topic, key: 'one' });
  await two.invoke('Join', { topic, key: 'two' });

  await one.invoke('Broadcast', topic, 'cursor', { x: 1 }, {});
  await one.invoke('Broadcast', topic, 'cursor', { x: 2 }, { self: true, ack: true });
  assert.deepEqual([(await his.next()).payload, (await his.next()).payload], [{ x: 1 }, { x: 2 }]);
  assert.deepEqual(await hers.next(), { topic, event: 'cursor', payload: { x: 2 }, private: false });

  assert.deepEqual((await states.next()).presence, {});
  await two.invoke('Track', topic, { name: 'Two' });
  assert.equal((await diffs.next()).presence.joins.two.metas[0].name, 'Two');
  await two.stop();
  assert.equal((await diffs.next()).presence.leaves.two.metas[0].name, 'Two');
  await assert.rejects(one.invoke('Broadcast', 'elsewhere', 'x', {}, null), /not_joined/);
});

test('a private topic is closed to those whom no policy lets in', async () => {
  const { client } = await person();
  const connection = await connect(await tokenOf(client));
  await assert.rejects(connection.invoke('Join', { topic: 'secret', private: true }), /unauthorized/);
});

test('an expired token ends its streams and topics with a reason; a renewed one goes on', async () => {
  const { client } = await person();
  const connection = await connect(await tokenOf(client));
  await assert.rejects(connection.invoke('Renew', 'nonsense'), /PGRST301|invalid|JWT/i);
  const stream = await changes(connection, { table: 'projects' });
  await client.auth.refreshSession();
  await connection.invoke('Renew', await tokenOf(client));
  const home = await workspace(client);
  await client.from('projects').insert({ workspace_id: home, name: 'after', slug: 'after' });
  assert.equal((await stream.next()).record.name, 'after');
});

test('after its token has expired a connection joins and follows nothing until it is renewed', async () => {
  const { client, user } = await person();
  const claims = { sub: user.id, role: 'authenticated', exp: Math.floor(Date.now() / 1000) + 10 };
  const connection = await connect(await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(jwtSecret)));
  const [topic, closed] = [`room-${crypto.randomUUID()}`, inbox()];
  connection.on('Closed', closed.put);
  await connection.invoke('Join', topic);

  assert.equal((await closed.next()).reason, 'token_expired');
  await assert.rejects(connection.invoke('Join', topic), /token_expired/);
  assert.match((await changes(connection, { table: 'projects' })).first.message, /token_expired/);

  await connection.invoke('Renew', await tokenOf(client));
  await connection.invoke('Join', topic);
  assert.equal((await changes(connection, { table: 'projects' })).first.type, 'SUBSCRIBED');
});

test('service_role hears of every row', async () => {
  const { client } = await person();
  const connection = await connect(serviceKey);
  const home = await workspace(client);
  const stream = await changes(connection, { table: 'projects', filter: `workspace_id=eq.${home}` });
  await client.from('projects').insert({ workspace_id: home, name: 'any', slug: 'any' });
  assert.equal((await stream.next()).record.name, 'any');
});

test('a transaction of more changes than wait in memory reaches a stream that is read, whole and in order', async () => {
  const { client } = await person();
  const { data: project } = await client.from('projects').insert({ workspace_id: await workspace(client), name: 'Burst', slug: 'burst' }).select().single();
  const { data: conversation } = await client.from('conversations').insert({ project_id: project.id, title: 'Long' }).select().single();
  const stream = await changes(await connect(await tokenOf(client)), { table: 'messages', filter: `conversation_id=eq.${conversation.id}` });
  const rows = Array.from({ length: 5000 }, (_, n) => ({ conversation_id: conversation.id, role: 'user', content: `${n}` }));
  assert.equal((await client.from('messages').insert(rows)).error, null);
  for (const row of rows) assert.equal((await stream.next()).record.content, row.content);
});
