// Events of the real server: each arrives once, and the SDK's status agrees with them.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlagBit } from 'flagbit';
import { eventually, folder, snapshot } from '../support.mjs';
import { bound, names, rejection } from './support.mjs';
import { RealServer } from '../kit.mjs';

/** Options that make changes visible quickly. */
const QUICK = { pollInterval: 1000, staleAfter: 2500, logger: null };

const open = (server, more) => FlagBit.open({ url: server.url, serverKey: server.serverKey, ...QUICK, ...more });

/** Longer than the time in which an event would arrive twice. */
const settle = () => sleep(1500);

test('ready, stale, recovery, and changes', async (t) => {
  const server = await RealServer.running(t);
  await server.create({ key: 'f', enabled: true, default_enabled: true });
  const { client, initialized, told, provider } = bound(t, open(server));
  await initialized;
  assert.equal(client.providerStatus, 'READY');
  assert.equal((await client.getBooleanDetails('f', false)).reason, 'STATIC');
  await settle();
  assert.deepEqual(names(told), ['READY'], 'the first flags are no change');

  await server.change('f', { enabled: false });
  await eventually(() => told.length === 2);
  assert.deepEqual([told[1].event, told[1].flagsChanged], ['CONFIGURATION_CHANGED', ['f']]);
  assert.equal(told[1].providerName, 'FlagBit');
  assert.equal(await client.getBooleanValue('f', true), false);

  await server.do('kill');
  await eventually(() => told.length === 3);
  assert.equal(told[2].event, 'STALE');
  assert.match(told[2].message, /127\.0\.0\.1/);
  assert.equal(client.providerStatus, 'STALE');
  const stale = await client.getBooleanDetails('f', true);
  assert.deepEqual([stale.value, stale.reason, stale.flagMetadata.reason], [false, 'STALE', 'disabled']);

  await server.do('start');
  await provider.client.refresh(20_000);
  await eventually(() => told.length === 4, 20_000);
  assert.equal(client.providerStatus, 'READY');
  assert.equal((await client.getBooleanDetails('f', true)).reason, 'DISABLED');
  await server.change('f', { enabled: true });
  await eventually(() => told.length === 5, 20_000);
  await settle();
  assert.deepEqual(names(told), ['READY', 'CONFIGURATION_CHANGED', 'STALE', 'READY', 'CONFIGURATION_CHANGED']);
  assert.doesNotMatch(JSON.stringify(told), /fbsrv_/);
});

test('a stream tells of changes at once', async (t) => {
  const server = await RealServer.running(t);
  await server.create({ key: 'f', enabled: true, default_enabled: true });
  const { initialized, told } = bound(t, open(server, { stream: true, pollInterval: 60_000, staleAfter: 180_000 }));
  await initialized;
  await settle(); // until it has connected
  await server.change('f', { enabled: false });
  await eventually(() => told.length === 2, 5000);
  assert.deepEqual(names(told), ['READY', 'CONFIGURATION_CHANGED']);
});

test('a server that comes later than initialize waits', async (t) => {
  const server = await RealServer.running(t);
  await server.create({ key: 'f', enabled: true, default_enabled: true });
  await server.do('kill');
  const { client, initialized, told, provider } = bound(t, open(server), { readyTimeout: 300 });
  assert.equal((await rejection(initialized)).code, 'GENERAL');
  assert.equal(client.providerStatus, 'ERROR');
  await server.do('start');
  await provider.client.refresh(20_000);
  await eventually(() => client.providerStatus === 'READY', 20_000);
  assert.equal(await client.getBooleanValue('f', false), true);
  await settle();
  assert.deepEqual(names(told), ['ERROR', 'READY']);
  await server.change('f', { enabled: false });
  await eventually(() => told.length === 3);
  assert.equal(told[2].event, 'CONFIGURATION_CHANGED');
});

test('a key that is refused', async (t) => {
  const server = await RealServer.running(t);
  await server.do('revoke');
  const { client, initialized, told } = bound(t, open(server));
  const error = await rejection(initialized);
  assert.equal(error.code, 'PROVIDER_FATAL');
  assert.match(error.message, /401/);
  assert.equal(client.providerStatus, 'FATAL');
  await settle();
  assert.deepEqual(names(told), ['ERROR']);
});

test('a key that is refused when initialize has given up', async (t) => {
  const server = await RealServer.running(t);
  await server.do('revoke');
  await server.do('kill');
  const { client, initialized, told, provider } = bound(t, open(server), { readyTimeout: 300 });
  assert.equal((await rejection(initialized)).code, 'GENERAL');
  await server.do('start');
  await provider.client.refresh(20_000);
  await eventually(() => client.providerStatus === 'FATAL', 20_000);
  await settle();
  assert.deepEqual(names(told), ['ERROR', 'ERROR']);
  assert.equal(told[1].errorCode, 'PROVIDER_FATAL');
  assert.match(told[1].message, /401/);
});

test('a key that is revoked leaves the last known good', async (t) => {
  const server = await RealServer.running(t);
  await server.create({ key: 'f', enabled: true, default_enabled: true });
  const { client, initialized, told } = bound(t, open(server));
  await initialized;
  await server.do('revoke');
  await eventually(() => told.length === 2, 20_000);
  assert.equal(told[1].event, 'STALE');
  assert.match(told[1].message, /401/);
  assert.equal(await client.getBooleanValue('f', false), true);
});

test('a bootstrap, and then a cache, serve until the server is there', async (t) => {
  const server = await RealServer.running(t);
  await server.create({ key: 'f', enabled: true, default_enabled: true });
  await server.do('kill');
  const cachePath = join(folder(), 'flags.cache');
  const first = bound(t, open(server, { bootstrap: snapshot({ f: false, g: true }), cachePath }));
  await first.initialized;
  await eventually(() => first.client.providerStatus === 'STALE');
  assert.equal((await first.client.getBooleanDetails('f', true)).reason, 'STALE');
  await server.do('start');
  await first.provider.client.refresh(20_000);
  await eventually(() => first.told.length === 4, 20_000);
  await settle();
  assert.deepEqual(names(first.told), ['READY', 'STALE', 'READY', 'CONFIGURATION_CHANGED']);
  assert.match(first.told[1].message, /./);
  assert.deepEqual(first.told[3].flagsChanged, ['f', 'g']);
  assert.equal(await first.client.getBooleanValue('f', false), true);

  await server.do('kill');
  const second = bound(t, open(server, { cachePath }));
  await second.initialized;
  await eventually(() => second.told.length === 2);
  assert.equal(await second.client.getBooleanValue('f', false), true);
  await server.do('start');
  await second.provider.client.refresh(20_000);
  await eventually(() => second.told.length === 3, 20_000);
  await settle();
  assert.deepEqual(names(second.told), ['READY', 'STALE', 'READY'], 'the same flags are no change');
});

test('what the server has confirmed before initialize is not stale', async (t) => {
  const server = await RealServer.running(t);
  await server.create({ key: 'f', enabled: true, default_enabled: true });
  const client = open(server, { bootstrap: snapshot({ f: false }) });
  await client.refresh(20_000);
  const { initialized, told } = bound(t, client);
  await initialized;
  await settle();
  assert.deepEqual(names(told), ['READY']);
});
