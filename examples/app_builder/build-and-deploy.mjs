// A project is built by agents and deployed, with the official client:
//
//   ./hedgerow up                     # in one terminal
//   env $(./hedgerow status -o env | tr -d '"') node examples/app_builder/build-and-deploy.mjs
//
// The person is new. What the builder reports is said here with the service key.
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const connect = (key) => createClient(process.env.API_URL, key, {
  auth: { persistSession: false },
  db: { schema: 'app_builder' },
  // Node 20 has no WebSocket and the client asks for one at once; nothing here listens to changes.
  realtime: { transport: globalThis.WebSocket ?? class {} },
})

/** The rows of an answer; an error ends the script with what the database said. */
function rows({ data, error }) {
  if (error) throw new Error(`${error.message} ${error.hint ?? ''}`)
  return data
}

/** Somebody new, signed in. */
async function person(name) {
  const client = connect(process.env.ANON_KEY)
  rows(await client.auth.signUp({ email: `${name}-${randomUUID()}@mail.example`, password: 'correct horse battery', options: { data: { full_name: name } } }))
  return client
}

const builder = connect(process.env.SERVICE_ROLE_KEY)
const kofi = await person('Kofi')

const project = rows(await kofi.from('projects').insert({ name: 'Invoice desk', template: 'SAAS', features: ['auth', 'billing'] }).select('id, status').single())
const status = async () => rows(await kofi.from('projects').select('status').eq('id', project.id).single()).status
console.log(`Invoice desk is ${project.status}`)

const { error: tooEarly } = await kofi.rpc('deploy_project', { project_id: project.id })
console.log(`Refused: ${tooEarly.message.replace(project.id, 'it')}`)

const generations = rows(await kofi.rpc('start_generation', {
  project_id: project.id, prompts: { DATABASE: 'Invoices and their lines', BACKEND: 'A REST API for them', FRONTEND: 'A desk to write them at' },
}))
console.log(`${generations.length} agents were asked; it is ${await status()}`)
for (const { id, agent_type } of generations) {
  rows(await builder.from('generations').update({ status: 'RUNNING' }).eq('id', id))
  rows(await builder.from('generations').update({ status: 'COMPLETED', response: `${agent_type}: 12 files`, tokens_used: 1500 }).eq('id', id))
}
console.log(`All are done; it is ${await status()}`)

const deployment = rows(await kofi.rpc('deploy_project', { project_id: project.id }))
rows(await builder.from('deployments').update({ status: 'RUNNING' }).eq('id', deployment.id))
rows(await builder.from('deployments').update({ status: 'SUCCEEDED', url: 'https://invoices.example' }).eq('id', deployment.id))
const overview = rows(await kofi.from('project_overview').select().eq('id', project.id).single())
console.log(`It is ${overview.status} at ${overview.deployment_url}, ${overview.generations} generations, ${overview.tokens_used} tokens`)

// A key of Kofi's, as a program would use it.
const { key } = rows(await kofi.rpc('create_api_key', { name: 'Continuous integration' }))
const seen = rows(await connect(key).from('projects').select('name'))
console.log(`With the key one sees ${seen.length} project: ${seen[0].name}`)
