// Evaluations, including those with arguments that nobody should pass. None of them throws.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { Context, FlagBit } from 'flagbit';
import { SNAPSHOT, opened, recorder } from './support.mjs';

const throwing = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error('secret');
    },
    get() {
      throw new Error('secret');
    },
  },
);

test('an evaluation', (t) => {
  const client = opened(t);
  assert.deepEqual(client.evaluate('pro', { plan: 'pro' }), {
    flagKey: 'pro',
    enabled: true,
    value: true,
    variant: 'on',
    reason: 'targeting_match',
    ruleIndex: 0,
    isStatic: false,
    errorCode: null,
    errorMessage: null,
    revision: 'r1',
    generation: 1,
  });
  const missed = client.evaluate('pro', { plan: 'free' }, true);
  assert.deepEqual([missed.enabled, missed.variant, missed.reason, missed.ruleIndex], [false, 'off', 'default', null]);
});

test('a flag is static if it gives everybody the same answer', (t) => {
  const client = opened(t);
  const isStatic = (key, context) => client.evaluate(key, context).isStatic;
  assert.equal(isStatic('always'), true);
  assert.equal(isStatic('off'), false, 'it is switched off');
  assert.equal(isStatic('nope'), false);
  assert.equal(isStatic('pro', { plan: 'pro' }), false);
  assert.equal(isStatic('pro'), false, 'it has rules, also where none decides');
  assert.equal(client.evaluateAll().always.isStatic, true);
  client.override({ pro: false });
  assert.equal(isStatic('pro'), true);
});

test('errors give the default', (t) => {
  const client = opened(t);
  assert.deepEqual(client.evaluate('nope', null, true), {
    flagKey: 'nope',
    enabled: true,
    value: true,
    variant: null,
    reason: 'error',
    ruleIndex: null,
    isStatic: false,
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: 'no flag "nope" among the 4 in force',
    revision: 'r1',
    generation: 1,
  });
  const aside = client.evaluate('broken', undefined, 'text');
  assert.deepEqual([aside.enabled, aside.value, aside.errorCode], [true, 'text', 'PARSE_ERROR']);
  assert.match(aside.errorMessage, /flags\[2\]\.rules\[0\]\.value: a percentage is a number from 0 to 100, found 101/);
  assert.equal(client.isEnabled('nope', null, true), true);
  assert.equal(client.isEnabled('nope'), false);
  // A flag that is switched off is an answer, not the default.
  assert.equal(client.isEnabled('off', null, true), false);
});

for (const key of [undefined, null, 1, Symbol('k'), ['always'], {}, Buffer.from('always'), throwing]) {
  test(`a key that is no text: ${typeof key}`, (t) => {
    const client = opened(t);
    const found = client.evaluate(key, null, true);
    assert.deepEqual([found.enabled, found.errorCode], [true, 'GENERAL']);
    assert.match(found.errorMessage, /^a flag key is a string, not \w+$/);
    assert.equal(client.isEnabled(key), false);
    assert.equal(client.isEnabled(key, { a: 1 }, true), true);
    assert.equal(client.value(key, null, 'x'), 'x');
  });
}

const fake = Object.create(Context.prototype);
for (const context of [
  [],
  'user',
  1,
  true,
  Symbol('c'),
  () => {},
  new Map([['plan', 'pro']]),
  new Date(),
  Promise.resolve({}),
  throwing,
]) {
  test(`a context that is none: ${typeof context} ${Array.isArray(context) ? 'array' : ''}`, (t) => {
    const client = opened(t);
    const found = client.evaluate('always', context);
    assert.deepEqual([found.enabled, found.errorCode], [false, 'INVALID_CONTEXT']);
    assert.doesNotMatch(found.errorMessage, /secret/);
    assert.equal(client.isEnabled('always', context), false);
    assert.equal(client.isEnabled('always', context, true), true);
    const every = client.evaluateAll(context);
    assert.deepEqual(Object.keys(every), ['always', 'broken', 'off', 'pro']);
    assert.ok(Object.values(every).every((one) => one.errorCode === 'INVALID_CONTEXT'));
    assert.throws(() => new Context(context), { name: 'ContextError' });
  });
}

test('the message for a context of another type names the type', (t) => {
  const { errorMessage } = opened(t).evaluate('always', [1]);
  assert.equal(errorMessage, 'a context is a Context, an object of attributes, null or undefined, not Array');
});

