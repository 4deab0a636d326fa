// The examples of AppForge, Ultimate App Builder, AI Web Builder and of realtime as their reader runs them, against a platform without sample data.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { anonKey, serviceKey, url } from './platform.mjs';

async function lines(example) {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))], {
    env: { ...process.env, API_URL: url, ANON_KEY: anonKey, SERVICE_ROLE_KEY: serviceKey },
  });
  return stdout.trim().split('\n');
}

test('a template is bought and rated', async () => {
  assert.deepEqual(await lines('appforge/buy-a-template.mjs'), [
    'Published version 1.0.0 for 49 dollars',
    'Omar found Booking starter by Ines',
    'To pay: 4165 cents, of which 1250 are the platform\'s and 2915 hers (pending)',
    'Refused: the source of template it is not open to you',
    'Omar reads its pages: home, calendar',
    'Refused: you have bought this template already, or its payment is pending',
    'Rated 4 by 1, downloaded 1 time',
    'Ines earned 2915 cents (pending)',
  ]);
});

test('a build goes from draft to deployed', async () => {
  assert.deepEqual(await lines('app_builder/build-and-deploy.mjs'), [
    'Invoice desk is DRAFT',
    'Refused: project it cannot move from "DRAFT" to "DEPLOYING"',
    '3 agents were asked; it is GENERATING',
    'All are done; it is READY',
    'It is DEPLOYED at https://invoices.example, 3 generations, 4500 tokens',
    'With the key one sees 1 project: Invoice desk',
  ]);
});

test('a campaign is generated up to the cost limit', async () => {
  assert.deepEqual(await lines('web_builder/campaign-to-the-limit.mjs'), [
    'The campaign is ready',
    'Version 2 of the hero is written',
    'Version 3 of the hero is written',
    'Version 4 of the hero is written',
    'Refused: the tier "freemium" may spend $1 on AI a day (Upgrade, or go on tomorrow.)',
    'Spent today: 1.15 (OpenAI 0.75, Anthropic 0.4)',
    'She was told above 0.5',
    '1 view, 1 conversion, 19.9 USD; AI cost 1.15 this month',
  ]);
});

test('two people follow a project', async () => {
  assert.deepEqual(await lines('realtime/follow-a-project.mjs'), [
    'A member hears INSERT README.md',
    'He missed UPDATE NOTES.md',
    'He missed DELETE NOTES.md',
    'Ines is there: cursor at line 7',
  ]);
});
