// bench.mjs PEER FOLDER: one evaluator of flags, measured when it is told to.
//
// Says first, as a line of JSON, its name and how many of the 1,000 users are on in each cell. Then answers each line
// `CELL MILLISECONDS` of standard input with nanoseconds an evaluation, sampled for that long.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Until the compiler has done its work, and the library has prepared the contexts, which it does at their 16th question.
const WARM_MS = 400;
const WARM_PASSES = 20;

const [, , peer, folder] = process.argv;
const read = (name) => readFileSync(join(folder, `${name}.json`), 'utf8');
const { name, cells: open } = await import(`./peers/${peer}.mjs`);
const cells = await open(read(peer), JSON.parse(read('users')));

function warm([loop, items]) {
  const begin = performance.now();
  let on;
  for (let passes = 0; passes < WARM_PASSES || performance.now() - begin < WARM_MS; passes++) on = loop(items);
  return on;
}

function sample([loop, items], milliseconds) {
  const begin = performance.now();
  for (let passes = 1; ; passes++) {
    loop(items);
    const passed = performance.now() - begin;
    if (passed >= milliseconds) return (passed * 1e6) / passes / items.length;
  }
}

const on = Object.fromEntries(Object.entries(cells).map(([cell, what]) => [cell, warm(what)]));
console.log(JSON.stringify({ name, on }));
for await (const line of createInterface({ input: process.stdin })) {
  const [cell, milliseconds] = line.split(' ');
  sample(cells[cell], Number(milliseconds) / 10); // fills the caches, which other programs have emptied
  console.log(sample(cells[cell], Number(milliseconds)));
}
process.exit(0); // some keep timers that would not end
