// Typed flags: values, variants, the types that callers ask for, and the cache of variants.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Context, FlagBit } from 'flagbit';
import { opened } from './support.mjs';

/** A flag that answers with its first variant, and with its last where the plan is pro. */
function typed(key, variants, fields = {}) {
  const names = Object.keys(variants);
  const rules = [{ conditions: [{ attribute: 'plan', operator: 'eq', value: 'pro' }], value: names.at(-1) }];
  return { key, enabled: true, variants, default: names[0], rules, ...fields };
}

const SNAPSHOT = {
  revision: 'r1',
  flags: [
    typed('theme', { light: '#fff', dark: '#000' }),
    typed('limit', { small: 10, large: 1e3 }),
    typed('ratio', { half: 0.5, whole: 2 }),
    typed('config', { a: { list: [1, { deep: null }] }, b: {} }),
    typed('hosts', { one: ['a'], none: [] }),
    typed('closed', { on: 'open', off: 'shut' }, { enabled: false, off: 'off' }),
    typed('odd', { empty: '', nul: '\0ü' }),
    { key: 'plain', enabled: true, default_enabled: true },
    { key: 'broken', enabled: true, variants: {} },
  ],
};
const PRO = new Context({ plan: 'pro' });
const EXPECTED = {
  theme: ['#fff', '#000'],
  limit: [10, 1000],
  ratio: [0.5, 2],
  config: [{ list: [1, { deep: null }] }, {}],
  hosts: [['a'], []],
  odd: ['', '\0ü'],
};

test('an evaluation of a typed flag', (t) => {
  const client = opened(t, SNAPSHOT);
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(client.evaluate('theme', { plan: 'pro' }), {
      flagKey: 'theme',
      enabled: true,
      value: '#000',
      variant: 'dark',
      reason: 'targeting_match',
      ruleIndex: 0,
      isStatic: false,
      errorCode: null,
      errorMessage: null,
      revision: 'r1',
      generation: 1,
    });
    const closed = client.evaluate('closed', PRO, true);
    assert.deepEqual([closed.enabled, closed.value, closed.variant, closed.reason], [false, 'shut', 'off', 'disabled']);
  }
});

test('values are of their types', (t) => {
  const client = opened(t, SNAPSHOT);
  for (const [key, [first, last]] of Object.entries(EXPECTED)) {
    for (let round = 0; round < 2; round++) {
      for (const [context, expected] of [
        [null, first],
        [PRO, last],
        [{ plan: 'pro', x: 'ü' }, last],
      ]) {
        const found = client.evaluate(key, context);
        assert.deepEqual(found.value, expected);
        assert.equal(found.enabled, true);
        assert.deepEqual(client.evaluateAll(context)[key], found);
        assert.deepEqual(client.value(key, context, structuredClone(last)), expected);
      }
    }
  }
});

test('all flags at once before any was asked alone', (t) => {
  const every = opened(t, SNAPSHOT).evaluateAll(PRO);
  for (const [key, [, last]] of Object.entries(EXPECTED)) assert.deepEqual(every[key].value, last);
  assert.equal(every.plain.value, true);
  assert.equal(every.broken.errorCode, 'PARSE_ERROR');
});

test('a flag of another type gives the default', (t) => {
  const client = opened(t, SNAPSHOT);
  const type = (value) => (Array.isArray(value) ? 'array' : typeof value);
  for (const fallback of [true, false, 'x', 7, 7.5, { x: 1 }, ['x'], null, undefined, Symbol('s'), () => {}]) {
    for (const [key, [first]] of Object.entries(EXPECTED)) {
      if (type(first) !== type(fallback) || fallback === null)
        assert.equal(client.value(key, null, fallback), fallback);
    }
    for (const key of ['broken', 'nope', '\ud800']) assert.equal(client.value(key, PRO, fallback), fallback);
    if (typeof fallback !== 'boolean') assert.equal(client.value('plain', null, fallback), fallback);
  }
  assert.equal(client.value('plain', null, false), true);
});

test('a typed flag asked for a boolean gives the default', (t) => {
  const client = opened(t, SNAPSHOT);
  for (const context of [null, PRO, { plan: 'pro' }, { plan: Symbol('s') }]) {
    for (const key of ['theme', 'closed', 'config']) {
      for (let round = 0; round < 2; round++) {
        assert.equal(client.isEnabled(key, context, true), true);
        assert.equal(client.isEnabled(key, context), false);
      }
    }
  }
});

