// bench.mjs PEER FOLDER: one boolean question with a context, measured when it is told to: to OpenFeature's SDK, and to the
// provider without it, which is what a provider adds.
//
// Says first, as a line of JSON, its name, and of each cell how many of the 1,000 users are on. Then answers each line
// `CELL MILLISECONDS` of standard input with nanoseconds a question, sampled for that long.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { require } from '../../languages/node/peers/support.mjs';

// Until the compiler has done its work.
const WARM_MS = 1000;

const [, , peer, folder] = process.argv;
const { OpenFeature } = require('@openfeature/server-sdk');
const { name, open } = await import(`./peers/${peer}.mjs`);
const provider = await open((file) => join(folder, file));
const users = JSON.parse(readFileSync(join(folder, 'users.json'), 'utf8'));
const contexts = users.map(({ id, ...others }) => ({ targetingKey: id, ...others }));
const silent = { debug() {}, info() {}, warn() {}, error() {} };

await OpenFeature.setProviderAndWait(provider);
const client = OpenFeature.getClient();

const cells = {
  async sdk() {
    let on = 0;
    for (const context of contexts) if (await client.getBooleanValue('flag_0', false, context)) on++;
    return on;
  },
  async provider() {
    let on = 0;
    for (const context of contexts) {
      if ((await provider.resolveBooleanEvaluation('flag_0', false, context, silent)).value) on++;
    }
    return on;
  },
};

async function sample(cell, milliseconds) {
  const begin = performance.now();
  for (let passes = 1; ; passes++) {
    await cells[cell]();
    const passed = performance.now() - begin;
    if (passed >= milliseconds) return (passed * 1e6) / passes / contexts.length;
  }
}

const on = {};
for (const cell of Object.keys(cells)) {
  await sample(cell, WARM_MS);
  on[cell] = await cells[cell]();
}
console.log(JSON.stringify({ name, on }));
for await (const line of createInterface({ input: process.stdin })) {
  const [cell, milliseconds] = line.split(' ');
  await sample(cell, Number(milliseconds) / 10); // fills the caches, which other programs have emptied
  console.log(await sample(cell, Number(milliseconds)));
}
process.exit(0); // some keep timers that would not end
