// The package more than once in a process, and values of other realms.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import vm from 'node:vm';
import { Context, ContextError, FlagBit } from 'flagbit';
import { SNAPSHOT, asking, eventually, run } from './support.mjs';

const require = createRequire(import.meta.url);

/** Another copy of the package, as after a hot reload. */
function another() {
  for (const path of Object.keys(require.cache)) if (path.includes('flagbit/dist')) delete require.cache[path];
  return require('flagbit');
}

test('each of several copies works', async (t) => {
  const copies = [another(), another(), another()];
  assert.equal(new Set(copies.map((copy) => copy.FlagBit)).size, 3);
  const clients = copies.map((copy) => copy.FlagBit.fromSnapshot(SNAPSHOT, { logger: null }));
  t.after(() => clients.forEach((client) => client.close()));
  for (const [index, client] of clients.entries()) {
    assert.equal(client.isEnabled('pro', { plan: 'pro' }), true);
    assert.equal(client.isEnabled('pro', new copies[index].Context({ plan: 'pro' })), true);
    assert.equal(client.evaluate('unknown').errorCode, 'FLAG_NOT_FOUND');
    assert.throws(() => client.loadSnapshot('{'), copies[index].SnapshotError);
    assert.equal(await client.waitUntilReady(), true);
    assert.equal(await client.refresh(), true);
    const told = [];
    client.on('change', (keys) => told.push(keys));
    client.override({ always: false });
    await eventually(() => told.length === 1);
  }
});

test('a question of one copy during a question of another', (t) => {
  const other = another().FlagBit.fromSnapshot(SNAPSHOT, { logger: null });
  const client = FlagBit.fromSnapshot(SNAPSHOT, { logger: null });
  t.after(() => (other.close(), client.close()));
  const answers = [];
  const who = {
    a: 'before',
    get plan() {
      answers.push(other.isEnabled('pro', { plan: 'free' }));
      return 'pro';
    },
  };
  assert.equal(client.isEnabled('pro', who), true);
  assert.deepEqual(answers, [false]);
});

test('a Context of another copy is refused in words', (t) => {
  const client = FlagBit.fromSnapshot(SNAPSHOT, { logger: null });
  t.after(() => client.close());
  const foreign = new (another().Context)({ plan: 'pro' });
  assert.equal(client.isEnabled('pro', foreign, true), true);
  const { errorCode, errorMessage } = client.evaluate('pro', foreign);
  assert.equal(errorCode, 'INVALID_CONTEXT');
  assert.match(errorMessage, /another copy of the package/);
  assert.throws(() => new Context(foreign), ContextError);
});

test('copies that nobody has any more are collected', async () => {
  const code = `
    import { createRequire } from 'node:module';
    const gone = new FinalizationRegistry(() => (collected += 1));
    let collected = 0;
    async function use() {
      const require = createRequire(import.meta.url);
      for (const path of Object.keys(require.cache)) if (path.includes('flagbit/dist')) delete require.cache[path];
      const { FlagBit } = require('flagbit');
      gone.register(FlagBit);
      const client = FlagBit.fromSnapshot([], { logger: null });
      client.on('change', () => {});
      await client.refresh();
      client.evaluate('a');
      client.close();
    }
    for (let round = 0; round < 50; round++) await use();
    for (let round = 0; round < 100 && collected < 40; round++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      globalThis.gc();
    }
    console.log(collected >= 40 ? 'collected' : collected);
  `;
  const { output, errors } = await run(code, { node: ['--expose-gc'] });
  assert.equal(output, 'collected\n', errors);
});

test('values of another realm are what they are', (t) => {
  const values = vm.runInNewContext(`({
    date: new Date(Date.UTC(2026, 0, 1)),
    list: ['a', 'b'],
    attributes: { a: 'x' },
    map: new Map([['a', 1]]),
    snapshot: [{ key: 'f', enabled: true, default_enabled: true }],
    odd: { key: 'f', enabled: true, variants: new Map() },
  })`);
  const bytes = vm.runInNewContext('Uint8Array.from(text)', { text: [...Buffer.from(JSON.stringify(values.snapshot))] });
  const before = asking('before', '2027-01-01T00:00:00Z');
  const has = asking('has', 'b');
  const eq = asking('eq', 'x');
  t.after(() => [before, has, eq].forEach((client) => client.close()));
  assert.equal(before.isEnabled('f', { a: values.date }), true);
  assert.equal(before.isEnabled('f', new Context({ a: values.date })), true);
  assert.equal(has.isEnabled('f', { a: values.list }), true);
  assert.equal(eq.isEnabled('f', values.attributes), true);
  assert.equal(eq.evaluate('f', values.map).errorCode, 'INVALID_CONTEXT');
  assert.equal(before.status().unsupportedValues, 0);
  for (const snapshot of [bytes, values.snapshot]) {
    const client = FlagBit.fromSnapshot(snapshot, { logger: null, maxSnapshotBytes: 1000 });
    assert.equal(client.isEnabled('f'), true);
    client.close();
  }
  assert.throws(() => FlagBit.fromSnapshot([values.odd]), /"variants" is Map/);
  // A Date by its prototype alone has no moment.
  assert.equal(before.isEnabled('f', { a: Object.create(Date.prototype) }), false);
});
