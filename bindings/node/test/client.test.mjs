// A client's life: opening, options, loading, files, waiting, status, overrides, closing.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { ClosedError, Context, FileError, FlagBit, FlagBitError, SnapshotError } from 'flagbit';
import { SNAPSHOT, eventually, folder, opened, recorder, run, snapshot, writeJson } from './support.mjs';

const REFUSED = {
  'not JSON': ['{"flags": [\n  {]}', /line 2.*column 4/],
  'wrong shape': ['{"flags": 5}', /^flags: /],
  'an outer text': ['"flags"', /list|object/],
  'a duplicate in a list': [
    '[{"key": "a", "enabled": true}, {"key": "a", "enabled": true}]',
    /^\[1\]\.key: duplicate key "a"/,
  ],
  'no key': ['{"flags": [{"enabled": true}]}', /^flags\[0\]\.key: /],
  'bad UTF-8': [Buffer.from('[{"key": "\xff", "enabled": true}]', 'latin1'), /line 1.*column 11/],
  'a lone surrogate': ['[{"key": "\ud800", "enabled": true}]', /line 1.*column 11/],
  'a lone surrogate after others': ['[{"key": "ü\u{1f600}\udc00\ud800x", "enabled": true}]', /line 1/],
  'a lone surrogate in an object': [[{ key: '\ud800', enabled: true }], /line 1/],
  'a set': [{ flags: new Set([1]) }, /cannot be written as JSON.*"flags" is Set/],
  'a function': [{ flags: [() => 1] }, /cannot be written as JSON/],
  NaN: [[{ key: 'a', enabled: NaN }], /cannot be written as JSON.*NaN/],
  'a bigint': [[{ key: 'a', enabled: 1n }], /cannot be written as JSON/],
};

for (const [name, [text, message]] of Object.entries(REFUSED)) {
  test(`a refused snapshot names the place and leaves the old one: ${name}`, (t) => {
    const client = opened(t);
    for (const attempt of [(one) => client.loadSnapshot(one), (one) => FlagBit.fromSnapshot(one)]) {
      assert.throws(
        () => attempt(text),
        (error) => {
          assert.ok(error instanceof SnapshotError && error instanceof FlagBitError && error instanceof Error);
          assert.ok(error.status === 'SNAPSHOT_REFUSED' || error.status === null);
          assert.equal(error.name, 'SnapshotError');
          assert.match(error.message, message);
          return true;
        },
      );
    }
    assert.equal(client.isEnabled('always'), true);
    assert.equal(client.status().state, 'ready');
  });
}

test('a flag that cannot be read is set aside, with a warning', async () => {
  const logger = recorder();
  const client = FlagBit.fromSnapshot(SNAPSHOT, { logger });
  const [warning, ...more] = client.warnings();
  assert.match(warning, /^flags\[2\]\.rules\[0\]\.value: a percentage .*101/);
  assert.equal(more.length, 0);
  assert.equal(client.status().flagsSetAside, 1);
  assert.ok(
    logger.lines.some((line) => line.startsWith('warn: ') && line.includes(warning)),
    logger.lines.join(),
  );
});

test('without a logger, warnings are warnings of Node', async () => {
  const warned = new Promise((done) => process.once('warning', done));
  FlagBit.fromSnapshot(SNAPSHOT);
  const warning = await warned;
  assert.equal(warning.name, 'FlagBitWarning');
  assert.match(warning.message, /101/);
});

test('a logger that throws disturbs nobody', (t) => {
  const broken = () => {
    throw new Error('on purpose');
  };
  const client = opened(t, SNAPSHOT, { logger: { info: broken, warn: broken } });
  assert.equal(client.isEnabled('always', { a: Symbol('s') }), true);
});

