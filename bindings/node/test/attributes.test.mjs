// Attributes' values: numbers, texts, lists, moments; and Context.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Context, ContextError, FlagBit } from 'flagbit';
import { asking, opened } from './support.mjs';

/** Returns whether the rule holds, in every form of a context. */
function holds(client, value) {
  const answers = new Set([
    client.isEnabled('f', { a: value }),
    client.evaluate('f', { a: value }).enabled,
    client.isEnabled('f', { filler: 'x'.repeat(70_000), a: value }),
    client.isEnabled('f', { b: 'ü', a: value }),
    client.isEnabled('f', new Context({ a: value })),
  ]);
  assert.equal(answers.size, 1);
  return answers.has(true);
}

const NUMBERS = [
  [0, '0'],
  [-0, '0'],
  [1, '1'],
  [-1, '-1'],
  [2 ** 31 - 1, '2147483647'],
  [2 ** 31, '2147483648'],
  [-(2 ** 31), '-2147483648'],
  [-(2 ** 31) - 1, '-2147483649'],
  [2 ** 53 - 1, '9007199254740991'],
  [2 ** 53, '9007199254740992'],
  [-(2 ** 53), '-9007199254740992'],
  [2 ** 60, '1152921504606847000'],
  [1e21, '1e+21'],
  [0.1, '0.1'],
  [-1.5, '-1.5'],
  [5e-324, '5e-324'],
  [Number.MAX_VALUE, '1.7976931348623157e+308'],
  [0n, '0'],
  [2n ** 53n + 1n, '9007199254740993'],
  [2n ** 63n - 1n, '9223372036854775807'],
  [-(2n ** 63n), '-9223372036854775808'],
  [2n ** 63n, '9223372036854775808'],
  [2n ** 64n - 1n, '18446744073709551615'],
  [2n ** 64n, '18446744073709552000'],
  [-(2n ** 63n) - 1n, '-9223372036854776000'],
  [10n ** 21n, '1e+21'],
];

for (const [value, text] of NUMBERS) {
  test(`the number ${typeof value} ${value} is ${text}`, () => {
    assert.equal(holds(asking('eq', text), value), true);
    assert.equal(holds(asking('has', text), [value, 'x']), true);
  });
}

const TEXTS = [
  '',
  'pro',
  'ü',
  '\0',
  'a\0b',
  '\u{1f600}',
  '\ufffd',
  'x'.repeat(47),
  'x'.repeat(48),
  'x'.repeat(49),
  `${'x'.repeat(47)}ü`,
  'ü'.repeat(100),
  '\x7f',
  '\x80',
];

test('texts are themselves, whatever is in them', () => {
  for (const text of TEXTS) {
    const client = asking('in', [text]);
    for (const other of TEXTS) assert.equal(holds(client, other), text === other);
    assert.equal(holds(asking('eq', text), `${text} `.slice(0, -1)), true, 'a slice of another text');
    const named = asking('eq', 'x', `a${text}`);
    assert.equal(named.isEnabled('f', { [`a${text}`]: 'x' }), true);
  }
});

test('booleans, and what is absent', () => {
  assert.equal(holds(asking('eq', 'true'), true), true);
  assert.equal(holds(asking('eq', false), false), true);
  for (const absent of [null, undefined]) assert.equal(holds(asking('exists'), absent), false);
  assert.equal(holds(asking('exists'), ''), true);
});

test('a list shares an element', () => {
  for (const value of ['pro', true, 7, 2n ** 64n - 1n, 0.5, 1e21, '', 'ü\0', 'x'.repeat(100)]) {
    const client = asking('has', typeof value === 'bigint' ? String(value) : value);
    for (const list of [[value], ['other', false, value], Array(1000).fill(value), Object.freeze([value])]) {
      assert.equal(holds(client, list), true);
    }
    assert.equal(holds(client, []), false);
    assert.equal(holds(client, ['other', false, 9]), false);
  }
  assert.equal(holds(asking('exists'), []), true);
  assert.equal(holds(asking('eq', 'pro'), ['pro']), false);
  assert.equal(holds(asking('neq', 'pro'), ['pro']), true);
});

test('a list with anything else is absent', () => {
  const endless = [];
  endless.push(endless);
  const holed = [1, , 2]; // eslint-disable-line no-sparse-arrays
  const lists = [
    [null],
    [undefined],
    holed,
    [[]],
    ['a', {}],
    [NaN],
    ['\ud800'],
    [10n ** 400n],
    [new Date(NaN)],
    [new Date(8.64e15)],
    [Symbol('s')],
    Array(1001).fill('a'),
    endless,
  ];
  for (const list of lists) {
    const client = asking('exists');
    assert.equal(client.isEnabled('f', { a: list }), false);
    assert.equal(client.status().unsupportedValues, 1);
    assert.throws(() => new Context({ a: list }), { name: 'ContextError', message: /"a"/ });
    assert.equal(asking('eq', 1, 'b').isEnabled('f', { a: list, b: 1 }), true);
  }
});

const NOT_UNICODE = 'string that is not Unicode text; replace lone surrogates and bytes that are not UTF-8';

