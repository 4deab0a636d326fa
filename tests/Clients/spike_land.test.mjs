// examples/spike_land as its reader runs it, against a platform without sample data.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { anonKey, service, serviceKey, url } from './platform.mjs';

test('a photo is enhanced with tokens and ordered as a print', async () => {
  const code = `EXAMPLE-${randomUUID().slice(0, 8).toUpperCase()}`;
  const { error } = await service().schema('spike_land').from('vouchers').insert({ code, type: 'FIXED_TOKENS', value: 25, max_uses: 1 });
  assert.equal(error, null, JSON.stringify(error));

  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('../../examples/spike_land/enhance-and-print.mjs', import.meta.url))], {
    env: { ...process.env, API_URL: url, ANON_KEY: anonKey, SERVICE_ROLE_KEY: serviceKey, VOUCHER: code },
  });
  const said = stdout.trim().split('\n');
  assert.equal(said[0], 'The voucher brought 25 tokens');
  assert.match(said[1], /^Refused: the image is 900 x 900 pixels/);
  assert.equal(said[2], 'Enhanced for 10 tokens; 15 are left');
  assert.equal(said[3], 'In the cart: 2 prints, 39.98 GBP');
  assert.match(said[4], /^SL-\d{4}-\d{6}: 39\.98 \+ 4\.99 shipping \+ 8\.99 tax = 53\.96 GBP$/);
  assert.equal(said[5], 'ORDER_CREATED → PAYMENT_CAPTURED');
  assert.deepEqual(said.slice(6), ['A friend with the link sees 1 image', 'Somebody without sees 0 image']);
});
