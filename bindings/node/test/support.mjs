// Functions that several tests need.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlagBit } from 'flagbit';

/** The repository: the tests run from a folder outside it, against the package as installed there. */
export const REPOSITORY = resolve(process.env.FLAGBIT_REPOSITORY ?? join(import.meta.dirname, '../../..'));

export const SNAPSHOT = {
  revision: 'r1',
  flags: [
    { key: 'always', enabled: true, default_enabled: true },
    { key: 'pro', enabled: true, rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }] },
    { key: 'broken', enabled: true, rules: [{ operator: 'percent', value: 101 }] },
    { key: 'off', enabled: false, default_enabled: true },
  ],
};

/** A snapshot of flags that are on or off for everybody. */
export const snapshot = (flags) => ({
  flags: Object.entries(flags).map(([key, on]) => ({ key, enabled: true, default_enabled: on })),
});

/** Keeps log lines. */
export function recorder() {
  const lines = [];
  return { lines, info: (line) => lines.push(`info: ${line}`), warn: (line) => lines.push(`warn: ${line}`) };
}

/** A client of SNAPSHOT that is closed after the test. */
export function opened(test, from = SNAPSHOT, options = { logger: null }) {
  const client = FlagBit.fromSnapshot(from, options);
  test.after(() => client.close());
  return client;
}

/** A client of one flag, `f`, with one rule. */
export const asking = (operator, value, attribute = 'a') =>
  FlagBit.fromSnapshot([{ key: 'f', enabled: true, rules: [{ attribute, operator, value }] }], { logger: null });

export const folder = () => mkdtempSync(join(tmpdir(), 'flagbit-'));

/** Writes a file at once: nobody reads half of it. */
export function writeJson(path, value) {
  writeFileSync(`${path}.new`, JSON.stringify(value));
  renameSync(`${path}.new`, path);
}

/** Waits until something holds, which may be a promise; fails after a while. */
export async function eventually(condition, limit = 10_000) {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it never came to hold: ${condition}`);
    await sleep(10);
  }
}

let programs = 0;

/** Runs a program of this Node and waits for its end: its exit code, signal, output and duration in ms. */
export function run(code, { node = [], args = [], env = {}, limit = 60_000 } = {}) {
  // The program runs in this folder, where Node finds the package.
  const file = join(import.meta.dirname, `program-${process.pid}-${++programs}.mjs`);
  writeFileSync(file, code);
  return new Promise((done, failed) => {
    const begin = performance.now();
    const child = spawn(process.execPath, [...node, file, ...args], {
      cwd: import.meta.dirname,
      env: { ...process.env, ...env },
      timeout: limit,
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (errors += data));
    child.on('error', failed);
    child.on('close', (exit, signal) => {
      rmSync(file);
      done({ exit, signal, output, errors, took: performance.now() - begin });
    });
  });
}