test('JSON is the caller’s own', (t) => {
  const client = opened(t, SNAPSHOT);
  for (let round = 0; round < 2; round++) {
    client.evaluate('config').value.list[1].deep = 'changed';
    client.value('config', null, {}).list.length = 0;
    delete client.evaluateAll().config.value.list;
  }
  assert.deepEqual(client.evaluate('config').value, { list: [1, { deep: null }] });
});

test('another snapshot is seen at once', (t) => {
  const client = opened(t, SNAPSHOT);
  assert.equal(client.value('theme', null, 'x'), '#fff');
  client.loadSnapshot([typed('theme', { light: '#eee', dark: '#111' })]);
  assert.equal(client.value('theme', null, 'x'), '#eee');
  client.loadSnapshot([typed('theme', { light: 1, dark: 2 })]);
  assert.equal(client.evaluate('theme').value, 1);
  assert.equal(client.value('theme', null, 'x'), 'x');
  client.loadSnapshot([{ key: 'theme', enabled: true }]);
  assert.equal(client.evaluate('theme').value, false);
  client.loadSnapshot(SNAPSHOT);
  assert.equal(client.value('theme', null, 'x'), '#fff');
});

test('more variants than are remembered', () => {
  const variants = Object.fromEntries(Array.from({ length: 64 }, (_, number) => [`v${number}`, `text ${number}`]));
  const rules = Object.keys(variants).map((name) => ({
    conditions: [{ attribute: 'v', operator: 'eq', value: name }],
    value: name,
  }));
  const keys = Array.from({ length: 8 }, (_, number) => `f${number}`);
  const client = FlagBit.fromSnapshot(keys.map((key) => ({ key, enabled: true, variants, default: 'v0', rules })));
  for (let round = 0; round < 2; round++) {
    for (const key of keys) {
      for (const [name, text] of Object.entries(variants)) assert.equal(client.value(key, { v: name }, ''), text);
    }
  }
});

test('a long value comes out whole', (t) => {
  const text = 'ü'.repeat(30_000);
  const client = opened(t, [typed('long', { a: text, b: '' }), typed('many', { a: [text], b: [] })]);
  assert.equal(client.value('long', { x: 1 }, 'x'), text);
  assert.deepEqual(client.value('many', null, ['x']), [text]);
  assert.equal(client.value('long', { filler: 'x'.repeat(70_000) }, 'x'), text);
});

test('overrides are typed too', (t) => {
  const client = opened(t, SNAPSHOT);
  const values = { theme: 'pink', limit: 5, ratio: 0.25, config: { x: [1] }, hosts: [], plain: false, new: '' };
  const override = client.override(values);
  for (const [key, value] of Object.entries(values)) {
    const found = client.evaluate(key);
    assert.deepEqual([found.value, found.reason], [value, 'default']);
    assert.equal(found.variant, value === false ? 'off' : 'override');
  }
  const inner = client.override({ theme: true });
  assert.equal(client.isEnabled('theme'), true);
  assert.equal(client.value('theme', null, 'x'), 'x');
  inner.end();
  assert.equal(client.value('theme', null, 'x'), 'pink');
  override.end();
  assert.equal(client.value('theme', null, 'x'), '#fff');
  const every = FlagBit.forTesting(values).evaluateAll();
  for (const [key, value] of Object.entries(values)) assert.deepEqual(every[key].value, value);
});

test('a bigint asks for an integer, exactly', (t) => {
  const values = { most: 2n ** 64n - 1n, least: -(2n ** 63n), odd: 2n ** 53n + 1n, beyond: 2n ** 64n, half: 0.5, no: 'x' };
  const client = FlagBit.forTesting(values);
  for (const key of ['most', 'least', 'odd']) {
    assert.equal(client.value(key, null, 7n), values[key]);
    assert.equal(client.value(key, { plan: 'pro' }, 0), Number(values[key]));
    assert.equal(client.evaluate(key).value, Number(values[key]));
  }
  for (const key of ['beyond', 'half', 'no', 'unknown']) assert.equal(client.value(key, null, 7n), 7n);
  const all = opened(t, [typed('whole', { a: 12, b: 1 }), typed('fraction', { a: 1.5, b: 1 })]);
  all.evaluateAll();
  assert.deepEqual([all.value('whole', null, 7n), all.value('fraction', null, 7n)], [12n, 7n]);
  const override = client.override({ most: 5n, skipped: undefined });
  assert.equal(client.value('most', null, 7n), 5n);
  override.end();
});

test('a closed client gives the default', (t) => {
  const client = opened(t, SNAPSHOT);
  assert.equal(client.value('theme', null, 'x'), '#fff');
  client.close();
  assert.equal(client.value('theme', null, 'x'), 'x');
  assert.equal(client.evaluate('theme', null, 'x').errorCode, 'PROVIDER_NOT_READY');
});
