// Compares this package and its addon with include/flagbit.h: functions and versions.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY, folder, run } from './support.mjs';

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve('flagbit/package.json'));
const { addon, native, PATH_VARIABLE } = require(join(PACKAGE, 'dist/native.js'));
const codes = require(join(PACKAGE, 'dist/codes.js'));

const source = (...path) => readFileSync(join(REPOSITORY, ...path), 'utf8');
const code = (text) => text.replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, '');
const HEADER = code(source('include/flagbit.h'));
const ADDON = readdirSync(join(REPOSITORY, 'bindings/node/addon'))
  .map((name) => code(source('bindings/node/addon', name)))
  .join('\n');

/** Functions of the header that this binding has no use for. */
const UNUSED = {
  flagbit_is_enabled: 'keys have a length here',
  flagbit_is_enabled_with: 'keys have a length here',
  flagbit_evaluate: 'keys have a length here',
  flagbit_evaluate_with: 'keys have a length here',
  flagbit_is_enabled_of: 'keys have a length here',
  flagbit_evaluate_of: 'keys have a length here',
  flagbit_evaluate_all_of: 'attributes are packed in JavaScript',
  flagbit_explain_of: 'attributes are packed in JavaScript',
  flagbit_context_new_of: 'attributes are packed in JavaScript',
  flagbit_flag_new: 'a call costs more here than looking up the key',
  flagbit_flag_is_enabled: 'a call costs more here than looking up the key',
  flagbit_flag_is_enabled_of: 'a call costs more here than looking up the key',
  flagbit_flag_is_enabled_with: 'a call costs more here than looking up the key',
  flagbit_flag_evaluate: 'a call costs more here than looking up the key',
  flagbit_flag_evaluate_of: 'a call costs more here than looking up the key',
  flagbit_flag_evaluate_with: 'a call costs more here than looking up the key',
  flagbit_flag_free: 'a call costs more here than looking up the key',
  flagbit_error_status: 'the failed call told it',
  flagbit_client_refresh: 'flagbit_client_refresh_within does it, with a timeout',
  flagbit_client_wake: 'the thread that waits for changes lives as long as its client',
};

test('every function of the header is bound', () => {
  const declared = [...HEADER.matchAll(/FLAGBIT_API\s+[^;(]*?\b(flagbit_\w+)\(/g)].map(([, name]) => name);
  assert.ok(declared.length > 40);
  const unbound = declared.filter((name) => !new RegExp(`\\b${name}\\b`).test(ADDON));
  assert.deepEqual(unbound.sort(), Object.keys(UNUSED).sort());
});

test('the addon exports what src/native.ts says', () => {
  for (const [name, exported] of Object.entries({ Addon: addon, Native: native })) {
    const [, body] = new RegExp(`export interface ${name} \\{([^]*?)\\n\\}`).exec(code(source('bindings/node/src/native.ts')));
    const named = [...body.matchAll(/^  (?:readonly )?(\w+)[(:]/gm)].map(([, member]) => member);
    assert.deepEqual(Object.keys(exported).sort(), named.sort());
  }
});

test('versions agree', () => {
  const [, version] = /^version = "(.*)"/m.exec(source('Cargo.toml'));
  assert.equal(addon.version, version);
  assert.equal(require('flagbit/package.json').version, version);
  assert.equal(addon.abiVersion, (codes.ABI_MAJOR << 16) | codes.ABI_MINOR);
});

test('an addon that does not fit is refused with a remedy', async () => {
  const other = join(folder(), 'other.node');
  writeFileSync(other, 'nothing');
  for (const [path, message] of [
    [
      '/nowhere/flagbit.node',
      /cannot use \/nowhere\/flagbit\.node: it is not there .*FLAGBIT_ADDON_PATH names this file: unset it/,
    ],
    [other, /cannot use .*other\.node: it cannot be loaded: /],
  ]) {
    const program = `try { await import('flagbit'); } catch (error) { console.log(error.name, error.path, error.message); }`;
    const { output, errors } = await run(program, { env: { [PATH_VARIABLE]: path } });
    assert.ok(output.startsWith(`LibraryError ${path} `), output + errors);
    assert.match(output, message);
  }
});

test('the addon needs no library but the C library’s, and exports nothing else', (t) => {
  if (process.platform !== 'linux') return t.skip('of Linux');
  const [target] = readdirSync(join(PACKAGE, 'prebuilds'));
  const addon = join(PACKAGE, 'prebuilds', target, 'flagbit.node');
  const tool = (...command) => spawnSync(command[0], [...command.slice(1), addon], { encoding: 'utf8' }).stdout;
  const needed = [...tool('readelf', '-d').matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name.replace(/\.so.*/, ''));
  assert.deepEqual(
    needed.filter(
      (name) => !['libc', 'libgcc_s', 'libm', 'libdl', 'libpthread'].includes(name) && !name.startsWith('ld-'),
    ),
    [],
  );
  const exported = [...tool('nm', '-D', '--defined-only').matchAll(/ T (\w+)/g)].map(([, name]) => name);
  assert.deepEqual(exported.sort(), ['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
});
