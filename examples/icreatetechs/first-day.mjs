// A first day at iCreateTechs, with the official client and the sample data:
//
//   ./hedgerow up                     # in one terminal
//   ./hedgerow db seed                # in another, once
//   env $(./hedgerow status -o env | tr -d '"') node examples/icreatetechs/first-day.mjs
//
// Maya owns the largest workspace; Leila belongs to none. Both ask the same questions, PostgreSQL answers each with what they may see.
import { createClient } from '@supabase/supabase-js'

const password = 'hedgerow-demo' // every seeded user's
const connect = () => createClient(process.env.API_URL, process.env.ANON_KEY, {
  auth: { persistSession: false },
  // Node 20 has no WebSocket and the client asks for one at once; nothing here listens to changes.
  realtime: { transport: globalThis.WebSocket ?? class {} },
})

/** The rows of an answer; an error ends the script with what the database said. */
function rows({ data, error }) {
  if (error) throw new Error(`${error.message} ${error.hint ?? ''}`)
  return data
}

const maya = connect()
rows(await maya.auth.signInWithPassword({ email: 'maya.chen@northpier.example', password }))

const workspaces = rows(await maya.from('workspaces').select('id, name, workspace_members(role), projects(count)').order('created_at'))
for (const { name, workspace_members, projects } of workspaces)
  console.log(`${name}: ${workspace_members.length} people, ${projects[0].count} projects`)

// Slugs are unique in a workspace: a time in it lets this run again.
const project = rows(await maya.from('projects')
  .insert({ workspace_id: workspaces[0].id, name: 'First day', slug: `first-day-${Date.now()}`, language: 'typescript' })
  .select('id, name, visibility').single())
console.log(`Created ${project.name} (${project.visibility})`)

const conversation = rows(await maya.from('conversations').insert({ project_id: project.id, title: 'Where do I begin?' }).select('id').single())
rows(await maya.from('messages').insert({ conversation_id: conversation.id, role: 'user', content: 'Which file should I read first?' }))
const [{ content }] = rows(await maya.from('messages').select('content').eq('conversation_id', conversation.id))
console.log(`Maya wrote: ${content}`)

const leila = connect()
rows(await leila.auth.signInWithPassword({ email: 'leila.horvat@mail.example', password }))
const seen = rows(await leila.from('messages').select('content').eq('conversation_id', conversation.id))
console.log(`Leila, a stranger, sees ${seen.length} of its messages`)

rows(await maya.from('projects').delete().eq('id', project.id))
