// The published OFREP client for browsers, unmodified, in Node against the real server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { eventually } from '../support.mjs';
import { RealServer } from '../kit.mjs';

test('all flags at once, polled, with an ETag that names the answers', async (t) => {
  const server = await RealServer.running(t);
  const visible = { enabled: true, client_visible: true };
  await server.create({ key: 'pro', ...visible, rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }] });
  await server.create({ key: 'theme', ...visible, variants: { light: '#fff', dark: '#000' }, default: 'light' });
  await server.create({ key: 'limits', ...visible, variants: { a: { rate: 0 }, b: {} }, default: 'a' });
  await server.create({ key: 'off', ...visible, enabled: false, default_enabled: true });
  await server.create({ key: 'secret', enabled: true, default_enabled: true });
  const exchanges = [];
  const provider = new OFREPWebProvider({
    baseUrl: server.url,
    headers: [['Authorization', `Bearer ${server.sdkKey}`]],
    pollInterval: 200,
    cacheMode: 'disabled', // what it has in a browser's storage
    fetchImplementation: async (...request) => {
      const sent = new Request(...request);
      const response = await fetch(sent);
      exchanges.push([sent.headers.get('if-none-match'), response.status, response.headers.get('etag')]);
      return response;
    },
  });
  t.after(() => OpenFeature.close());
  await OpenFeature.setContext({ targetingKey: 'u1', plan: 'free' });
  await OpenFeature.setProviderAndWait(provider);
  const client = OpenFeature.getClient();
  const changes = [];
  client.addHandler(ProviderEvents.ConfigurationChanged, ({ flagsChanged }) => changes.push(flagsChanged));

  const theme = client.getStringDetails('theme', '');
  assert.deepEqual([theme.value, theme.variant, theme.reason], ['#fff', 'light', 'STATIC']);
  assert.deepEqual(client.getObjectValue('limits', {}), { rate: 0 });
  assert.deepEqual([client.getBooleanDetails('pro', true).value, client.getBooleanDetails('pro', true).reason], [
    false,
    'DEFAULT',
  ]);
  const off = client.getBooleanDetails('off', true);
  assert.deepEqual([off.value, off.reason], [false, 'DISABLED']);
  assert.equal(client.getBooleanDetails('secret', false).errorCode, 'FLAG_NOT_FOUND', 'it is not for clients');
  assert.equal(client.getStringDetails('pro', 'x').errorCode, 'TYPE_MISMATCH');

  const [none, first, etag] = exchanges[0];
  assert.deepEqual([none, first], [null, 200]);
  await eventually(() => exchanges.some(([sent, status]) => sent === etag && status === 304));

  // The client sends the ETag that it has, since the targeting key is the same.
  const before = exchanges.length;
  await OpenFeature.setContext({ targetingKey: 'u1', plan: 'pro' });
  assert.equal(client.getBooleanValue('pro', false), true);
  const asked = exchanges.slice(before).find(([, status]) => status === 200);
  assert.equal(asked[0], etag);
  assert.notEqual(asked[2], etag);

  await server.change('theme', { default: 'dark' });
  await eventually(() => changes.some((keys) => keys.includes('theme')));
  assert.equal(client.getStringValue('theme', ''), '#000');
  const statuses = exchanges.map(([, status]) => status);
  assert.ok(statuses.every((status) => status === 200 || status === 304), statuses.join());
});

test('a key that is wrong is fatal', async (t) => {
  const server = await RealServer.running(t);
  const headers = [['Authorization', `Bearer ${server.sdkKey.slice(0, -1)}x`]];
  const provider = new OFREPWebProvider({ baseUrl: server.url, headers, cacheMode: 'disabled' });
  t.after(() => OpenFeature.close());
  await assert.rejects(OpenFeature.setProviderAndWait('wrong', provider));
  assert.equal(OpenFeature.getClient('wrong').providerStatus, 'FATAL');
});