test('what only looks like a Context is an object without attributes', (t) => {
  const client = opened(t);
  assert.equal(client.isEnabled('always', fake), true);
  assert.equal(client.evaluate('pro', fake).reason, 'default');
});

test('a getter that throws, and one that asks a question of its own', (t) => {
  const client = opened(t);
  const failing = {
    get plan() {
      throw new TypeError('secret');
    },
  };
  const found = client.evaluate('always', failing, 'x');
  assert.deepEqual(
    [found.value, found.errorCode, found.errorMessage],
    ['x', 'INVALID_CONTEXT', 'the context cannot be read: TypeError'],
  );
  assert.equal(client.isEnabled('always', failing), false);
  const asking = {
    age: 7,
    get plan() {
      return client.isEnabled('always', { plan: 'something rather long' }) && client.evaluate('off').enabled
        ? 'free'
        : 'pro';
    },
  };
  assert.equal(client.isEnabled('pro', asking), true);
  assert.equal(client.evaluate('pro', asking).enabled, true);
  assert.equal(new Context(asking) instanceof Context && client.isEnabled('pro', new Context(asking)), true);
});

test('a default of any type', (t) => {
  const client = opened(t);
  for (const fallback of [null, 'text', '', 0, 7n, [], NaN, Symbol('d'), throwing]) {
    for (const key of ['nope', 'nope\0', '\ud800', 5]) {
      assert.equal(client.isEnabled(key, null, fallback), Boolean(fallback));
      assert.equal(client.isEnabled(key, {}, fallback), Boolean(fallback));
      assert.ok(Object.is(client.evaluate(key, null, fallback).value, fallback));
    }
    assert.equal(client.isEnabled('always', {}, fallback), true);
  }
  assert.equal(client.isEnabled('always', {}, undefined), true);
});

test('keys are never cut or mixed up', () => {
  const flags = {
    a: true,
    'a\0b': false,
    'a\0': false,
    ü: true,
    '\\udc80': true,
    ['k'.repeat(70_000)]: true,
    __proto__x: true,
  };
  const client = FlagBit.forTesting(flags);
  for (const [key, on] of Object.entries(flags)) {
    assert.equal(client.isEnabled(key, null, !on), on);
    assert.equal(client.isEnabled(key, { x: 1 }, !on), on);
    assert.equal(client.evaluate(key).enabled, on);
  }
  assert.equal(client.evaluate('').errorCode, 'FLAG_NOT_FOUND');
  // Lone surrogates are in no flag's key, nor taken for the text that messages show for them.
  const lone = client.evaluate('\udc80', null, true);
  assert.deepEqual([lone.enabled, lone.errorCode], [true, 'FLAG_NOT_FOUND']);
  assert.match(lone.errorMessage, /udc80/);
  for (const key of ['\udc80', 'a\udc80', '\ufffd']) {
    assert.equal(client.isEnabled(key), false);
    assert.equal(client.isEnabled(key, { x: 1 }), false);
  }
});

test('a flag and an attribute of the name __proto__', () => {
  const flag = JSON.parse('{"__proto__": true}');
  const client = FlagBit.forTesting(flag);
  assert.deepEqual(Object.keys(client.evaluateAll()), ['__proto__']);
  assert.equal(client.isEnabled('__proto__'), true);
  const asking = FlagBit.fromSnapshot([
    { key: 'f', enabled: true, rules: [{ attribute: '__proto__', operator: 'eq', value: true }] },
  ]);
  assert.equal(asking.isEnabled('f', flag), true);
  assert.equal(asking.isEnabled('f', {}), false);
});

test('objects that are contexts: their own properties, and no others', (t) => {
  const client = opened(t);
  class User {
    plan = 'pro';
    get other() {
      return 1;
    }
  }
  class Paying extends User {}
  const bare = Object.assign(Object.create(null), { plan: 'pro' });
  const foreign = vm.runInNewContext('({ plan: "pro" })');
  for (const context of [new User(), new Paying(), bare, foreign, Object.freeze({ plan: 'pro', [Symbol('s')]: 1 })]) {
    assert.equal(client.isEnabled('pro', context), true);
    assert.equal(client.isEnabled('pro', new Context(context)), true);
  }
  assert.equal(client.isEnabled('pro', Object.create({ plan: 'pro' })), false);
  assert.equal(client.isEnabled('pro', Object.defineProperty({}, 'plan', { value: 'pro', enumerable: false })), false);
  Object.prototype.plan = 'pro';
  try {
    assert.equal(client.isEnabled('pro', {}), false);
  } finally {
    delete Object.prototype.plan;
  }
});

