// The provider in the published SDK: answers, contexts, reasons, domains, hooks, its end.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  AsyncLocalStorageTransactionContextPropagator,
  ErrorCode,
  FlagNotFoundError,
  MultiProvider,
  OpenFeature,
  TypeMismatchError,
} from '@openfeature/server-sdk';
import { FlagBit } from 'flagbit';
import * as imported from 'flagbit/openfeature';
import { KEY, Stub } from '../kit.mjs';
import { SNAPSHOT, eventually, folder, recorder, run, snapshot, writeJson } from '../support.mjs';
import { bound, heard, names, rejection, serving } from './support.mjs';

const { FlagBitProvider } = imported;

/** One flag, which is on where one condition holds. */
const asking = (attribute, operator, value) => [
  { key: 'f', enabled: true, rules: [{ attribute, operator, value }] },
];

test('what it is', async (t) => {
  const { client, provider } = await serving(t, SNAPSHOT);
  assert.equal(OpenFeature.getProviderMetadata(client.metadata.domain).name, 'FlagBit');
  assert.equal(provider.runsOn, 'server');
  assert.ok(provider.client instanceof FlagBit);
  assert.equal(createRequire(import.meta.url)('flagbit/openfeature').FlagBitProvider, FlagBitProvider);
});

test('reasons, variants and metadata', async (t) => {
  const flags = [
    { key: 'static', enabled: true, default_enabled: true },
    { key: 'pro', enabled: true, rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }] },
    { key: 'off', enabled: false, default_enabled: true },
    {
      key: 'percent',
      enabled: true,
      rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }, { operator: 'percent', value: 100 }],
    },
    {
      key: 'split',
      enabled: true,
      variants: { a: 'A', b: 'B' },
      default: 'a',
      rules: [{ conditions: [], value: { split: [['b', 100]] } }],
    },
  ];
  const { client } = await serving(t, { revision: 'r7', flags });
  const revision = { revision: 'r7', version: 'r7' };
  const told = async (key, context) => {
    const { value, variant, reason, flagMetadata } = await client.getBooleanDetails(key, true, context);
    return [value, variant, reason, { ...flagMetadata }];
  };
  assert.deepEqual(await told('static'), [true, 'on', 'STATIC', { reason: 'default', ...revision }]);
  assert.deepEqual(await told('pro', { plan: 'free' }), [false, 'off', 'DEFAULT', { reason: 'default', ...revision }]);
  assert.deepEqual(await told('pro', { plan: 'pro' }), [
    true,
    'on',
    'TARGETING_MATCH',
    { reason: 'targeting_match', ruleIndex: 0, ...revision },
  ]);
  assert.deepEqual(await told('percent', { targetingKey: 'u' }), [
    true,
    'on',
    'SPLIT',
    { reason: 'percentage_rollout', ruleIndex: 1, ...revision },
  ]);
  assert.deepEqual(await told('off'), [false, 'off', 'DISABLED', { reason: 'disabled', ...revision }]);
  const split = await client.getStringDetails('split', '', { targetingKey: 'u' });
  assert.deepEqual([split.value, split.variant, split.reason], ['B', 'b', 'SPLIT']);
});

test('a snapshot without a revision has none in the metadata', async (t) => {
  const { client } = await serving(t, snapshot({ a: true }));
  assert.deepEqual({ ...(await client.getBooleanDetails('a', false)).flagMetadata }, { reason: 'default' });
});

