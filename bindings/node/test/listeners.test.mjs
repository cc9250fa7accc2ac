// Events: changes of the flags, and of the state.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlagBit } from 'flagbit';
import { KEY, Stub } from './kit.mjs';
import { eventually, folder, opened, run, snapshot, writeJson } from './support.mjs';

test('a listener is told the keys', async (t) => {
  const client = opened(t);
  const told = [];
  const listener = (keys) => told.push(keys);
  assert.equal(client.on('change', listener), client);
  client.loadSnapshot(snapshot({ always: true, pro: true }));
  await eventually(() => told.length === 1);
  client.loadSnapshot(snapshot({ always: true, pro: true }));
  const override = client.override({ always: false });
  await eventually(() => told.length === 2);
  override.end();
  await eventually(() => told.length === 3);
  assert.deepEqual(told, [['broken', 'off', 'pro'], ['always'], ['always']], 'a load that changes nothing is not told');
  client.off('change', listener);
  client.loadSnapshot(snapshot({ a: true }));
  await sleep(50);
  assert.equal(told.length, 3);
});

test('what happened without listeners is not told', async (t) => {
  const client = opened(t);
  const told = [];
  client.loadSnapshot(snapshot({ a: true }));
  client.on('change', () => {});
  client.removeAllListeners('change');
  client.loadSnapshot(snapshot({ a: false }));
  await sleep(30);
  client.on('change', (keys) => told.push(keys));
  client.loadSnapshot(snapshot({ a: false, b: true }));
  await eventually(() => told.length > 0);
  assert.deepEqual(told, [['b']]);
});

test('every way of listening, and of ending it', async (t) => {
  const client = opened(t);
  const told = [];
  const listener = (keys) => told.push(keys);
  let number = 0;
  const change = () => client.loadSnapshot(snapshot({ [`n${number++}`]: true }));
  for (const [add, remove] of [
    ['on', 'off'],
    ['addListener', 'removeListener'],
    ['prependListener', 'off'],
  ]) {
    told.length = 0;
    client[add]('change', listener);
    change();
    await eventually(() => told.length === 1);
    client[remove]('change', listener);
    change();
    await sleep(20);
    assert.equal(told.length, 1);
  }
  for (const add of ['once', 'prependOnceListener']) {
    told.length = 0;
    client[add]('change', listener);
    change();
    await eventually(() => told.length === 1);
    change();
    await sleep(20);
    assert.equal(told.length, 1);
  }
  const next = once(client, 'change');
  change();
  const open = setTimeout(() => {}, 10_000); // Listening alone does not hold the process open.
  assert.equal((await next)[0].length, 2);
  clearTimeout(open);
  client.on('change', listener).removeAllListeners();
  assert.equal(client.listenerCount('change'), 0);
});

test('changes that come quickly are told together, and none is lost', async (t) => {
  const client = opened(t, snapshot({}));
  const seen = new Set();
  // After many changes at once any flag may have changed.
  client.on('change', (keys) => (keys ?? client.flags()).forEach((key) => seen.add(key)));
  const flags = {};
  for (let number = 0; number < 500; number++) {
    flags[`n${number}`] = true;
    client.loadSnapshot(snapshot(flags));
    if (number % 50 === 0) await sleep(1);
  }
  await eventually(() => seen.size === 500);
});

test('a watched file is told', async (t) => {
  const path = join(folder(), 'flags.json');
  const client = FlagBit.fromFile(path, { watch: true, logger: null });
  t.after(() => client.close());
  const told = [];
  client.on('change', (keys) => told.push(keys));
  writeJson(path, snapshot({ a: true }));
  await eventually(() => told.length === 1);
  assert.equal(told[0], null, 'the first flags may be any');
  writeJson(path, snapshot({ a: false }));
  await eventually(() => told.length === 2);
  assert.deepEqual(told[1], ['a']);
});

test('a listener may use and close the client', async (t) => {
  const client = opened(t);
  const answers = [];
  client.on('change', () => {
    answers.push(client.isEnabled('a'));
    client.close();
  });
  client.loadSnapshot(snapshot({ a: true }));
  await eventually(() => answers.length > 0);
  client.on('change', () => answers.push('again'));
  await sleep(50);
  assert.deepEqual(answers, [true]);
});