test('odd names hide no attribute', (t) => {
  const client = opened(t, [{ key: 'f', enabled: true, rules: [{ attribute: '\ufffd', operator: 'eq', value: 1 }] }]);
  assert.equal(client.isEnabled('f', { '\udc80': 2, '\ufffd': 1 }), true);
  assert.equal(client.isEnabled('f', { '\udc80': 1 }), false);
  assert.equal(client.status().unsupportedValues, 2);
});

test('long names and values, and many of them', (t) => {
  const [name, text] = ['n'.repeat(5000), 'ü'.repeat(70_000)];
  const client = opened(t, [{ key: 'f', enabled: true, rules: [{ attribute: name, operator: 'eq', value: text }] }]);
  for (let round = 0; round < 2; round++) {
    assert.equal(client.isEnabled('f', { [name]: text }), true);
    assert.equal(client.isEnabled('f', { [name]: text.slice(1) }), false);
    assert.equal(client.isEnabled('f', new Context({ [name]: text })), true);
  }
  // Around the frame's end, whatever the last attribute is.
  const values = {
    string: 'x',
    long: 'x'.repeat(60),
    wide: 'ü',
    integer: 7,
    double: 0.5,
    boolean: true,
    list: ['x', 1],
    date: new Date(0),
    bigint: 7n,
  };
  for (const value of Object.values(values)) {
    for (let length = 65_536 - 250; length < 65_536; length++) {
      assert.equal(client.isEnabled('f', { filler: 'x'.repeat(length), value, [name]: text }), true);
      assert.equal(client.evaluate('nope', { filler: 'x'.repeat(length), value }).errorCode, 'FLAG_NOT_FOUND');
    }
  }
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, number) => [`name ${number}`, number]));
  assert.equal(client.isEnabled('f', { ...many, [name]: text }), true);
});

test('evaluateAll is of one state and sorted', (t) => {
  const client = opened(t);
  const every = client.evaluateAll({ plan: 'pro' });
  assert.deepEqual(Object.keys(every), client.flags());
  assert.deepEqual(every.pro, client.evaluate('pro', { plan: 'pro' }));
  assert.deepEqual(every.broken, client.evaluate('broken'));
  assert.deepEqual(client.evaluateAll(new Context({ plan: 'pro' })), every);
  assert.equal(client.evaluateAll(null).pro.enabled, false);
  assert.equal(client.evaluateAll().pro.enabled, false);
});

test('unsupported values count as absent, are counted, and are logged once', () => {
  const logger = recorder();
  const rules = [
    {
      conditions: [
        { attribute: 'a', operator: 'neq', value: 'x' },
        { attribute: 'b', operator: 'eq', value: 1 },
      ],
    },
  ];
  const odd = [
    Symbol('s'),
    () => {},
    {},
    { a: 1 },
    NaN,
    Infinity,
    10n ** 400n,
    '\ud800',
    new Map(),
    Buffer.from('x'),
    new String('x'),
    new Date(NaN),
    null,
    undefined,
  ];
  const client = FlagBit.fromSnapshot([{ key: 'f', enabled: true, rules }], { logger });
  for (const value of odd) {
    assert.equal(client.isEnabled('f', { a: value, b: 1 }), true);
    assert.equal(client.evaluate('f', { a: value, b: 1 }).enabled, true);
    assert.equal(client.evaluateAll({ a: value, b: 1 }).f.enabled, true);
    if (value != null) assert.throws(() => new Context({ a: value }), { name: 'ContextError', message: /"a"/ });
    else assert.equal(client.isEnabled('f', new Context({ a: value, b: 1 })), true);
  }
  assert.equal(client.status().unsupportedValues, 3 * (odd.length - 2));
  assert.equal(logger.lines.filter((line) => line.startsWith('warn: ') && line.includes('unsupported')).length, 1);
});

test('a revision follows its snapshot', (t) => {
  const client = opened(t, structuredClone(SNAPSHOT));
  assert.equal(client.evaluate('always').revision, 'r1');
  client.loadSnapshot({ revision: 7, flags: { always: { enabled: false } } });
  const found = client.evaluate('always');
  assert.deepEqual([found.revision, found.generation, found.enabled], ['7', 2, false]);
  client.loadSnapshot({ flags: { always: { enabled: true } } });
  assert.equal(client.evaluate('always').revision, null);
  assert.equal(client.status().revision, null);
});