test('a snapshot is a text, bytes, or what JSON makes of it', () => {
  const text = JSON.stringify(SNAPSHOT);
  for (const value of [text, Buffer.from(text), new TextEncoder().encode(text), SNAPSHOT, SNAPSHOT.flags]) {
    assert.deepEqual(FlagBit.fromSnapshot(value, { logger: null }).flags(), ['always', 'broken', 'off', 'pro']);
  }
  for (const value of [undefined, null, 5, Symbol('s'), () => {}, true]) {
    assert.throws(() => FlagBit.fromSnapshot(value), TypeError);
    assert.throws(() => FlagBit.forTesting(value), TypeError);
  }
});

test('options', (t) => {
  const text = JSON.stringify(SNAPSHOT);
  const path = join(folder(), 'flags.json');
  writeFileSync(path, text);
  const quiet = { logger: null };
  FlagBit.fromSnapshot(text, { maxSnapshotBytes: text.length, watch: undefined, ...quiet });
  assert.equal(FlagBit.open({ file: path, maxSnapshotBytes: text.length, ...quiet }).isEnabled('always'), true);
  for (const source of [{ snapshot: text }, { file: path }]) {
    assert.throws(() => FlagBit.open({ ...source, maxSnapshotBytes: text.length - 1 }), { name: 'SnapshotError' });
  }
  assert.throws(() => FlagBit.open({ snapshot: text, maxSnapshotBytes: -1 }), {
    status: 'INVALID_ARGUMENT',
    message: 'maxSnapshotBytes takes 1 or more, not -1',
  });
  assert.throws(() => FlagBit.open({ snapshot: text, file: path }), { status: 'INVALID_ARGUMENT' });
  assert.throws(() => FlagBit.open({}), { status: 'INVALID_ARGUMENT' });
  assert.throws(() => FlagBit.open({ watch: true }), { status: 'INVALID_ARGUMENT' });
  for (const wrong of [
    { fil: path },
    { toString: path },
    { file: path, watch: 1 },
    { file: 5 },
    { file: new URL('http://localhost/flags.json') },
    { snapshot: text, maxSnapshotBytes: 1.5 },
    { snapshot: text, maxSnapshotBytes: '5' },
    { snapshot: text, maxSnapshotBytes: 2 ** 60 },
    { snapshot: text, logger: {} },
    null,
    undefined,
    'http://localhost',
  ]) {
    assert.throws(() => FlagBit.open(wrong), TypeError);
  }
  assert.throws(() => FlagBit.open({ fil: path }), { message: 'there is no option "fil"' });
});

test('a client is not made by its name', () => {
  assert.throws(() => new FlagBit('http://localhost'), { name: 'TypeError', message: /FlagBit\.open/ });
  assert.throws(() => FlagBit({}), TypeError);
  assert.throws(() => FlagBit.prototype.isEnabled.call({}, 'a'), TypeError);
  class Mine extends FlagBit {}
  assert.throws(() => new Mine(), TypeError);
});

test('status', (t) => {
  const client = opened(t);
  const { lastSuccess, ...status } = client.status();
  assert.deepEqual(status, {
    state: 'ready',
    revision: 'r1',
    source: 'text',
    flags: 4,
    flagsSetAside: 1,
    lastError: null,
    consecutiveFailures: 0,
    unsupportedValues: 0,
    generation: 1,
  });
  assert.ok(Math.abs(lastSuccess - Date.now()) < 60_000);
  assert.throws(() => client.loadSnapshot('['), SnapshotError);
  const failed = client.status();
  assert.equal(failed.consecutiveFailures, 1);
  assert.match(failed.lastError, /line 1/);
  assert.equal(inspect(client), "FlagBit { source: 'text', state: 'ready', flags: 4 }");
});

test('long texts come out whole', () => {
  const revision = 'ü'.repeat(5000);
  const client = FlagBit.fromSnapshot({ revision, flags: [] });
  assert.equal(client.status().revision, revision);
  const found = client.evaluate('k'.repeat(5000));
  assert.equal(found.errorMessage, `no flag "${'k'.repeat(5000)}" among the 0 in force`);
  assert.equal(found.revision, revision);
});

