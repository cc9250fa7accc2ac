// Workers, child processes, clusters, and the end of a process.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, run, writeJson } from './support.mjs';

const OPEN = `
  import { Context, FlagBit } from 'flagbit';
  const client = FlagBit.fromFile('/nowhere/flags.json', { watch: true, logger: { info() {}, warn() {} } });
  client.on('change', () => {});
`;

const ENDS = {
  'with an open client': '',
  'with a context, and answers': `client.isEnabled('a', new Context({ a: 1 })); client.evaluateAll({});`,
  'after a wait that ran out': `console.log(await client.waitUntilReady(100));`,
  'during a wait, by process.exit': `client.waitUntilReady(Infinity); setTimeout(() => process.exit(0), 50);`,
  'during a refresh': `client.refresh(); process.exit(0);`,
  'with a thousand clients': `
    for (let n = 0; n < 200; n++) {
      const another = FlagBit.forTesting({ a: true }).on('change', () => {});
      another.override({ a: false });
    }`,
  'within a listener': `
    const other = FlagBit.forTesting({ a: true }).on('change', () => process.exit(0));
    other.override({ a: false });
    setTimeout(() => process.exit(7), 20_000);`,
};

for (const [name, code] of Object.entries(ENDS)) {
  test(`a process ends by itself ${name}`, async () => {
    const { exit, signal, errors, took } = await run(OPEN + code);
    assert.deepEqual([exit, signal, errors], [0, null, '']);
    assert.ok(took < 10_000, `${took} ms`);
  });
}

test('a wait holds the process open, for its time', async () => {
  const { exit, output } = await run(`${OPEN} console.log(await client.waitUntilReady(300), performance.now() > 300);`);
  assert.deepEqual([exit, output], [0, 'false true\n']);
});

test('a signal ends a process with an open client', async () => {
  const { signal } = await run(
    `${OPEN} setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50); setTimeout(() => {}, 20_000);`,
  );
  assert.equal(signal, 'SIGTERM');
});

test('signals are Node’s: the threads take none', async () => {
  const { exit, output, errors } = await run(`${OPEN}
    process.once('SIGUSR2', () => { console.log('handled'); process.exit(0); });
    setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 100);
    setTimeout(() => process.exit(7), 20_000);`);
  assert.deepEqual([exit, output], [0, 'handled\n'], errors);
});

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Context, FlagBit } = require('flagbit');
  const client = FlagBit.fromFile(workerData.path, { watch: true, logger: null }).on('change', () => {});
  const user = new Context({ plan: 'pro' });
  let on = 0;
  for (let n = 0; n < 20_000; n++) on += client.isEnabled('pro', n % 2 ? user : { plan: 'pro', n });
  parentPort.postMessage(on);
  if (workerData.stay) setInterval(() => client.isEnabled('pro', user), 1);
  client.waitUntilReady(Infinity);
`;

test('workers come and go, also by being terminated', async () => {
  const path = join(folder(), 'flags.json');
  writeJson(path, [{ key: 'pro', enabled: true, rules: [{ attribute: 'plan', operator: 'eq', value: 'pro' }] }]);
  const code = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { FlagBit } from 'flagbit';
    const path = ${JSON.stringify(path)};
    const own = FlagBit.fromFile(path).on('change', () => {});
    for (let round = 0; round < 6; round++) {
      await Promise.all([false, true, true, false].map(async (stay) => {
        const worker = new Worker(${JSON.stringify(WORKER)}, { eval: true, workerData: { path, stay } });
        const [on] = await once(worker, 'message');
        if (on !== 20_000) throw new Error('on ' + on);
        if (stay) await worker.terminate();
        else await once(worker, 'exit');
      }));
      if (!own.isEnabled('pro', { plan: 'pro' })) throw new Error('own');
    }
    console.log('done');
  `;
  const { exit, output, errors } = await run(code);
  assert.deepEqual([exit, output], [0, 'done\n'], errors);
});

test('a worker that is terminated during evaluations, waits and events', async () => {
  const worker = `
    const { Context, FlagBit } = require('flagbit');
    const { parentPort } = require('node:worker_threads');
    const clients = Array.from({ length: 10 }, () => FlagBit.forTesting({ a: true }).on('change', () => {}));
    const waiting = FlagBit.fromFile('/nowhere/flags.json', { watch: true, logger: null });
    waiting.waitUntilReady(Infinity);
    parentPort.postMessage('started');
    for (;;) for (const client of clients) {
      const override = client.override({ a: false });
      client.isEnabled('a', new Context({ b: 1 }));
      waiting.refresh();
      override.end();
    }
  `;
  const code = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    for (let round = 0; round < 10; round++) {
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
      await once(worker, 'message');
      await new Promise((done) => setTimeout(done, 5 * round));
      await worker.terminate();
    }
    console.log('done');
  `;
  const { exit, signal, output, errors } = await run(code);
  assert.deepEqual([exit, signal, output], [0, null, 'done\n'], errors);
});

test('child processes have clients of their own', async () => {
  const code = `
    import { fork } from 'node:child_process';
    import { once } from 'node:events';
    import { FlagBit } from 'flagbit';
    if (process.env.CHILD) {
      const client = FlagBit.forTesting({ a: true }).on('change', (keys) => process.send({ keys, on: client.isEnabled('a') }));
      client.override({ a: false });
      process.once('message', () => process.disconnect());
    } else {
      const client = FlagBit.forTesting({ a: true }).on('change', () => {});
      const children = Array.from({ length: 3 }, () =>
        fork(process.argv[1], { env: { ...process.env, CHILD: '1' } }));
      for (const child of children) {
        const [{ keys, on }] = await once(child, 'message');
        child.send('end');
        const [exit] = await once(child, 'exit');
        console.log(keys.join(), on, exit);
      }
      console.log(client.isEnabled('a'));
    }
  `;
  const { exit, output, errors } = await run(code);
  assert.deepEqual([exit, output], [0, `${'a false 0\n'.repeat(3)}true\n`], errors);
});

test('the workers of a cluster have clients of their own', async () => {
  const code = `
    import cluster from 'node:cluster';
    import http from 'node:http';
    import { once } from 'node:events';
    import { FlagBit } from 'flagbit';
    const client = FlagBit.forTesting({ a: true }).on('change', () => {});
    if (cluster.isPrimary) {
      const workers = [cluster.fork(), cluster.fork()];
      const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'message')));
      for (let n = 0; n < 10; n++) {
        const text = await (await fetch('http://127.0.0.1:' + port)).text();
        if (text !== 'true') throw new Error(text);
      }
      for (const worker of workers) worker.disconnect();
      const exits = await Promise.all(workers.map((worker) => once(worker, 'exit')));
      console.log(exits.map(([code, signal]) => code ?? signal).join(), client.isEnabled('a'));
    } else {
      const server = http.createServer((request, response) => {
        response.setHeader('connection', 'close').end(String(client.isEnabled('a', { url: request.url })));
      });
      server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => process.send({ port: server.address().port }));
    }
  `;
  const { exit, output, errors } = await run(code);
  assert.deepEqual([exit, output], [0, '0,0 true\n'], errors);
});
