// Four workers that do everything at once: node test/stress.mjs [SECONDS]. Fails if an answer is wrong, a worker
// breaks, or memory grows.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { Context, FlagBit } from 'flagbit';

const WORKERS = 4;
const GROWTH = 48 * 2 ** 20;

if (isMainThread) await main();
else await work();

async function main() {
  const seconds = Number(process.argv[2] ?? 5);
  const folder = mkdtempSync(join(tmpdir(), 'flagbit-stress-'));
  const path = join(folder, 'flags.json');
  let revision = 0;
  const write = () => {
    writeFileSync(`${path}.new`, snapshot(++revision));
    renameSync(`${path}.new`, path);
  };
  write();
  const writing = setInterval(write, 300);
  const end = Date.now() + seconds * 1000;
  const done = Array.from({ length: WORKERS }, () => started(path, end));

  // The most memory of each third of the time: the first warms up.
  const most = [0, 0, 0];
  const measuring = setInterval(() => {
    const third = Math.min(2, Math.floor((3 * (seconds * 1000 - (end - Date.now()))) / (seconds * 1000)));
    most[third] = Math.max(most[third], process.memoryUsage.rss());
  }, 20);
  const counts = await Promise.all(done);
  clearInterval(writing);
  clearInterval(measuring);
  rmSync(folder, { recursive: true });
  const sum = (name) => counts.reduce((total, one) => total + one[name], 0);
  const mebibytes = most.map((bytes) => Math.round(bytes / 2 ** 20));
  console.log(
    `${WORKERS} workers, ${seconds} s: ${sum('evaluations').toLocaleString('en')} evaluations, ${sum('clients')} clients, ` +
      `${sum('swaps')} snapshots, ${sum('told')} changes told, at most ${mebibytes.join(', ')} MiB by thirds`,
  );
  if (sum('told') === 0) throw new Error('no change was told');
  if (most[2] - most[1] > GROWTH) throw new Error('memory grew');
}

function started(path, end) {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { path, end },
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    });
    worker.once('message', done);
    worker.once('error', failed);
    worker.once('exit', (code) => failed(new Error(`a worker ended with ${code}`)));
  });
}

function snapshot(revision) {
  const rules = [
    { attribute: 'plan', operator: 'eq', value: 'pro' },
    { operator: 'percent', value: 30 },
  ];
  const flags = Array.from({ length: 50 }, (_, number) => ({ key: `flag ${number}`, enabled: true, rules }));
  const variants = { now: { revision }, never: {} };
  return JSON.stringify({
    revision,
    flags: [
      ...flags,
      { key: 'json', enabled: true, variants, default: 'now' },
      { key: `only in ${revision}`, enabled: true },
    ],
  });
}

async function work() {
  const { parentPort } = await import('node:worker_threads');
  const counts = { evaluations: 0, clients: 0, swaps: 0, told: 0 };
  const told = () => counts.told++;
  const watched = FlagBit.fromFile(workerData.path, { watch: true, logger: null }).on('change', told);
  const user = new Context({ user_id: 'usr_1', plan: 'pro', roles: ['a', 'b'] });
  const expect = (holds) => {
    if (!holds) throw new Error('a wrong answer');
  };
  for (let round = 1; Date.now() < workerData.end; round++) {
    const own = FlagBit.fromSnapshot(snapshot(round), { logger: null }).on('change', told);
    counts.clients++;
    for (const client of [watched, own]) {
      for (let call = 0; call < 2000; call++) {
        const key = `flag ${call % 50}`;
        expect(client.isEnabled(key, user));
        expect(client.isEnabled(key, { plan: 'pro', call }));
        expect(client.isEnabled(key, new Context({ plan: 'pro', call, ü: ['x'] })));
        expect(client.isEnabled(key, { plan: 'free', odd: Symbol.iterator }) === false);
        const found = client.evaluate('json', { call, when: new Date(call) });
        expect(String(found.value.revision) === found.revision);
        counts.evaluations += 5;
      }
      const every = client.evaluateAll(user);
      expect(every['flag 7'].enabled && every.json.value.revision > 0);
      expect(client.explain('flag 7', user).enabled);
      expect(client.evaluate('nope\ud800').errorCode === 'FLAG_NOT_FOUND');
    }
    own.loadSnapshot(snapshot(round + 1));
    expect(own.value('json', user, {}).revision === round + 1);
    const override = own.override({ json: { revision: 0 }, text: 'x' });
    expect(own.value('text', null, '') === 'x');
    counts.swaps += 2;
    await Promise.all([own.waitUntilReady(), watched.refresh(), own.refresh()]);
    override.end();
    // Half of them are left to the garbage collector.
    if (round % 2) own.close();
    else own.removeAllListeners();
    await new Promise(setImmediate);
  }
  watched.close();
  parentPort.postMessage(counts);
}