test('errors are named, and hooks get the SDK’s own classes of them', async (t) => {
  const { client } = await serving(t, {
    flags: [
      ...SNAPSHOT.flags,
      { key: 'text', enabled: true, variants: { a: 'A', b: '' }, default: 'a' },
      { key: 'number', enabled: true, variants: { a: 0, b: 1 }, default: 'a' },
      { key: 'json', enabled: true, variants: { a: [], b: {} }, default: 'a' },
    ],
  });
  const errors = [];
  client.addHooks({ error: (_, error) => void errors.push(error) });
  const mismatch = async (type, key, fallback) => {
    const { value, errorCode, errorMessage, reason } = await client[`get${type}Details`](key, fallback);
    assert.deepEqual([value, errorCode, reason], [fallback, ErrorCode.TYPE_MISMATCH, 'ERROR']);
    return errorMessage;
  };
  assert.equal(await mismatch('Boolean', 'text', true), 'flag "text" is a string, not a boolean');
  assert.equal(await mismatch('String', 'always', 'x'), 'flag "always" is a boolean, not a string');
  assert.equal(await mismatch('Number', 'json', 5), 'flag "json" is JSON, not a number');
  assert.equal(await mismatch('Object', 'number', { a: 1 }), 'flag "number" is a number, not JSON');
  assert.ok(errors.length === 4 && errors.every((error) => error instanceof TypeMismatchError));
  const missing = await client.getBooleanDetails('nope', true);
  assert.deepEqual([missing.value, missing.errorCode], [true, ErrorCode.FLAG_NOT_FOUND]);
  assert.match(missing.errorMessage, /no flag "nope"/);
  assert.ok(errors.at(-1) instanceof FlagNotFoundError);
  const aside = await client.getBooleanDetails('broken', true);
  assert.deepEqual([aside.value, aside.errorCode], [true, ErrorCode.PARSE_ERROR]);
  assert.match(aside.errorMessage, /flags\[2\]\.rules\[0\]/);
  assert.deepEqual(await client.getObjectValue('json', { a: 1 }), []);
  assert.equal(await client.getNumberValue('number', 5), 0);
});

test('the targeting key is the user’s id, unless that is given', async (t) => {
  const { client } = await serving(t, [
    ...asking('user_id', 'eq', 'u1'),
    { key: 'key', enabled: true, rules: [{ attribute: 'targetingKey', operator: 'eq', value: 'u1' }] },
    { key: 'empty', enabled: true, rules: [{ attribute: 'user_id', operator: 'eq', value: '' }] },
    { key: 'there', enabled: true, rules: [{ attribute: 'user_id', operator: 'exists' }] },
  ]);
  const on = (key, context) => client.getBooleanValue(key, false, context);
  assert.equal(await on('f', { targetingKey: 'u1' }), true);
  assert.equal(await on('f', { targetingKey: 'u2', user_id: 'u1' }), true);
  assert.equal(await on('f', { targetingKey: 'u1', user_id: 'u2' }), false);
  assert.equal(await on('f', { targetingKey: 'u1', user_id: null }), true);
  assert.equal(await on('f', { targetingKey: 'u1', user_id: undefined }), true);
  assert.equal(await on('key', { targetingKey: 'u1', user_id: 'u2' }), true);
  assert.equal(await on('empty', { targetingKey: '' }), true);
  assert.equal(await on('there', {}), false);
  assert.equal(await on('there'), false);
});

test('attributes of every kind; what is nested is not there', async (t) => {
  const { client, provider } = await serving(t, [
    ...asking('roles', 'has', 'admin'),
    { key: 'since', enabled: true, rules: [{ attribute: 'since', operator: 'before', value: '2026-01-01T00:00:00Z' }] },
    { key: 'nested', enabled: true, rules: [{ attribute: 'nested', operator: 'exists' }] },
    { key: 'age', enabled: true, rules: [{ attribute: 'age', operator: 'gte', value: 65 }] },
  ]);
  const context = {
    targetingKey: 'u1',
    roles: ['dev', 'admin'],
    since: new Date('2025-06-01T00:00:00Z'),
    nested: { a: 1 },
    map: new Map(),
    age: 65,
    none: null,
  };
  for (const [key, expected] of [['f', true], ['since', true], ['nested', false], ['age', true]]) {
    assert.equal(await client.getBooleanValue(key, !expected, context), expected, key);
  }
  assert.equal(provider.client.status().unsupportedValues, 0);
});

test('contexts of all levels, and those of a transaction and of hooks', async (t) => {
  const conditions = ['api', 'transaction', 'client', 'invocation', 'hook'].map((attribute) => ({
    attribute,
    operator: 'eq',
    value: 'yes',
  }));
  const { client } = await serving(t, [{ key: 'f', enabled: true, rules: [{ conditions, value: true }] }]);
  OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator());
  OpenFeature.setContext({ api: 'yes', client: 'no' });
  t.after(() => OpenFeature.setContext({}));
  client.setContext({ client: 'yes', invocation: 'no' });
  client.addHooks({ before: () => ({ hook: 'yes' }) });
  const ask = () => client.getBooleanValue('f', false, { invocation: 'yes' });
  assert.equal(await ask(), false);
  const [inside, outside] = await Promise.all([
    new Promise((done) => OpenFeature.setTransactionContext({ transaction: 'yes' }, () => done(ask()))),
    ask(),
  ]);
  assert.deepEqual([inside, outside], [true, false]);
});