test('an unsupported value has its own message', () => {
  for (const [value, problem] of [
    ['\ud800', `has a ${NOT_UNICODE}`],
    [Array(1001).fill('a'), 'is a list of 1001 elements; a list has at most 1000'],
    [['a', null], 'has, at [1] of its list, a null; leave it out'],
    [[undefined], 'has, at [0] of its list, a null; leave it out'],
    [['a', ['b']], 'has, at [1] of its list, a list; a list holds single values only'],
    [['a', '\udfff'], `has, at [1] of its list, a ${NOT_UNICODE}`],
    [NaN, 'has a number that is not finite; give a finite number'],
    [[-Infinity], 'has, at [0] of its list, a number that is not finite; give a finite number'],
    [10n ** 400n, 'has an integer beyond the range of a double; give it as a string'],
    [new Date(NaN), 'has a moment that is invalid or outside the years 0 to 9999 in UTC; give another one'],
    [
      new Map(),
      'has a value of the type Map; give a string, a boolean, a finite number, a moment or a list of these',
    ],
  ]) {
    const message = `the attribute "a" ${problem}`;
    assert.throws(() => new Context({ b: 1, a: value }), { name: 'ContextError', status: 'UNSUPPORTED_VALUE', message });
  }
  const message = 'the attribute "\\\\ud800" has a name that is not Unicode text; give a name that is';
  assert.throws(() => new Context({ '\ud800': 1 }), { name: 'ContextError', message });
});

const MOMENTS = [
  ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00Z'],
  ['2026-07-01T12:00:00.005Z', '2026-07-01T12:00:00.005Z'],
  ['2026-07-01T12:00:10.500Z', '2026-07-01T12:00:10.5Z'],
  ['2026-07-01T10:00:00.050Z', '2026-07-01T10:00:00.05Z'],
  ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00Z'],
  ['2026-07-01T12:00:00+05:30', '2026-07-01T06:30:00Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
];

test('a moment is its text in UTC', () => {
  class Moment extends Date {
    toISOString() {
      throw new Error('not asked');
    }
    getTime() {
      return 0;
    }
  }
  for (const [moment, text] of MOMENTS) {
    assert.equal(holds(asking('eq', text), new Date(moment)), true);
    assert.equal(holds(asking('eq', text), new Moment(moment)), true);
    assert.equal(holds(asking('has', text), ['x', new Moment(moment)]), true);
  }
  const client = asking('before', '2026-07-01T14:00:00+01:00');
  assert.equal(holds(client, new Date('2026-07-01T12:59:59.999Z')), true);
  assert.equal(holds(client, new Date('2026-07-01T13:00:00Z')), false);
  const scheduled = asking('after', '2026-07-01T12:00:00Z', '@now');
  assert.equal(scheduled.isEnabled('f', { '@now': new Date('2026-07-01T12:00:00.001Z') }), true);
  assert.equal(scheduled.isEnabled('f', { '@now': new Date('2026-07-01T12:00:00Z') }), false);
});

test('a moment that is none is absent', () => {
  const fake = Object.create(Date.prototype);
  for (const value of [
    fake,
    new Date(NaN),
    new Date(8.64e15),
    new Date('-000001-12-31T23:59:59.999Z'),
  ]) {
    const client = asking('exists');
    assert.equal(client.isEnabled('f', { a: value }), false);
    assert.equal(client.status().unsupportedValues, 1);
    assert.throws(() => new Context({ a: value }), ContextError);
  }
});

test('a Context', (t) => {
  const client = opened(t);
  const attributes = { plan: 'pro', none: null };
  const user = new Context(attributes);
  attributes.plan = 'free';
  for (const other of [client, FlagBit.fromSnapshot([{ key: 'pro', enabled: true, default_enabled: true }])]) {
    assert.equal(other.isEnabled('pro', user), true);
  }
  assert.equal(client.isEnabled('pro', new Context()), false);
  assert.equal(client.isEnabled('pro', new Context({})), false);
  assert.throws(() => {
    user.plan = 'free';
  }, TypeError);
  assert.equal(inspect(user), 'Context {}');
  assert.throws(() => structuredClone(user), { name: 'DataCloneError' });
  assert.throws(() => Context({}), TypeError);
});

test('a Context that cannot be built names the attribute and no value', () => {
  assert.throws(
    () => new Context({ fine: 'secret', wrong: Number.NaN }),
    (error) => {
      assert.ok(error instanceof ContextError && error instanceof Error);
      assert.equal(error.status, 'UNSUPPORTED_VALUE');
      assert.match(error.message, /"wrong"/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    },
  );
  assert.throws(() => new Context({ '\ud800': 1 }), ContextError);
  assert.throws(() => new Context(null), { name: 'ContextError', message: /not null$/ });
});

test('contexts are freed', async () => {
  const client = asking('eq', 'pro');
  const filler = 'x'.repeat(10_000);
  const ask = async (rounds) => {
    for (let round = 0; round < rounds; round++) {
      for (let number = 0; number < 500; number++) client.isEnabled('f', new Context({ a: 'pro', filler }));
      await new Promise(setImmediate);
    }
    return process.memoryUsage.rss();
  };
  const before = await ask(20);
  // 500 MB if none were.
  assert.ok((await ask(100)) - before < 150e6);
});
