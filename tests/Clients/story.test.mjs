// Two people meet in a workspace, and a stranger sees none of it: the whole platform through the official client.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { person, visitor } from './platform.mjs';

const ok = ({ data, error, status }) => {
  assert.equal(error, null, JSON.stringify({ status, ...error }));
  return data;
};

test('two people share a workspace that a stranger cannot see', async () => {
  const [ann, bob, eve] = await Promise.all(['ann', 'bob', 'eve'].map((name) => person(name)));

  const workspace = ok(await ann.client.from('workspaces').insert({ name: 'Ann’s', slug: `ann-${randomUUID().slice(0, 8)}` }).select().single());
  assert.equal(workspace.owner_id, ann.user.id);

  const invitation = ok(await ann.client.rpc('invite_member', { workspace_id: workspace.id, email: bob.email, role: 'member' }));
  assert.equal((await eve.client.rpc('accept_invitation', { token: invitation.token })).data, null);
  const membership = ok(await bob.client.rpc('accept_invitation', { token: invitation.token }));
  assert.equal(membership.role, 'member');
  assert.notEqual((await bob.client.rpc('accept_invitation', { token: invitation.token })).error, null, 'an invitation works once');

  const project = ok(await bob.client.from('projects').insert({ workspace_id: workspace.id, name: 'Hedge', slug: 'hedge' }).select().single());
  const conversation = ok(await bob.client.from('conversations').insert({ project_id: project.id, title: 'First' }).select().single());
  ok(await bob.client.from('messages').insert([
    { conversation_id: conversation.id, role: 'user', content: 'Hello' },
    { conversation_id: conversation.id, role: 'user', content: 'Anyone?' },
  ]));

  const seen = ok(await ann.client.from('workspaces')
    .select('name, projects(name, conversations(title, messages(content)))').eq('id', workspace.id).single());
  const { messages } = seen.projects[0].conversations[0];
  assert.deepEqual(messages.map((message) => message.content).sort(), ['Anyone?', 'Hello']);

  for (const client of [eve.client, visitor()]) {
    for (const [table, id] of [['workspaces', workspace.id], ['projects', project.id], ['conversations', conversation.id]]) {
      const { data } = await client.from(table).select('id').eq('id', id);
      assert.deepEqual(data ?? [], [], `${table} is hidden`);
    }
    const { error } = await client.from('messages').insert({ conversation_id: conversation.id, role: 'user', content: 'Let me in' });
    assert.ok(error, 'a stranger writes nothing');
  }
  assert.equal(ok(await ann.client.from('messages').select('id').eq('conversation_id', conversation.id)).length, 2);

  assert.equal((await bob.client.from('workspaces').update({ name: 'Bob’s' }).eq('id', workspace.id).select()).data.length, 0, 'a member renames nothing');
});

test('a profile follows its account', async () => {
  const { client, user, email } = await person('Grace');

  const profile = ok(await client.from('users').select('id, email').eq('id', user.id).single());
  assert.equal(profile.email, email);

  const sessions = ok(await client.from('user_sessions_extended').select('id, ip_address').eq('user_id', user.id));
  assert.equal(sessions.length, 1);
});
