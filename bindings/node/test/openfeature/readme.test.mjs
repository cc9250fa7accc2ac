// The README's example of OpenFeature runs, also in CommonJS, and its types hold.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY, run } from '../support.mjs';

const root = dirname(createRequire(import.meta.url).resolve('flagbit/package.json'));
const [, section] = readFileSync(join(root, 'README.md'), 'utf8').split('\n## OpenFeature\n');
const [, example] = section.match(/```js\n([^]*?)```/);

test('the example', async () => {
  const { exit, output, errors } = await run(example);
  assert.deepEqual([exit, output], [0, 'true\nDEFAULT\n'], errors);
  assert.match(section, /It prints `true` and `DEFAULT`/);
});

test('in CommonJS', async () => {
  const required = example
    .replace(/^import (\{.*\}) from ('.*');$/gm, 'const $1 = require($2);')
    .replace(/^await [^]*$/m, (rest) => `(async () => {\n${rest}})();\n`);
  const code = `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n${required}`;
  assert.doesNotMatch(code.replace(/^.*\n/, ''), /import /);
  const { exit, output, errors } = await run(code);
  assert.deepEqual([exit, output], [0, 'true\nDEFAULT\n'], errors);
});

test('types, as installed, for import and for require', () => {
  const project = join(REPOSITORY, 'bindings/node');
  const types = readFileSync(join(project, 'test/openfeature/types.ts'), 'utf8');
  for (const name of ['types.mts', 'types.cts']) {
    const file = join(import.meta.dirname, name);
    writeFileSync(file, types);
    const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,esnext.disposable'];
    const typings = ['--types', 'node', '--typeRoots', join(project, 'node_modules/@types')];
    const compiler = join(project, 'node_modules/typescript/bin/tsc');
    const done = spawnSync(process.execPath, [compiler, ...settings, ...typings, file], { encoding: 'utf8' });
    rmSync(file);
    assert.equal(done.status, 0, `${name}: ${done.stdout}${done.stderr}`);
  }
});
