// Objects that are read attribute by attribute in the memory that both sides share, whatever was there before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Context } from 'flagbit';
import { asking, opened } from './support.mjs';

/** Returns the answer for an object, which has to be that of its Context. */
function answer(client, key, attributes) {
  const { enabled, reason } = client.evaluate(key, new Context(attributes));
  assert.equal(client.isEnabled(key, attributes), enabled);
  const evaluation = client.evaluate(key, attributes);
  assert.deepEqual([evaluation.enabled, evaluation.reason], [enabled, reason]);
  return enabled;
}

test('objects with other names, in another order, of other types, take turns', (t) => {
  const client = opened(t, [
    { key: 'pro', enabled: true, rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }] },
    { key: 'old', enabled: true, rules: [{ attribute: 'age', operator: 'gte', value: 18 }] },
  ]);
  const users = [
    [{ plan: 'pro', age: 18 }, true, true],
    [{ age: 17.5, plan: 'free' }, false, false],
    [{ plan: 18, age: 'pro' }, false, false],
    [{ age: '18' }, false, true],
    [{ plan: undefined, age: 2 ** 40 }, false, true],
    [{}, false, false],
    [{ age: true, plan: 'pro', more: null }, true, false],
    [{ '': 'pro', plan: 'prö' }, false, false],
    [{ age: -(2 ** 40), plan: 'pro'.repeat(30) }, false, false],
    [{ plan: '€'.repeat(96), age: 1e300 }, false, true],
    [{ plan: ['pro'], age: 18n }, false, true],
    [Object.assign(Object.create({ plan: 'pro' }), { age: 0 }), false, false],
  ];
  for (let round = 0; round < 2; round++) {
    for (const [user, pro, old] of users) {
      assert.equal(answer(client, 'pro', user), pro, JSON.stringify(user, (_, value) => String(value)));
      assert.equal(answer(client, 'old', user), old);
    }
  }
});

test('any number of attributes', () => {
  for (const count of [1, 31, 32, 33, 200]) {
    const client = asking('eq', 'last', `a${count}`);
    const attributes = Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index + 1}`, 'x']));
    assert.equal(answer(client, 'f', attributes), false);
    assert.equal(answer(client, 'f', { ...attributes, [`a${count}`]: 'last' }), true);
  }
});

test('texts of any length', () => {
  for (const length of [0, 1, 47, 48, 49, 95, 96, 97, 288, 289, 5_000]) {
    for (const character of ['a', 'ü', '€', '😀']) {
      const text = character.repeat(length);
      assert.equal(answer(asking('eq', text), 'f', { a: text }), true);
      assert.equal(answer(asking('eq', text), 'f', { a: `${text}.` }), false);
      assert.equal(answer(asking('eq', 'x', text || 'a'), 'f', { [text || 'a']: 'x' }), true);
    }
  }
});

test('more keys and names than are kept, in any order', (t) => {
  const count = 3_000;
  const flag = (index) => ({
    key: `key-${index}`,
    enabled: true,
    rules: [{ attribute: `name-${index}`, operator: 'eq', value: `value-${index}` }],
  });
  const client = opened(t, Array.from({ length: count }, (_, index) => flag(index)));
  for (let step = 0; step < 2 * count; step++) {
    const index = (step * 7) % count;
    const attributes = { [`name-${index + 1}`]: `value-${index}`, [`name-${index}`]: `value-${index}` };
    assert.equal(client.isEnabled(`key-${index}`, attributes), true);
    assert.equal(client.isEnabled(`key-${index + 1}`, attributes), false);
    assert.equal(client.isEnabled(`key-${index}`.repeat(200), attributes), false);
  }
});

test('a getter may ask for as many flags as it likes', (t) => {
  const client = opened(t, [
    { key: 'f', enabled: true, rules: [{ conditions: [
      { attribute: 'first', operator: 'eq', value: 'one' },
      { attribute: 'second', operator: 'eq', value: 'two' },
    ] }] },
  ]);
  const asks = (times) => ({
    first: 'one',
    get second() {
      for (let index = 0; index < times; index++) client.isEnabled(`other-${index}`, { first: 'no', [`n${index}`]: 'no' });
      return 'two';
    },
  });
  for (const times of [0, 1, 2, 2_000]) assert.equal(client.isEnabled('f', asks(times)), true, `${times}`);
});
