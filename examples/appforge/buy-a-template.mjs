// A template is published, bought and rated, with the official client:
//
//   ./hedgerow up                     # in one terminal
//   env $(./hedgerow status -o env | tr -d '"') node examples/appforge/buy-a-template.mjs
//
// Everybody is new. What Stripe would tell is said here with the service key.
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const connect = (key) => createClient(process.env.API_URL, key, {
  auth: { persistSession: false },
  db: { schema: 'appforge' },
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

const service = connect(process.env.SERVICE_ROLE_KEY)
const [ines, omar] = await Promise.all([person('Ines'), person('Omar')])

// Ines makes a template of a project of hers.
const project = rows(await ines.from('projects').insert({ name: 'Booking desk', definition: { pages: ['home', 'calendar'] } }).select('id').single())
const template = rows(await ines.from('templates')
  .insert({ name: 'Booking starter', category: 'business', tags: ['calendar'], price: 4900, source_project_id: project.id }).select('id').single())
const { version } = rows(await ines.rpc('publish_template', { template_id: template.id }))
const code = `HELLO-${randomUUID().slice(0, 8)}`
rows(await ines.from('referral_codes').insert({ code, discount_percentage: 15, max_uses: 10 }))
console.log(`Published version ${version} for ${4900 / 100} dollars`)

// Omar finds it and buys it with her code; the source opens once it is paid.
const [found] = rows(await omar.from('template_catalog').select('id, name, creator_name').textSearch('search_vector', 'calendar & booking').eq('id', template.id))
console.log(`Omar found ${found.name} by ${found.creator_name}`)
const purchase = rows(await omar.rpc('purchase_template', { template_id: template.id, referral_code: code.toLowerCase() }))
console.log(`To pay: ${purchase.amount} cents, of which ${purchase.platform_fee} are the platform's and ${purchase.creator_payout} hers (${purchase.payment_status})`)
const { error: early } = await omar.rpc('template_source', { template_id: template.id })
console.log(`Refused: ${early.message.replace(template.id, 'it')}`)
rows(await service.rpc('complete_purchase', { purchase_id: purchase.id, stripe_charge_id: `ch_${randomUUID()}` }))
const source = rows(await omar.rpc('template_source', { template_id: template.id }))
console.log(`Omar reads its pages: ${source.pages.join(', ')}`)

const { error: twice } = await omar.rpc('purchase_template', { template_id: template.id })
console.log(`Refused: ${twice.message}`)
rows(await omar.from('template_ratings').insert({ template_id: template.id, rating: 4, review: 'Saved me a week.' }))
const rated = rows(await ines.from('templates').select('rating, review_count, downloads').eq('id', template.id).single())
console.log(`Rated ${rated.rating} by ${rated.review_count}, downloaded ${rated.downloads} time`)
const [earned] = rows(await ines.from('creator_earnings').select('amount, status'))
console.log(`Ines earned ${earned.amount} cents (${earned.status})`)