test('hooks see what is evaluated, in order', async (t) => {
  const { client, domain } = await serving(t, SNAPSHOT);
  const seen = [];
  const hook = (name) => ({
    before: ({ flagKey, providerMetadata }) => void seen.push(`${name} before ${flagKey} ${providerMetadata.name}`),
    after: (_, { variant, reason }) => void seen.push(`${name} after ${variant} ${reason}`),
    error: (_, { code }) => void seen.push(`${name} error ${code}`),
    finally: (_, { value }) => void seen.push(`${name} finally ${value}`),
  });
  client.addHooks(hook('client'));
  await client.getBooleanValue('always', false, {}, { hooks: [hook('call')] });
  await client.getBooleanValue('nope', false);
  assert.deepEqual(seen, [
    'client before always FlagBit',
    'call before always FlagBit',
    'call after on STATIC',
    'client after on STATIC',
    'call finally true',
    'client finally true',
    'client before nope FlagBit',
    'client error FLAG_NOT_FOUND',
    'client finally false',
  ]);
  assert.equal(client.metadata.domain, domain);
  client.track('checkout', {}, { value: 5 }); // Nothing listens, and nothing throws.
});

test('domains have providers of their own, or share one', async (t) => {
  const one = await serving(t, snapshot({ f: true }));
  const other = await serving(t, snapshot({ f: false }));
  assert.deepEqual([await one.client.getBooleanValue('f', false), await other.client.getBooleanValue('f', true)], [
    true,
    false,
  ]);
  await OpenFeature.setProviderAndWait('shared', one.provider);
  const shared = OpenFeature.getClient('shared');
  const told = heard(shared);
  assert.deepEqual(names(told), ['READY']);
  one.provider.client.override({ f: false });
  await eventually(() => told.length === 2 && one.told.length === 2);
  assert.deepEqual([names(told), names(one.told)], [
    ['READY', 'CONFIGURATION_CHANGED'],
    ['READY', 'CONFIGURATION_CHANGED'],
  ]);
  // It is closed when the last of them lets it go.
  await OpenFeature.setProviderAndWait(one.domain, other.provider);
  assert.equal(await shared.getBooleanValue('f', true), false);
  await OpenFeature.setProviderAndWait('shared', other.provider);
  assert.equal(one.provider.client.status().state, 'closed');
});

test('another provider in its place closes it, and closing twice is nothing', async (t) => {
  const { domain, provider, client } = await serving(t, snapshot({ f: true }));
  const next = new FlagBitProvider(FlagBit.forTesting({ f: false }));
  t.after(() => next.onClose());
  await OpenFeature.setProviderAndWait(domain, next);
  assert.equal(await client.getBooleanValue('f', true), false);
  assert.equal(provider.client.status().state, 'closed');
  await provider.onClose();
  await provider.onClose();
  const { value, errorCode, errorMessage } = await provider.resolveBooleanEvaluation('f', true, {});
  assert.deepEqual([value, errorCode], [true, 'PROVIDER_NOT_READY']);
  assert.match(errorMessage, /closed/);
  const error = await rejection(OpenFeature.setProviderAndWait('again', provider));
  assert.deepEqual([error.code, error.message], ['PROVIDER_FATAL', 'the client is closed: make another']);
  assert.equal(OpenFeature.getClient('again').providerStatus, 'FATAL');
});

test('closed during initialize', async (t) => {
  const stub = await Stub.serving(t, []);
  await stub.tell(0);
  const { initialized, provider } = bound(t, FlagBit.open({ url: stub.url, serverKey: KEY, logger: null }));
  await provider.onClose();
  const error = await rejection(initialized);
  assert.deepEqual([error.code, error.message], ['PROVIDER_FATAL', 'the client is closed: make another']);
});

