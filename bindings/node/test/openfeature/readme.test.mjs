// Runs the code of the README and docs/openfeature/node.md, which prints what they say, and checks its types.

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

test('the page, as one program', async (t) => {
  const page = readFileSync(join(REPOSITORY, 'docs/openfeature/node.md'), 'utf8');
  const blocks = (info) => [...page.matchAll(new RegExp(`^\`\`\`${info}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text]) => text);
  const path = join(import.meta.dirname, '../flags.json');
  writeFileSync(path, blocks('json snapshot')[0]);
  t.after(() => rmSync(path));
  assert.equal(blocks('js').length, blocks('text output').length);
  const { exit, output, errors } = await run(blocks('js').join('\n'));
  assert.deepEqual([exit, output], [0, blocks('text output').join('')], errors);
});

test('types, as installed, for import and for require', () => {
  const project = join(REPOSITORY, 'bindings/node');
  const types = readFileSync(join(project, 'test/openfeature/types.ts'), 'utf8');
  for (const name of ['types.mts', 'types.cts']) {
    const file = join(import.meta.dirname, name);
    writeFileSync(file, types);
    const lib = ['--target', 'es2022', '--lib', 'es2022,esnext.disposable'];
    const settings = ['--noEmit', '--strict', '--module', 'nodenext', ...lib];
    const typings = ['--types', 'node', '--typeRoots', join(project, 'node_modules/@types')];
    const compiler = join(project, 'node_modules/typescript/bin/tsc');
    const done = spawnSync(process.execPath, [compiler, ...settings, ...typings, file], { encoding: 'utf8' });
    rmSync(file);
    assert.equal(done.status, 0, `${name}: ${done.stdout}${done.stderr}`);
  }
});
