// A campaign is generated until the day's cost limit is reached, with the official client:
//
//   ./hedgerow up                     # in one terminal
//   env $(./hedgerow status -o env | tr -d '"') node examples/web_builder/campaign-to-the-limit.mjs
//
// The person is new, so a freemium one: a dollar a day. What the model's worker reports is said here with the service key.
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const connect = (key) => createClient(process.env.API_URL, key, {
  auth: { persistSession: false },
  db: { schema: 'web_builder' },
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

const worker = connect(process.env.SERVICE_ROLE_KEY)
const greta = await person('Greta')

const campaign = rows(await greta.from('campaigns')
  .insert({ name: 'Spring seeds', description: 'Seeds for balconies', target_audience: 'People with a balcony', type: 'landing_page' }).select('id').single())
const component = rows(await greta.from('campaign_components').insert({ campaign_id: campaign.id, name: 'Hero', component_type: 'hero_section' }).select('id').single())

const done = async (id, cost) => rows(await worker.from('ai_generations').update({ status: 'completed', cost, completion_tokens: 900 }).eq('id', id))
const whole = rows(await greta.rpc('generate_campaign', { campaign_id: campaign.id, prompt_text: 'A landing page for spring seeds' }))
await done(whole.id, 0.4)
const status = rows(await greta.from('campaigns').select('status').eq('id', campaign.id).single()).status
console.log(`The campaign is ${status}`)

// One version after the other, until the day's money is spent.
for (;;) {
  const { data: generation, error } = await greta.from('ai_generations').insert({
    campaign_id: campaign.id, component_id: component.id, generation_type: 'component', prompt_text: 'Shorter', model_used: 'gpt-5',
  }).select('id').single()
  if (error) {
    console.log(`Refused: ${error.message} (${error.hint})`)
    break
  }
  await done(generation.id, 0.25)
  const { version } = rows(await greta.rpc('save_component_version', { component_id: component.id, code: '<h1>Spring</h1>' }))
  console.log(`Version ${version} of the hero is written`)
}
const [today] = rows(await greta.from('ai_cost_tracking').select())
console.log(`Spent today: ${today.total_cost} (OpenAI ${today.openai_cost}, Anthropic ${today.anthropic_cost})`)
const [alert] = rows(await greta.from('ai_cost_alerts').select('threshold'))
console.log(`She was told above ${alert.threshold}`)

// It is launched, and visitors come who never signed in.
rows(await greta.from('campaigns').update({ status: 'launched' }).eq('id', campaign.id))
const visitor = connect(process.env.ANON_KEY)
rows(await visitor.rpc('track_event', { campaign_id: campaign.id, event_type: 'view', component_id: component.id }))
rows(await visitor.rpc('track_conversion', { campaign_id: campaign.id, conversion_type: 'sale', value: 19.9 }))
const overview = rows(await greta.from('campaign_overview').select().eq('id', campaign.id).single())
console.log(`${overview.views} view, ${overview.conversions} conversion, ${overview.revenue_generated} ${overview.currency}; AI cost ${overview.cost_this_month} this month`)