test('initialize says what it waits for', async (t) => {
  const stub = await Stub.serving(t, []);
  await stub.tell(500);
  const options = { url: stub.url, serverKey: KEY, logger: null };
  const failing = bound(t, FlagBit.open(options), { readyTimeout: 500 });
  const error = await rejection(failing.initialized);
  assert.equal(error.code, 'GENERAL');
  assert.match(error.message, new RegExp(`^no flags from .*${stub.url}.* within 500 ms: .*500`));
  assert.equal(failing.client.providerStatus, 'ERROR');
  const { value, errorCode } = await failing.client.getBooleanDetails('f', true);
  assert.deepEqual([value, errorCode], [true, 'PROVIDER_NOT_READY']);
  await stub.tell(0);
  const silent = bound(t, FlagBit.open(options), { readyTimeout: 100 });
  assert.match((await rejection(silent.initialized)).message, /within 100 ms: there is no answer yet$/);
  await stub.tell(403);
  const refused = bound(t, FlagBit.open(options));
  const fatal = await rejection(refused.initialized);
  assert.equal(fatal.code, 'PROVIDER_FATAL');
  assert.match(fatal.message, /403/);
  assert.equal(refused.client.providerStatus, 'FATAL');
  assert.doesNotMatch(error.message + fatal.message, /secret/);
});

test('a file that is not there yet', async (t) => {
  const path = join(folder(), 'flags.json');
  const client = FlagBit.fromFile(path, { watch: true, logger: null });
  const missing = bound(t, client, { readyTimeout: 100 });
  const error = await rejection(missing.initialized);
  assert.equal(error.code, 'PROVIDER_FATAL');
  assert.match(error.message, /flags\.json/);
  writeJson(path, snapshot({ f: true }));
  await eventually(() => missing.client.providerStatus === 'READY');
  assert.equal(await missing.client.getBooleanValue('f', false), true);
  assert.deepEqual(names(missing.told), ['ERROR', 'READY']);
});