test('what a listener throws is an uncaught exception, and the others go on', async () => {
  const code = `
    import { FlagBit } from 'flagbit';
    const client = FlagBit.forTesting({ a: true });
    process.on('uncaughtException', (error) => console.log(error.message));
    client.on('change', (keys) => { throw new Error('on purpose ' + keys); });
    const override = client.override({ a: false });
    setTimeout(() => override.end(), 200);
    setTimeout(() => client.close(), 500);
  `;
  const { exit, output, errors } = await run(code);
  assert.deepEqual([exit, output], [0, 'on purpose a\non purpose a\n'], errors);
  const uncaught = await run(code.replace(/process.on.*;/, ''));
  assert.equal(uncaught.exit, 1);
  assert.match(uncaught.errors, /Error: on purpose a/);
});

test('many clients with listeners leave Node’s own threads free', async () => {
  const code = `
    import { readFile } from 'node:fs/promises';
    import { lookup } from 'node:dns/promises';
    import { FlagBit } from 'flagbit';
    const clients = Array.from({ length: 60 }, () => FlagBit.fromSnapshot('[]').on('change', () => told++));
    const waiting = FlagBit.fromFile('/nowhere/flags.json', { watch: true, logger: null });
    let told = 0;
    const waits = Array.from({ length: 200 }, () => waiting.waitUntilReady(20_000));
    await Promise.all(Array.from({ length: 50 }, () => readFile('/proc/self/status')));
    await lookup('localhost');
    for (const client of clients) client.override({ a: true });
    while (told < 60) await new Promise(setImmediate);
    waiting.close();
    await Promise.all(waits);
    console.log('told', told);
  `;
  const { exit, output, errors, took } = await run(code, { env: { UV_THREADPOOL_SIZE: '1' } });
  assert.deepEqual([exit, output], [0, 'told 60\n'], errors);
  assert.ok(took < 15_000, `${took} ms`);
});

test('who listens is kept, who does not is not', async () => {
  const code = `
    import { FlagBit } from 'flagbit';
    import { rename, writeFile } from 'node:fs/promises';
    const path = process.argv[2];
    let told = 0;
    const gone = [];
    const registry = new FinalizationRegistry((name) => gone.push(name));
    (() => {
      const listening = FlagBit.fromFile(path, { watch: true, logger: null }).on('change', () => told++);
      const left = FlagBit.fromFile(path, { watch: true, logger: null }).on('change', () => told++);
      const closed = FlagBit.fromFile(path, { watch: true, logger: null }).on('change', () => told++);
      registry.register(listening, 'listening');
      registry.register(left, 'left');
      registry.register(closed, 'closed');
      left.removeAllListeners();
      closed.close();
    })();
    for (let round = 0; round < 100 && gone.length < 2; round++) {
      gc();
      await new Promise((done) => setTimeout(done, 20));
    }
    await writeFile(path + '.new', '[{"key": "a", "enabled": true}]');
    await rename(path + '.new', path);
    for (let round = 0; round < 500 && told === 0; round++) await new Promise((done) => setTimeout(done, 20));
    console.log(gone.sort().join(), told);
  `;
  const path = join(folder(), 'flags.json');
  writeFileSync(path, '[]');
  const { output, errors } = await run(code, { node: ['--expose-gc'], args: [path] });
  assert.equal(output, 'closed,left 1\n', errors);
});