test('a file', async (t) => {
  const path = join(folder(), 'flägs.json');
  assert.throws(
    () => FlagBit.fromFile(path),
    (error) => {
      assert.ok(error instanceof FileError);
      assert.equal(error.status, 'IO');
      assert.match(error.message, /flägs\.json/);
      return true;
    },
  );
  writeFileSync(path, '{');
  assert.throws(() => FlagBit.fromFile(path), { name: 'SnapshotError', message: /flägs\.json: .*line 1/ });
  writeJson(path, snapshot({ a: true }));
  const client = FlagBit.fromFile(pathToFileURL(path), { logger: null });
  t.after(() => client.close());
  assert.equal(client.isEnabled('a'), true);
  writeFileSync(path, '{');
  assert.equal(await client.refresh(), false);
  assert.match(client.status().lastError, /flägs\.json/);
  assert.equal(client.isEnabled('a'), true);
  writeJson(path, snapshot({ a: false }));
  assert.equal(await client.refresh(1000), true);
  assert.equal(client.isEnabled('a', null, true), false);
  assert.throws(() => client.loadSnapshot('[]'), { status: 'INVALID_ARGUMENT', message: /opened from a snapshot/ });
});

test('a refresh sees all earlier changes, even if it begins during another', async (t) => {
  const path = join(folder(), 'flags.json');
  writeJson(path, snapshot({ n0: true }));
  const client = FlagBit.fromFile(path, { logger: null });
  t.after(() => client.close());
  const seen = [];
  for (let number = 1; number <= 50; number++) {
    writeJson(path, snapshot({ [`n${number}`]: true }));
    seen.push(client.refresh().then((read) => read && Number(client.flags()[0].slice(1)) >= number));
    if (number % 7 === 0) await sleep(1);
  }
  assert.ok((await Promise.all(seen)).every(Boolean));
});

test('a watched file', async (t) => {
  const path = join(folder(), 'flags.json');
  const logger = recorder();
  const client = FlagBit.fromFile(path, { watch: true, logger });
  t.after(() => client.close());
  assert.equal(await client.waitUntilReady(50), false);
  assert.equal(await client.waitUntilReady(0), false);
  assert.equal(client.evaluate('a').errorCode, 'PROVIDER_NOT_READY');
  assert.equal(client.status().state, 'error');
  const waits = [
    client.waitUntilReady(),
    client.waitUntilReady(Infinity),
    client.waitUntilReady(20_000),
    client.waitUntilReady(1),
  ];
  writeJson(path, snapshot({ a: true }));
  assert.deepEqual(await Promise.all(waits), [true, true, true, false]);
  assert.equal(await client.waitUntilReady(0), true);
  assert.equal(client.isEnabled('a'), true);
  writeFileSync(path, '{');
  // With a logger, log lines arrive without a call.
  await eventually(() => logger.lines.some((line) => line.includes('what was in force stays')));
  assert.equal(client.isEnabled('a'), true);
  writeJson(path, snapshot({ a: false }));
  await eventually(() => !client.isEnabled('a', null, true));
});

test('waiting ends with the client', async () => {
  const client = FlagBit.fromFile(join(folder(), 'flags.json'), { watch: true, logger: null });
  const begin = performance.now();
  const waits = [client.waitUntilReady(Infinity), client.waitUntilReady(60_000)];
  setTimeout(() => client.close(), 50);
  assert.deepEqual(await Promise.all(waits), [false, false]);
  assert.ok(performance.now() - begin < 5000);
  assert.equal(await client.waitUntilReady(60_000), false);
});

test('a timeout is a number', async (t) => {
  const client = opened(t);
  for (const call of ['refresh', 'waitUntilReady']) {
    await assert.rejects(client[call](NaN), RangeError);
    for (const wrong of ['5', null, {}, 5n]) await assert.rejects(client[call](wrong), TypeError);
    for (const limit of [5000, 1e300, Infinity, undefined]) assert.equal(await client[call](limit), true);
  }
  assert.equal(await client.waitUntilReady(-1), true);
});

