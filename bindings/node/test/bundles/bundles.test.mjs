// The package with tools that evaluate it in their own ways: Jest, which evaluates it for each test file, and esbuild.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

/** The folder in which the tools and the package are installed. */
const INSTALLED = dirname(dirname(import.meta.dirname));

function folder(t, files) {
  const made = realpathSync(mkdtempSync(join(INSTALLED, 'bundle-')));
  t.after(() => rmSync(made, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
  }
  return made;
}

function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000 });
  return { status, output: stdout + stderr };
}

const tool = (name) => join(INSTALLED, 'node_modules/.bin', name);

const JEST = `
const { Context, FlagBit, SnapshotError } = require('flagbit');
const flags = [
  { key: 'f', enabled: true, rules: [{ conditions: [{ attribute: 'at', operator: 'before', value: '2027-01-01T00:00:00Z' }], value: true }] },
];

test('it evaluates, and knows the dates of this realm', () => {
  const client = FlagBit.fromSnapshot(flags);
  expect(client.warnings()).toEqual([]);
  expect(client.isEnabled('f', { at: new Date(0) })).toBe(true);
  expect(client.isEnabled('f', new Context({ at: new Date(0) }))).toBe(true);
  expect(client.status().unsupportedValues).toBe(0);
  expect(() => client.loadSnapshot('{')).toThrow(SnapshotError);
  client.loadSnapshot(new TextEncoder().encode('[]'));
  client.loadSnapshot(Uint8Array.of(91, 93));
  client.close();
});

test('it is loaded again', async () => {
  for (let round = 0; round < 3; round++) {
    jest.resetModules();
    const again = require('flagbit');
    expect(again.FlagBit).not.toBe(FlagBit);
    const client = again.FlagBit.forTesting({ f: round });
    expect(client.value('f', null, -1)).toBe(round);
    expect(await client.waitUntilReady()).toBe(true);
    client.close();
  }
});
`;

test('Jest evaluates the package for each file of tests', (t) => {
  const files = Object.fromEntries(['one', 'two', 'three'].map((name) => [`${name}.test.js`, JEST]));
  const made = folder(t, { ...files, 'package.json': '{}' });
  // All files run in one process, which loads the addon once.
  const { status, output } = run(made, tool('jest'), '--runInBand', '--rootDir', made);
  assert.equal(status, 0, output);
  assert.match(output, /Tests: +6 passed/);
});

const PROGRAM = "import { FlagBit } from 'flagbit';\nconsole.log(FlagBit.forTesting({ f: 'x' }).value('f', null, ''));\n";

for (const format of ['cjs', 'esm']) {
  test(`esbuild with the package external, as ${format}`, (t) => {
    const made = folder(t, { 'shop.mjs': PROGRAM });
    const out = format === 'cjs' ? 'out.cjs' : 'out.mjs';
    const options = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${out}`, '--external:flagbit'];
    const bundled = run(made, tool('esbuild'), 'shop.mjs', ...options);
    assert.equal(bundled.status, 0, bundled.output);
    const { status, output } = run(made, process.execPath, out);
    assert.deepEqual([status, output], [0, 'x\n']);
  });
}

test('a bundle without the addon names the option of the bundler', (t) => {
  const made = folder(t, { 'shop.mjs': PROGRAM });
  const bundled = run(made, tool('esbuild'), 'shop.mjs', '--bundle', '--platform=node', '--outfile=dist/out.cjs');
  assert.equal(bundled.status, 0, bundled.output);
  const { status, output } = run(made, process.execPath, 'dist/out.cjs');
  assert.equal(status, 1);
  assert.match(output, /LibraryError: .*--external:flagbit.*serverExternalPackages/);
});
