// The shared vectors, through a Context, an object and evaluateAll.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Context, FlagBit, SnapshotError } from 'flagbit';
import { REPOSITORY } from './support.mjs';

const FOLDER = join(REPOSITORY, 'tests/fixtures');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const ODD = { nan: NaN, inf: Infinity, '-inf': -Infinity };

/** A Date, or the text of a moment that a Date cannot hold. */
function moment(words) {
  const [seconds, nanoseconds, text] = words.split(' ');
  return Number(nanoseconds) % 1e6 === 0 ? new Date(Number(seconds) * 1e3 + Number(nanoseconds) / 1e6) : text;
}

const READERS = {
  string: (text) => text,
  integer: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)),
  number: (text) => ODD[text] ?? Number(text),
  boolean: (text) => text === 'true',
  moment,
  null: () => null,
  unsupported: () => Symbol('unsupported'),
  list: (pairs) => pairs.map(([kind, text]) => READERS[kind](text)),
};

function isSupported(kind, text) {
  if (kind === 'list') {
    return text.length <= 1000 && text.every(([one, of]) => !['null', 'list'].includes(one) && isSupported(one, of));
  }
  return kind !== 'unsupported' && !(kind === 'number' && text in ODD);
}

const attributes = (pairs) => Object.fromEntries(pairs.map(([name, kind, text]) => [name, READERS[kind](text)]));

/** A value as the vectors write it, as JavaScript has it. */
function read(kind, text) {
  if (kind === 'boolean') return text === 'true';
  // An integer beyond 2^53 is the nearest double.
  if (kind === 'number') return Number(text);
  return kind === 'json' ? JSON.parse(text) : text;
}

/** Asked for as a bigint a number is exact, and as a number the nearest one; other flags give the default. */
function checkNumbers(client, { flag, kind, value, integer }, context) {
  assert.equal(client.value(flag, context, -4321n), typeof integer === 'string' ? BigInt(integer) : -4321n);
  assert.equal(client.value(flag, context, 0.0625), kind === 'number' ? Number(value) : 0.0625);
  if (kind === 'number') assert.equal(client.explain(flag, context).value, Number(integer ?? value));
}

function check(client, vector) {
  const { flag, default: fallback, kind, error_code: errorCode } = vector;
  const all = attributes(vector.context);
  const supported = attributes(vector.context.filter(([, one, text]) => isSupported(one, text)));
  for (const context of [all, new Context(supported)]) {
    const found = client.evaluate(flag, context, fallback);
    assert.equal(found.enabled, vector.enabled);
    assert.equal(found.reason, vector.reason);
    assert.equal(found.ruleIndex, vector.rule_index);
    assert.equal(found.errorCode, errorCode);
    assert.equal(found.variant, vector.variant);
    if (errorCode === null) {
      assert.deepEqual(found.value, read(kind, vector.value));
      assert.deepEqual(client.value(flag, context, found.value), found.value);
      checkNumbers(client, vector, context);
    } else {
      assert.equal(found.value, fallback);
    }
    const enabled = kind === 'boolean' || kind === null ? vector.enabled : fallback;
    assert.equal(client.isEnabled(flag, context, fallback), enabled);
    const among = client.evaluateAll(context)[flag];
    if (among === undefined) assert.equal(errorCode, 'FLAG_NOT_FOUND');
    else if (among.errorCode === null) assert.deepEqual(among, found);
    else assert.deepEqual([among.enabled, among.reason, among.errorCode], [false, vector.reason, errorCode]);
  }
}

function checkRefusal(refused, message) {
  if (refused.place !== undefined) assert.ok(message.startsWith(`${refused.place}: `), message);
  if (refused.line !== undefined) assert.match(message, new RegExp(`line ${refused.line}\\b`));
  if (refused.column !== undefined) assert.match(message, new RegExp(`column ${refused.column}\\b`));
}

for (const file of FILES) {
  test(`the vectors of ${file} hold`, () => {
    let cases = 0;
    for (const group of JSON.parse(readFileSync(join(FOLDER, file), 'utf8')).groups) {
      if (group.refused !== null) {
        assert.throws(
          () => FlagBit.fromSnapshot(group.snapshot),
          (error) => {
            assert.ok(error instanceof SnapshotError, group.name);
            checkRefusal(group.refused, error.message);
            return true;
          },
        );
        continue;
      }
      const client = FlagBit.fromSnapshot(group.snapshot, { logger: null });
      assert.deepEqual(client.flags(), group.flags);
      const places = client.warnings().map((warning) => warning.slice(0, warning.indexOf(': ')));
      assert.deepEqual(
        client.warnings().map((warning, index) => warning.startsWith(`${group.set_aside[index]?.place}: `)),
        places.map(() => true),
      );
      assert.equal(places.length, group.set_aside.length);
      assert.equal(client.status().revision, group.revision);
      for (const vector of group.cases) {
        try {
          check(client, vector);
        } catch (error) {
          error.message = `${group.name}, ${vector.name}: ${error.message}`;
          throw error;
        }
        cases++;
      }
    }
    assert.ok(cases > 40);
  });
}

test('there are all files', () => {
  assert.ok(FILES.length >= 16);
});
