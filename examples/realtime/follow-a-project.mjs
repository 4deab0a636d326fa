// Two people at one project: row changes, what is said in a topic, and who is there, with SignalR's client.
//
//   ./hedgerow up                     # in one terminal
//   env $(./hedgerow status -o env | tr -d '"') node examples/realtime/follow-a-project.mjs
//
// Everybody is new.
import { randomUUID } from 'node:crypto'
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import { createClient } from '@supabase/supabase-js'

/** The rows of an answer; an error ends the script with what the database said. */
function rows({ data, error }) {
  if (error) throw new Error(`${error.message} ${error.hint ?? ''}`)
  return data
}

/** Somebody new, signed in: rows through REST, news through the hub. */
async function person(name) {
  const client = createClient(process.env.API_URL, process.env.ANON_KEY, {
    auth: { persistSession: false },
    realtime: { transport: globalThis.WebSocket ?? class {} }, // Supabase's own realtime is not used here
  })
  const { user } = rows(await client.auth.signUp({ email: `${name}-${randomUUID()}@mail.example`, password: 'correct horse battery', options: { data: { full_name: name } } }))
  const hub = new HubConnectionBuilder()
    // Asked for at each connection, so that a reconnect has a fresh token. A long-lived one calls hub.invoke('Renew', token) before its token expires.
    .withUrl(`${process.env.API_URL}/realtime/v1/hub`, { accessTokenFactory: async () => rows(await client.auth.getSession()).session.access_token })
    .withAutomaticReconnect()
    .configureLogging(LogLevel.Error)
    .build()
  await hub.start()
  return { id: user.id, client, hub }
}

/**
 * The changes that a request asks for, one after the other. The first is SUBSCRIBED: whatever is committed after it will come. Each bears a
 * cursor; `since: cursor` in the next request, after whatever cut, brings what came meanwhile.
 */
function follow(hub, request) {
  const [come, asked] = [[], []]
  const put = (item) => (asked.length ? asked.shift()(item) : come.push(item))
  const stream = hub.stream('Changes', request).subscribe({ next: put, error: (error) => put({ type: 'ENDED', message: error.message }), complete() {} })
  return { next: () => (come.length ? come.shift() : new Promise((resolve) => { asked.push(resolve) })), stop: () => stream.dispose() }
}

const [ines, omar] = await Promise.all([person('Ines'), person('Omar')])
const workspace = rows(await ines.client.from('workspaces').insert({ name: 'Harbour', slug: `harbour-${randomUUID()}` }).select('id').single())
const project = rows(await ines.client.from('projects').insert({ workspace_id: workspace.id, name: 'Tide tables', slug: 'tides' }).select('id').single())

// Omar follows its files once he is a member; before that the policies would tell him of none.
rows(await ines.client.from('workspace_members').insert({ workspace_id: workspace.id, user_id: omar.id, role: 'member' }))
const filter = { table: 'files', filter: `project_id=eq.${project.id}`, columns: ['id', 'path'] }
let news = follow(omar.hub, filter)
await news.next()
const readme = rows(await ines.client.from('files').insert({ project_id: project.id, path: 'README.md', type: 'file', content: '' }).select('id').single())
let change = await news.next()
console.log(`A member hears ${change.type} ${change.record.path}`)

// He goes away, and comes back with his cursor.
news.stop()
rows(await ines.client.from('files').update({ path: 'NOTES.md' }).eq('id', readme.id))
rows(await ines.client.from('files').delete().eq('id', readme.id))
news = follow(omar.hub, { ...filter, since: change.cursor })
await news.next()
for (let missed = 0; missed < 2; missed++) {
  change = await news.next()
  console.log(`He missed ${change.type} ${(change.record ?? change.old_record).path}`)
}

// Both join the project's topic; who is there is told as it changes, and what is said goes to the others.
const topic = `project:${project.id}`
const there = new Promise((resolve) => {
  omar.hub.on('PresenceDiff', ({ presence }) => presence.joins.ines && resolve(presence.joins.ines.metas[0].name))
})
const said = new Promise((resolve) => { omar.hub.on('Broadcast', ({ event, payload }) => resolve(`${event} at line ${payload.line}`)) })
await omar.hub.invoke('Join', { topic, key: 'omar' })
await ines.hub.invoke('Join', { topic, key: 'ines' })
await ines.hub.invoke('Track', topic, { name: 'Ines' })
await ines.hub.invoke('Broadcast', topic, 'cursor', { line: 7 }, { ack: true })
console.log(`${await there} is there: ${await said}`)

await Promise.all([ines.hub.stop(), omar.hub.stop()])