test('overrides nest and end', (t) => {
  const client = opened(t);
  const outer = client.override({ pro: true, new: true });
  assert.equal(client.isEnabled('pro') && client.isEnabled('new'), true);
  assert.ok(client.flags().includes('new'));
  const inner = client.override({ pro: false });
  assert.equal(client.isEnabled('pro', { plan: 'pro' }), false);
  inner[Symbol.dispose]();
  inner.end();
  assert.equal(client.isEnabled('pro'), true);
  outer.end();
  assert.equal(client.isEnabled('pro') || client.isEnabled('new'), false);
  for (const values of [{ a: null }, { '': true }, { a: Symbol('s') }, { a: NaN }, { a: '\ud800' }, { a: [5n] }]) {
    assert.throws(() => client.override(values), SnapshotError);
    assert.throws(() => FlagBit.forTesting(values), SnapshotError);
  }
  assert.throws(() => client.override(['a']), {
    name: 'TypeError',
    message: /an object of keys and values, not Array/,
  });
});

test('use after close', async () => {
  const client = FlagBit.fromSnapshot(SNAPSHOT, { logger: null });
  const user = new Context({ plan: 'pro' });
  const override = client.override({ pro: true });
  client.close();
  client.close();
  client[Symbol.dispose]();
  override.end();
  assert.equal(client.isEnabled('always'), false);
  assert.equal(client.isEnabled('always', user, true), true);
  const found = client.evaluate('always', { plan: 'pro' }, true);
  assert.deepEqual(
    [found.enabled, found.errorCode, found.errorMessage],
    [true, 'PROVIDER_NOT_READY', 'the client is closed'],
  );
  assert.equal(client.evaluate('\udc80').errorCode, 'PROVIDER_NOT_READY');
  assert.deepEqual(Object.keys(client.evaluateAll(user)), []);
  assert.deepEqual([client.flags(), client.warnings()], [[], []]);
  assert.equal(client.status().state, 'closed');
  assert.equal(await client.waitUntilReady(), false);
  assert.equal(await client.refresh(), false);
  assert.throws(
    () => client.loadSnapshot('[]'),
    (error) => error instanceof ClosedError && error.status === 'CLOSED',
  );
  assert.throws(() => client.override({ a: true }), ClosedError);
  client.on('change', () => {}).removeAllListeners();
  assert.match(inspect(client), /closed/);
});

test('clients are collected, and their threads end', async () => {
  const code = `
    import { readFileSync, readdirSync } from 'node:fs';
    import { FlagBit } from 'flagbit';
    const threads = () => readdirSync('/proc/self/task').length;
    const memory = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
    const flags = Array.from({ length: 2000 }, (_, n) => ({ key: 'flag ' + n, enabled: true }));
    const text = JSON.stringify(flags);
    const round = async () => {
      for (let n = 0; n < 20; n++) {
        const client = FlagBit.fromSnapshot(text, { logger: { info() {}, warn() {} } });
        const other = FlagBit.fromFile('/nowhere/flags.json', { watch: true, logger: null });
        client.waitUntilReady(1);
        other.waitUntilReady(1);
      }
      for (let n = 0; n < 3; n++) {
        gc();
        await new Promise((done) => setTimeout(done, 10));
      }
    };
    const first = threads();
    for (let n = 0; n < 10; n++) await round();
    const before = memory();
    for (let n = 0; n < 40; n++) await round();
    for (let n = 0; n < 500 && threads() > first + 9; n++) await new Promise((done) => setTimeout(done, 10));
    console.log(threads() - first < 10, memory() - before < 60);
  `;
  const { output, errors } = await run(code, { node: ['--expose-gc'] });
  assert.equal(output, 'true true\n', errors);
});