test('a listener is told each other state', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  // No answer, so that there is no state before there is a listener.
  await stub.tell(0);
  const options = { pollInterval: 1000, staleAfter: 1500, logger: null };
  const client = FlagBit.open({ url: stub.url, serverKey: KEY, ...options });
  t.after(() => client.close());
  const told = [];
  client.on('state', (status) => told.push(status));
  await stub.tell(401);
  await stub.do('cut');
  assert.equal(await client.refresh(10_000), false);
  await eventually(() => told.length === 1);
  assert.deepEqual([told[0].state, told[0].flags], ['error', 0]);
  assert.match(told[0].lastError, /401/);
  await stub.tell(200);
  assert.equal(await client.refresh(10_000), true);
  await eventually(() => told.length === 2);
  await stub.tell(500);
  // Only time has passed.
  await eventually(() => told.length === 3);
  await stub.tell(200);
  await stub.put(snapshot({ a: false }));
  assert.equal(await client.refresh(10_000), true);
  await eventually(() => told.length === 4);
  client.close();
  await sleep(50);
  assert.deepEqual(
    told.map(({ state }) => state),
    ['error', 'ready', 'stale', 'ready'],
    'each once, and closing is not told',
  );
});

test('who begins to listen knows the state that there is', async (t) => {
  const path = join(folder(), 'flags.json');
  const client = FlagBit.fromFile(path, { watch: true, logger: null });
  t.after(() => client.close());
  const told = [];
  const listener = ({ state }) => told.push(state);
  client.on('state', listener).on('change', () => {});
  await sleep(50);
  assert.deepEqual([client.status().state, told], ['error', []]);
  client.off('state', listener);
  writeJson(path, snapshot({ a: true }));
  assert.equal(await client.waitUntilReady(10_000), true);
  client.on('state', listener);
  client.override({ a: false });
  await sleep(50);
  assert.deepEqual(told, []);
});

test('the state is told before the flags that brought it, also where a listener throws', async (t) => {
  const path = join(folder(), 'flags.json');
  const code = `
    import { renameSync } from 'node:fs';
    import { FlagBit } from 'flagbit';
    const client = FlagBit.fromFile(process.argv[2], { watch: true, logger: null });
    process.on('uncaughtException', (error) => console.log(error.message));
    client.on('change', (keys) => console.log('change', keys));
    client.on('state', ({ state }) => {
      client.on('change', () => setTimeout(() => client.close(), 50));
      throw new Error(state);
    });
    setTimeout(() => renameSync(process.argv[3], process.argv[2]), 300);
    setInterval(() => client.status().state === 'closed' && process.exit(), 10);
  `;
  writeJson(`${path}.first`, snapshot({ a: true }));
  const { output, errors } = await run(code, { args: [path, `${path}.first`] });
  assert.equal(output, 'ready\nchange null\n', errors);
});

test('who waits for the state to listen to changes is not told of the first flags', async (t) => {
  const path = join(folder(), 'flags.json');
  const client = FlagBit.fromFile(path, { watch: true, logger: null });
  t.after(() => client.close());
  const told = [];
  client.once('state', () => client.on('change', (keys) => told.push(keys)));
  writeJson(path, snapshot({ a: true }));
  assert.equal(await client.waitUntilReady(10_000), true);
  await eventually(() => client.listenerCount('change') === 1);
  client.override({ a: false });
  await eventually(() => told.length > 0);
  assert.deepEqual(told, [['a']]);
});

test('listening to the state does not hold a process open, also in workers', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const worker = `
    const { parentPort } = require('node:worker_threads');
    const { FlagBit } = require('flagbit');
    const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}', logger: null });
    client.on('state', ({ state }) => parentPort.postMessage(state));
    if (client.status().state === 'ready') parentPort.postMessage('ready');
    parentPort.once('message', () => {});
  `;
  const code = `
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { FlagBit } from 'flagbit';
    const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}' });
    client.on('state', () => {});
    const workers = [1, 2, 3].map(() => new Worker(${JSON.stringify(worker)}, { eval: true }));
    for (const [state] of await Promise.all(workers.map((worker) => once(worker, 'message')))) console.log(state);
    await workers.pop().terminate();
    for (const worker of workers) worker.postMessage('end');
    for (const [exit] of await Promise.all(workers.map((worker) => once(worker, 'exit')))) console.log(exit);
  `;
  const { exit, signal, output, errors, took } = await run(code, { env: { STUB: stub.url } });
  assert.deepEqual([exit, signal, output], [0, null, 'ready\nready\nready\n0\n0\n'], errors);
  assert.ok(took < 15_000, `${took} ms`);
});
