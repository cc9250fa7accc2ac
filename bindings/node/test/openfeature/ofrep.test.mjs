// Compares the published OFREP client for servers, unmodified, on the real server with FlagBit's provider.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { FlagBit } from 'flagbit';
import { FlagBitProvider } from 'flagbit/openfeature';
import { RealServer } from '../kit.mjs';
import { shared } from './support.mjs';

const PRO = { conditions: [{ attribute: 'plan', operator: 'eq', value: 'pro' }] };
const typed = (key, variants, more) => ({ key, enabled: true, default: 'a', variants, client_visible: true, ...more });
const FLAGS = [
  { key: 'on', enabled: true, default_enabled: true, client_visible: true },
  { key: 'zero', enabled: true, default_enabled: false, client_visible: true },
  { key: 'off', enabled: false, default_enabled: true, client_visible: true },
  { key: 'percent', enabled: true, rules: [{ operator: 'percent', value: 100 }], client_visible: true },
  { key: 'user', enabled: true, rules: [{ attribute: 'user_id', operator: 'eq', value: 'u1' }], client_visible: true },
  { key: 'aside', enabled: true, rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }], client_visible: true },
  typed('text', { a: 'A', b: '' }, { rules: [{ ...PRO, value: 'b' }] }),
  typed('integer', { a: 10, b: 0 }, { rules: [{ ...PRO, value: 'b' }] }),
  typed('float', { a: 0.5, b: 0 }, { rules: [{ ...PRO, value: 'b' }] }),
  typed('object', { a: { x: [1] }, b: {} }, { rules: [{ ...PRO, value: 'b' }] }),
  typed('closed', { a: 'A', b: '' }, { enabled: false, off: 'b' }),
];

const all = shared();
let ofrep;
let native;
const statuses = [];

before(async () => {
  const server = await RealServer.running(all);
  all.after(() => OpenFeature.close());
  for (const flag of FLAGS) await server.create(flag);
  await server.do('kill');
  await server.do('set_aside', { key: 'aside' });
  await server.do('start');
  const headers = [['Authorization', `Bearer ${server.sdkKey}`]];
  await OpenFeature.setProviderAndWait('ofrep', new OFREPProvider({ baseUrl: server.url, headers }));
  const wrong = [['Authorization', `Bearer ${server.sdkKey.slice(0, -1)}x`]];
  const fetchImplementation = async (request) => {
    const response = await fetch(request);
    statuses.push(response.status);
    return response;
  };
  await OpenFeature.setProviderAndWait(
    'wrong',
    new OFREPProvider({ baseUrl: server.url, headers: wrong, fetchImplementation }),
  );
  const client = FlagBit.open({ url: server.url, serverKey: server.serverKey, logger: null });
  await OpenFeature.setProviderAndWait('native', new FlagBitProvider(client));
  ofrep = OpenFeature.getClient('ofrep');
  native = OpenFeature.getClient('native');
});

const plain = ({ value, variant, reason, errorCode, flagMetadata }) => ({
  value,
  variant,
  reason,
  errorCode,
  rule: flagMetadata.ruleIndex,
  why: flagMetadata.reason,
});

const CONTEXTS = [undefined, {}, { targetingKey: 'u1' }, { targetingKey: 'u1', plan: 'pro' }, { plan: 'pro', none: null }];
const CALLS = { Boolean: true, String: 'default', Number: 7, Object: { d: 1 } };
const ASKED = {
  Boolean: ['on', 'zero', 'off', 'percent', 'user', 'aside', 'text'],
  String: ['text', 'closed', 'on'],
  Number: ['integer', 'float', 'text'],
  Object: ['object', 'text'],
};

test('both give the same answers', async () => {
  let compared = 0;
  for (const [type, keys] of Object.entries(ASKED)) {
    for (const key of [...keys, 'nope']) {
      for (const context of CONTEXTS) {
        const [remote, local] = await Promise.all(
          [ofrep, native].map((client) => client[`get${type}Details`](key, CALLS[type], context)),
        );
        assert.deepEqual(plain(remote), plain(local), `${type} ${key} ${JSON.stringify(context)}`);
        compared++;
      }
    }
  }
  console.log(`${compared} answers over OFREP and in the process are the same`);
});

test('a flag that is set aside gives the default, and says so', async () => {
  for (const client of [ofrep, native]) {
    const { value, errorCode, errorMessage } = await client.getBooleanDetails('aside', true);
    assert.deepEqual([value, errorCode], [true, 'PARSE_ERROR']);
    assert.match(errorMessage, /flag "aside" is set aside/);
  }
});

test('zero values, and a flag that is switched off, are answers', async () => {
  const pro = { plan: 'pro' };
  assert.equal(await ofrep.getStringValue('text', 'x', pro), '');
  assert.equal(await ofrep.getNumberValue('integer', 7, pro), 0);
  assert.equal(await ofrep.getNumberValue('float', 7, pro), 0);
  assert.deepEqual(await ofrep.getObjectValue('object', { d: 1 }, pro), {});
  assert.equal(await ofrep.getBooleanValue('zero', true), false);
  const off = await ofrep.getBooleanDetails('off', true);
  assert.deepEqual([off.value, off.reason], [false, 'DISABLED']);
});

test('a key that is wrong', async () => {
  const { value, errorCode } = await OpenFeature.getClient('wrong').getBooleanDetails('on', false);
  // This client names no other code for it.
  assert.deepEqual([value, errorCode, statuses], [false, 'GENERAL', [401]]);
});

test('an empty targeting key is one', async () => {
  for (const client of [ofrep, native]) {
    const { value, reason } = await client.getBooleanDetails('percent', false, { targetingKey: '' });
    assert.deepEqual([value, reason], [true, 'SPLIT']);
  }
});
