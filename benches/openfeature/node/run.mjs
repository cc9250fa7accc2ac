// Measures the providers in turns, each in a process of its own, so that a bad minute of the machine falls on all, and
// prints a line of JSON for each: the medians, in nanoseconds, of a question by way of the SDK and of one to the
// provider alone. See scripts/bench/openfeature.sh.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [, , folder, short] = process.argv;
const [ROUNDS, MILLISECONDS] = short === '--short' ? [2, 5] : [12, 40];

/** The least and the most of 1,000 users that may be on: 500 by the plan, and about 150 by the percentage. */
const RULES = [600, 700];
const CELLS = ['sdk', 'provider'];
const PEERS = {
  noop: [0, 0],
  memory: [500, 500],
  flagbit: RULES,
  evaluate: RULES,
  flagd: RULES,
  launchdarkly: RULES,
};

async function start(peer, [least, most]) {
  // As in production; one of them logs more otherwise.
  const env = { ...process.env, NODE_ENV: 'production' };
  const command = [join(import.meta.dirname, 'bench.mjs'), peer, folder];
  const child = spawn(process.execPath, command, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${peer} ended with ${child.exitCode}`);
    return JSON.parse(value);
  };
  const { name, on } = await next();
  for (const cell of CELLS) {
    if (on[cell] < least || on[cell] > most) throw new Error(`${name}, ${cell}: ${on[cell]} of 1,000 are on`);
  }
  const samples = Object.fromEntries(CELLS.map((cell) => [cell, []]));
  return {
    name,
    samples,
    async sample(cell) {
      child.stdin.write(`${cell} ${MILLISECONDS}\n`);
      samples[cell].push(await next());
    },
    async end() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

const peers = [];
for (const [peer, on] of Object.entries(PEERS)) peers.push(await start(peer, on));
for (let round = 0; round < ROUNDS; round++) {
  for (const cell of CELLS) for (const peer of peers) await peer.sample(cell);
}
const median = (samples) => Math.round(samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)]);
for (const { name, samples } of peers) {
  console.log(JSON.stringify({ name, ns: median(samples.sdk), alone: median(samples.provider) }));
}
for (const { end } of peers) await end();
