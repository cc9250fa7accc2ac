// Explanations: their shape, and that nothing throws.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Context } from 'flagbit';
import { opened } from './support.mjs';

const SNAPSHOT = {
  revision: 'r1',
  flags: [
    {
      key: 'theme',
      enabled: true,
      default: 'light',
      variants: { light: '#fff', dark: '#000' },
      rules: [
        { conditions: [{ attribute: 'roles', operator: 'has', value: 'admin' }], value: 'light' },
        {
          conditions: [{ operator: 'percent', value: 100 }],
          value: {
            split: [
              ['light', 0],
              ['dark', 100],
            ],
          },
        },
        { conditions: [], value: 'light' },
      ],
    },
    { key: 'on', enabled: true, default_enabled: true },
    { key: 'odd', enabled: 1 },
  ],
};
const FIELDS = [
  'enabled',
  'error_code',
  'error_message',
  'flag_key',
  'kind',
  'reason',
  'revision',
  'rule_index',
  'rules',
  'value',
  'variant',
];

test('it tells of each rule', (t) => {
  const client = opened(t, SNAPSHOT);
  const attributes = { user_id: 'u1', roles: ['dev', 7] };
  const found = client.explain('theme', attributes);
  assert.deepEqual(client.explain('theme', new Context(attributes)), found);
  assert.deepEqual(Object.keys(found).sort(), FIELDS);
  assert.deepEqual([found.flag_key, found.kind, found.value, found.variant], ['theme', 'string', '#000', 'dark']);
  assert.deepEqual([found.reason, found.rule_index, found.revision], ['percentage_rollout', 1, 'r1']);
  assert.deepEqual(
    found.rules.map(({ outcome }) => outcome),
    ['not_matched', 'decided', 'not_reached'],
  );
  assert.deepEqual(found.rules[0].conditions[0].found, ['dev', '7']);
  assert.equal(found.rules[1].conditions[0].holds, true);
});

test('it agrees with the evaluation', (t) => {
  const client = opened(t, SNAPSHOT);
  for (const key of ['theme', 'on', 'odd', 'nope']) {
    for (const context of [null, { user_id: 'u1' }, { roles: ['admin'] }]) {
      const [one, found] = [client.evaluate(key, context), client.explain(key, context)];
      assert.deepEqual(
        [found.reason, found.rule_index, found.error_code, found.error_message, found.variant, found.revision],
        [one.reason, one.ruleIndex, one.errorCode, one.errorMessage, one.variant, one.revision],
      );
      if (one.errorCode === null) assert.deepEqual([found.enabled, found.value], [one.enabled, one.value]);
    }
  }
});

test('nothing throws', (t) => {
  const client = opened(t, SNAPSHOT);
  for (const key of [null, 1, {}, Symbol('k'), '\ud800']) {
    for (const context of [null, [], { a: Symbol('v') }]) {
      const found = client.explain(key, context);
      assert.deepEqual(Object.keys(found).sort(), FIELDS);
      assert.equal(found.flag_key, key);
      assert.notEqual(found.error_code, null);
    }
  }
  client.close();
  assert.equal(client.explain('theme').error_code, 'PROVIDER_NOT_READY');
});

test('a long explanation comes out whole', (t) => {
  const rules = Array.from({ length: 100 }, (_, number) => ({
    attribute: `n${number}`,
    operator: 'eq',
    value: 'x'.repeat(100),
  }));
  const client = opened(t, [{ key: 'f', enabled: true, rules }]);
  assert.equal(client.explain('f', { n99: 'x'.repeat(100) }).rules.length, 100);
});
