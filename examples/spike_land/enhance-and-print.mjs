// A photo is enhanced with tokens and ordered as a print, with the official client and the sample data:
//
//   ./hedgerow up                     # in one terminal
//   ./hedgerow db seed                # in another, once
//   env $(./hedgerow status -o env | tr -d '"') node examples/spike_land/enhance-and-print.mjs
//
// The person is new and pays with a voucher (WELCOME-2026 of the sample data, or VOUCHER). What a worker and Stripe do is done here with the service key.
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const connect = (key, headers = {}) => createClient(process.env.API_URL, key, {
  auth: { persistSession: false },
  db: { schema: 'spike_land' },
  global: { headers },
  // Node 20 has no WebSocket and the client asks for one at once; nothing here listens to changes.
  realtime: { transport: globalThis.WebSocket ?? class {} },
})

/** The rows of an answer; an error ends the script with what the database said. */
function rows({ data, error }) {
  if (error) throw new Error(`${error.message} ${error.hint ?? ''}`)
  return data
}

const ada = connect(process.env.ANON_KEY)
const service = connect(process.env.SERVICE_ROLE_KEY)
rows(await ada.auth.signUp({ email: `ada-${randomUUID()}@mail.example`, password: 'correct horse battery' }))
const me = rows(await ada.from('users').select('id').single())

const { tokens_granted } = rows(await ada.rpc('redeem_voucher', { code: process.env.VOUCHER ?? 'WELCOME-2026' }))
console.log(`The voucher brought ${tokens_granted} tokens`)

// The file itself was uploaded before, into the folder that bears her id.
const image = rows(await ada.from('enhanced_images').insert({
  name: 'The old mill', original_url: 'https://img.example/mill.jpg', original_r2_key: `${me.id}/${randomUUID()}.jpg`,
  original_width: 900, original_height: 900, original_size_bytes: 210_000, original_format: 'jpeg',
}).select('id').single())

const product = rows(await ada.from('merch_products').select('id, name, merch_variants(id, name)').eq('provider_sku', 'GLOBAL-FAP').single())
const variant = product.merch_variants.find(({ name }) => name === '30x40cm')
const print = { product_id: product.id, variant_id: variant.id, image_id: image.id }
const { error: tooSmall } = await ada.rpc('add_to_cart', print)
console.log(`Refused: ${tooSmall.message}`)

const job = rows(await ada.from('image_enhancement_jobs').insert({ image_id: image.id, tier: 'TIER_4K' }).select('id, tokens_cost').single())
// A worker takes it and reports what came of it.
rows(await service.from('image_enhancement_jobs').update({ status: 'PROCESSING' }).eq('id', job.id))
rows(await service.from('image_enhancement_jobs').update({
  status: 'COMPLETED', current_stage: 'GENERATING', enhanced_url: 'https://img.example/mill-4k.jpg',
  enhanced_r2_key: `${me.id}/${job.id}.jpg`, enhanced_width: 4096, enhanced_height: 4096, enhanced_size_bytes: 5_200_000,
}).eq('id', job.id))
const account = rows(await ada.rpc('token_account'))
console.log(`Enhanced for ${job.tokens_cost} tokens; ${account.balance} are left`)

rows(await ada.rpc('add_to_cart', { ...print, quantity: 2 }))
const cart = rows(await ada.from('cart_totals').select('items, subtotal, currency').single())
console.log(`In the cart: ${cart.items} prints, ${cart.subtotal} ${cart.currency}`)

const order = rows(await ada.rpc('checkout', {
  shipping_address: { name: 'Ada', line1: '1 Mill Lane', city: 'Leeds', postalCode: 'LS1 1AA', country: 'GB' },
}))
console.log(`${order.order_number}: ${order.subtotal} + ${order.shipping_cost} shipping + ${order.tax_amount} tax = ${order.total_amount} ${order.currency}`)

// Stripe says, twice, that it was paid.
const payment_intent = `pi_${randomUUID()}`
rows(await service.from('merch_orders').update({ stripe_payment_intent_id: payment_intent }).eq('id', order.id))
const event = { provider: 'STRIPE', event_id: `evt_${randomUUID()}` }
for (let time = 1; time <= 2; time++) {
  rows(await service.rpc('receive_merch_webhook', { ...event, event_type: 'payment_intent.succeeded', payload: { payment_intent } }))
  rows(await service.rpc('process_merch_webhook', event))
}
const events = rows(await ada.from('merch_order_events').select('type').eq('order_id', order.id).order('created_at'))
console.log(events.map(({ type }) => type).join(' → '))

// Whoever has the link sees the picture; nobody else does.
const token = rows(await ada.rpc('share_image', { image_id: image.id }))
for (const [who, headers] of [['A friend with the link', { 'x-share-token': token }], ['Somebody without', {}]]) {
  const seen = rows(await connect(process.env.ANON_KEY, headers).from('enhanced_images').select('name').eq('id', image.id))
  console.log(`${who} sees ${seen.length} image`)
}
