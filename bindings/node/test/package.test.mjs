// The tarball, installed in a clean folder: FLAGBIT_TARBALL names it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY, folder } from './support.mjs';

const TARBALL = process.env.FLAGBIT_TARBALL;
const options = { skip: TARBALL === undefined && 'set by scripts/test/node.sh' };

/** A folder with the package in it, made with no program but Node and npm, and with no registry to ask. */
function installed(test) {
  const clean = folder();
  const programs = join(clean, 'bin');
  mkdirSync(programs);
  symlinkSync(process.execPath, join(programs, 'node'));
  const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
  symlinkSync(npm, join(programs, 'npm'));
  // npm starts itself through env.
  symlinkSync('/usr/bin/env', join(programs, 'env'));
  const env = { PATH: programs, HOME: clean, npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
  const run = (...command) => {
    const done = spawnSync(command[0], command.slice(1), { cwd: clean, env, encoding: 'utf8' });
    assert.equal(done.status, 0, `${command.join(' ')}\n${done.stdout}${done.stderr}${done.error ?? ''}`);
    return done.stdout;
  };
  writeFileSync(join(clean, 'package.json'), '{"private": true}');
  const told = run('npm', 'install', '--no-audit', '--no-fund', TARBALL);
  assert.doesNotMatch(told, /warn|script/i);
  test.diagnostic(told.trim());
  return { clean, run };
}

test(
  'it is installed without a compiler, a script or a download, and its README’s first example runs',
  options,
  (t) => {
    const { clean, run } = installed(t);
    const root = join(clean, 'node_modules/flagbit');
    assert.deepEqual(
      readdirSync(join(clean, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['flagbit'],
    );
    assert.deepEqual(readdirSync(root).sort(), ['LICENSE', 'README.md', 'dist', 'docs', 'package.json', 'prebuilds']);
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const field of ['scripts', 'dependencies', 'optionalDependencies']) {
      assert.equal(manifest[field], undefined, field);
    }
    for (const peer of Object.keys(manifest.peerDependencies)) {
      assert.equal(manifest.peerDependenciesMeta[peer].optional, true, peer);
    }
    const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)];
    const [example, server, typed] = blocks.map(([, text]) => text);
    writeFileSync(join(clean, 'example.mjs'), example);
    assert.equal(run('node', 'example.mjs'), 'true\npercentage_rollout\n');
    const required = example.replace(
      "import { Context, FlagBit } from 'flagbit';",
      "const { Context, FlagBit } = require('flagbit');",
    );
    assert.notEqual(required, example);
    writeFileSync(join(clean, 'example.cjs'), required);
    assert.equal(run('node', 'example.cjs'), 'true\npercentage_rollout\n');
    // Nobody answers there, and a test does not wait for that.
    const hurried = server
      .replace('5000', '0')
      .replace('http://127.0.0.1:8080', 'http://127.0.0.1:9')
      .replace('process.env.FLAGBIT_SERVER_KEY', "'fbsrv_test'")
      .replace('console.warn', 'console.log');
    writeFileSync(join(clean, 'server.mjs'), `import { FlagBit } from 'flagbit';\n${hurried}`);
    assert.match(run('node', 'server.mjs'), /^no flags yet: /);
    // The third says the result of each call.
    const printed = typed.replace(/^(client\..*); \/\/ (.*)$/gm, 'console.log($1);');
    const expected = [...typed.matchAll(/^client\..*; \/\/ '?([^':]*)/gm)].map(([, text]) => text);
    writeFileSync(join(clean, 'typed.mjs'), `import { FlagBit } from 'flagbit';\n${printed}`);
    assert.equal(expected.length, 3);
    assert.equal(run('node', 'typed.mjs'), `${expected.join('\n')}\n`);
  },
);

test('the provider without the OpenFeature SDK says what to install', options, (t) => {
  const { clean } = installed(t);
  const programs = { 'imported.mjs': "import 'flagbit/openfeature';", 'required.cjs': "require('flagbit/openfeature');" };
  for (const [name, program] of Object.entries(programs)) {
    writeFileSync(join(clean, name), program);
    const { status, stderr } = spawnSync(process.execPath, [name], { cwd: clean, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^FlagBitError: flagbit\/openfeature needs the OpenFeature SDK: npm install @openfeature\/server-sdk @openfeature\/core$/m,
    );
  }
});

test('import and require give the same classes', options, (t) => {
  const { clean, run } = installed(t);
  const program = `
    import { createRequire } from 'node:module';
    import * as imported from 'flagbit';
    const required = createRequire(import.meta.url)('flagbit');
    const names = Object.keys(required).sort();
    console.log(names.join(), names.every((name) => imported[name] === required[name]));
  `;
  writeFileSync(join(clean, 'both.mjs'), program);
  const classes = 'ClosedError,Context,ContextError,FileError,FlagBit,FlagBitError,LibraryError,SnapshotError';
  assert.equal(run('node', 'both.mjs'), `${classes} true\n`);
});

test('its types hold, for import, for require and for bundlers', options, (t) => {
  const { clean } = installed(t);
  const project = join(REPOSITORY, 'bindings/node');
  mkdirSync(join(clean, 'node_modules/@types'));
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(project, 'node_modules', name), join(clean, 'node_modules', name));
  }
  const program = readFileSync(join(project, 'test/types.ts'), 'utf8');
  for (const name of ['types.mts', 'types.cts', 'types.ts']) writeFileSync(join(clean, name), program);
  const compile = (file, ...more) => {
    const compiler = join(dirname(project), 'node/node_modules/typescript/bin/tsc');
    const lib = ['--lib', 'es2022,esnext.disposable', '--target', 'es2022', '--types', 'node'];
    const command = [compiler, '--noEmit', '--strict', ...lib, ...more, file];
    const done = spawnSync(process.execPath, command, { cwd: clean, encoding: 'utf8' });
    assert.equal(done.status, 0, `${file}: ${done.stdout}${done.stderr}`);
  };
  compile('types.mts', '--module', 'nodenext');
  compile('types.cts', '--module', 'nodenext');
  compile('types.ts', '--module', 'esnext', '--moduleResolution', 'bundler');
});