test('arguments that do not fit', () => {
  assert.throws(() => new FlagBitProvider({ url: 'http://127.0.0.1:9' }), /new FlagBitProvider\(FlagBit\.open/);
  const client = FlagBit.forTesting({});
  assert.throws(() => new FlagBitProvider(client, { readyTimeout: '5' }), TypeError);
  assert.throws(() => new FlagBitProvider(client, { readyTimeout: NaN }), RangeError);
  client.close();
});

test('overrides, and flags for testing', async (t) => {
  const { client, provider, told } = bound(t, FlagBit.forTesting({ on: true, theme: 'dark', limit: 5, list: [1] }));
  await eventually(() => client.providerStatus === 'READY');
  const answers = async () => [
    await client.getBooleanValue('on', false),
    await client.getStringValue('theme', ''),
    await client.getNumberValue('limit', 0),
    await client.getObjectValue('list', {}),
  ];
  assert.deepEqual(await answers(), [true, 'dark', 5, [1]]);
  const override = provider.client.override({ on: false, theme: 'light' });
  assert.deepEqual(await answers(), [false, 'light', 5, [1]]);
  const { variant, reason } = await client.getStringDetails('theme', '');
  assert.deepEqual([variant, reason], ['override', 'STATIC']);
  await eventually(() => told.length === 2);
  override.end();
  assert.deepEqual(await answers(), [true, 'dark', 5, [1]]);
  await eventually(() => told.length === 3);
  assert.deepEqual(told.map(({ event, flagsChanged }) => [event, flagsChanged]), [
    ['READY', undefined],
    ['CONFIGURATION_CHANGED', ['on', 'theme']],
    ['CONFIGURATION_CHANGED', ['on', 'theme']],
  ]);
});

test('the first flags are no change, also where the program listens to its client', async (t) => {
  const stub = await Stub.serving(t, snapshot({ f: true }));
  // The flags arrive after the programs have begun to listen.
  await stub.do('delay', { seconds: 0.5 });
  // Which of the client's threads is heard first is chance.
  const all = Array.from({ length: 30 }, () => {
    const client = FlagBit.open({ url: stub.url, serverKey: KEY, logger: null });
    let changes = 0;
    client.on('change', () => changes++);
    return { ...bound(t, client), changes: () => changes };
  });
  await Promise.all(all.map(({ initialized }) => initialized));
  await eventually(() => all.every(({ changes }) => changes() === 1));
  await new Promise(setImmediate);
  for (const { told } of all) assert.deepEqual(names(told), ['READY']);
});

test('where any flag may have changed, all are named', async (t) => {
  const { provider, told } = await serving(t, snapshot({ a: true }));
  for (let round = 0; round < 1000; round++) provider.client.loadSnapshot(snapshot({ a: round % 2 === 0, b: true }));
  await eventually(() => told.length === 2);
  assert.deepEqual([told[1].event, told[1].flagsChanged], ['CONFIGURATION_CHANGED', ['a', 'b']]);
});

test('among several providers', async (t) => {
  const { client, provider } = bound(t, FlagBit.open({
    url: 'http://127.0.0.1:9',
    serverKey: KEY,
    logger: null,
    bootstrap: snapshot({ a: true }),
  }));
  await eventually(() => client.providerStatus === 'STALE');
  const fallback = new FlagBitProvider(FlagBit.forTesting({ b: true }));
  const fresh = new FlagBitProvider(provider.client);
  const many = new MultiProvider([{ provider: fresh, name: 'first' }, { provider: fallback, name: 'second' }]);
  t.after(() => many.onClose());
  await OpenFeature.setProviderAndWait('many', many);
  const both = OpenFeature.getClient('many');
  assert.equal(await both.getBooleanValue('a', false), true);
  assert.equal(await both.getBooleanValue('b', false), true);
  await eventually(() => both.providerStatus === 'STALE');
  // A second domain: the SDK asks nothing, and takes it to be ready.
  await OpenFeature.setProviderAndWait('second', provider);
  const second = OpenFeature.getClient('second');
  assert.deepEqual([second.providerStatus, (await second.getBooleanDetails('a', false)).reason], ['READY', 'STALE']);
});

test('a process with a provider ends by itself, and a worker does', async (t) => {
  const stub = await Stub.serving(t, snapshot({ f: true }));
  const worker = `
    const { parentPort } = require('node:worker_threads');
    const { OpenFeature } = require('@openfeature/server-sdk');
    const { FlagBit } = require('flagbit');
    const { FlagBitProvider } = require('flagbit/openfeature');
    const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}' });
    OpenFeature.setProviderAndWait(new FlagBitProvider(client)).then(async () => {
      parentPort.postMessage(await OpenFeature.getClient().getBooleanValue('f', false));
    });
  `;
  const code = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
    import { FlagBit } from 'flagbit';
    import { FlagBitProvider } from 'flagbit/openfeature';
    const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}', stream: true });
    OpenFeature.addHandler(ProviderEvents.Stale, () => {});
    await OpenFeature.setProviderAndWait(new FlagBitProvider(client));
    console.log(await OpenFeature.getClient().getBooleanValue('f', false));
    const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
    console.log((await once(worker, 'message'))[0], (await once(worker, 'exit'))[0]);
    if (process.argv[2]) await OpenFeature.close();
  `;
  for (const args of [[], ['close']]) {
    const { exit, signal, output, errors, took } = await run(code, { args, env: { STUB: stub.url } });
    assert.deepEqual([exit, signal, output], [0, null, 'true\ntrue 0\n'], errors);
    assert.ok(took < 15_000, `${took} ms`);
  }
});

test('after the end its threads are gone', async (t) => {
  const stub = await Stub.serving(t, snapshot({ f: true }));
  const code = `
    import { readdirSync } from 'node:fs';
    import { OpenFeature } from '@openfeature/server-sdk';
    import { FlagBit } from 'flagbit';
    import { FlagBitProvider } from 'flagbit/openfeature';
    const threads = () => readdirSync('/proc/self/task').length;
    await fetch(process.env.STUB); // starts those that Node keeps
    const before = threads();
    for (let round = 0; round < 20; round++) {
      const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}', logger: null });
      await OpenFeature.setProviderAndWait(new FlagBitProvider(client));
    }
    await OpenFeature.clearProviders();
    for (let round = 0; round < 500 && threads() > before; round++) await new Promise((done) => setTimeout(done, 10));
    console.log(threads() <= before);
  `;
  const { output, errors } = await run(code, { env: { STUB: stub.url } });
  assert.equal(output, 'true\n', errors);
});

test('what is nested is not logged as a mistake', async (t) => {
  const logger = recorder();
  const { client, initialized } = bound(t, FlagBit.fromSnapshot(snapshot({ f: true }), { logger }));
  await initialized;
  await client.getBooleanValue('f', false, { company: { id: 7 } });
  assert.deepEqual(logger.lines, []);
});
