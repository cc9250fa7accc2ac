// A client of a server: its requests, its reaction to the answers, and that it never blocks the program.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { FlagBit, FlagBitError } from 'flagbit';
import { eventually, folder, recorder, run, snapshot } from './support.mjs';
import { KEY, Stub } from './kit.mjs';

/** A client of a stub that is closed after the test. */
function follow(test, stub, options = {}) {
  const client = FlagBit.open({ url: stub.url, serverKey: KEY, logger: null, ...options });
  test.after(() => client.close());
  return client;
}

test('flags are fetched and asked for again', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const client = follow(t, stub, { url: new URL(stub.url), headers: { 'X-Team': 'checkout', 'X-More': 'a: b' } });
  assert.equal(await client.waitUntilReady(10_000), true);
  assert.equal(client.isEnabled('a'), true);
  assert.equal(await client.refresh(), true);
  const requests = await stub.requests();
  assert.deepEqual(requests.slice(0, 2).map(({ status }) => status), [200, 304]);
  const { path, headers } = requests[0];
  assert.equal(path, '/api/v1/snapshot');
  assert.equal(headers.authorization, `Bearer ${KEY}`);
  assert.equal(headers['accept-encoding'], 'gzip');
  assert.match(headers['user-agent'], /^flagbit-rust\/\d/);
  assert.deepEqual([headers['x-team'], headers['x-more']], ['checkout', 'a: b']);
  const { state, lastError, consecutiveFailures, source } = client.status();
  assert.deepEqual([state, lastError, consecutiveFailures], ['ready', null, 0]);
  assert.ok(source.includes(stub.url));
  assert.doesNotMatch(inspect(client, { showHidden: true, depth: 9 }), /secret/);
});

test('an API key and its project', async (t) => {
  const stub = await Stub.serving(t, []);
  const client = follow(t, stub, { serverKey: undefined, apiKey: 'fb_secret', projectId: 7 });
  await eventually(() => stub.asked());
  const [{ path, headers }] = await stub.requests();
  assert.match(path, /7/);
  assert.equal(headers.authorization, 'Bearer fb_secret');
  client.close();
});

test('listeners hear of what is fetched', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const client = follow(t, stub);
  await client.waitUntilReady(10_000);
  const told = [];
  client.on('change', (keys) => told.push(keys));
  await stub.put(snapshot({ a: false, b: true }));
  assert.equal(await client.refresh(), true);
  await eventually(() => told.length > 0);
  assert.deepEqual(told, [['a', 'b']]);
});

test('a stream brings changes at once', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const client = follow(t, stub, { stream: true, pollInterval: 600_000 });
  await client.waitUntilReady(10_000);
  const told = [];
  client.on('change', (keys) => told.push(keys));
  await eventually(() => stub.asked('/api/v1/stream'));
  await stub.put(snapshot({ a: false }));
  await eventually(() => told.length > 0);
  assert.deepEqual(told, [['a']]);
  assert.equal(client.isEnabled('a', null, true), false);
});

test('polling brings changes within its interval', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const client = follow(t, stub, { pollInterval: 1000 });
  await client.waitUntilReady(10_000);
  await stub.put(snapshot({ a: false }));
  await eventually(() => !client.isEnabled('a', null, true));
});

for (const status of [401, 403, 404]) {
  test(`a refusal ends the waiting and is logged: ${status}`, async (t) => {
    const stub = await Stub.serving(t, snapshot({ a: true }));
    await stub.tell(status);
    const logger = recorder();
    const client = follow(t, stub, { logger });
    // Without a call, by itself.
    await eventually(() => logger.lines.some((line) => line.startsWith('warn: ') && line.includes(String(status))));
    assert.equal(await client.waitUntilReady(Infinity), false);
    assert.equal(client.status().state, 'error');
    assert.equal(client.isEnabled('a', null, true), true);
    assert.equal(client.evaluate('a').errorCode, 'PROVIDER_NOT_READY');
    assert.doesNotMatch(logger.lines.join() + inspect(client.status()), /secret/);
    await stub.tell(200);
    assert.equal(await client.refresh(), true);
    assert.equal(client.isEnabled('a'), true);
  });
}

test('without a logger, a refusal is a warning of Node', async (t) => {
  const stub = await Stub.serving(t, []);
  await stub.tell(401);
  const warned = new Promise((done) => process.once('warning', done));
  follow(t, stub, { logger: undefined });
  const { name, message } = await warned;
  assert.equal(name, 'FlagBitWarning');
  assert.match(message, /401/);
  assert.doesNotMatch(message, /secret/);
});

test('a dead server leaves the last good flags', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const client = follow(t, stub, { staleAfter: 50 });
  await client.waitUntilReady(10_000);
  await stub.tell(500);
  assert.equal(await client.refresh(), false);
  assert.equal(client.isEnabled('a'), true);
  const { consecutiveFailures, lastError } = client.status();
  assert.equal(consecutiveFailures, 1);
  assert.match(lastError, /500/);
  await stub.end();
  assert.equal(await client.refresh(), false);
  await eventually(() => client.status().state === 'stale');
  assert.equal(client.isEnabled('a'), true);
});

test('the cache serves where the server does not', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const cachePath = join(folder(), 'flägs.cache');
  const first = follow(t, stub, { cachePath: pathToFileURL(cachePath) });
  assert.equal(await first.waitUntilReady(10_000), true);
  await eventually(() => statSync(cachePath, { throwIfNoEntry: false }) !== undefined);
  assert.equal(statSync(cachePath).mode & 0o777, 0o600);
  assert.ok(!readFileSync(cachePath).includes('secret'));
  await stub.tell(503);
  const bootstrap = snapshot({ a: false });
  const second = follow(t, stub, { cachePath, bootstrap });
  assert.equal(await second.waitUntilReady(0), true);
  assert.equal(second.isEnabled('a'), true);
  assert.equal(second.status().state, 'stale');
  writeFileSync(cachePath, readFileSync(cachePath).subarray(0, -1));
  const logger = recorder();
  const third = follow(t, stub, { cachePath, bootstrap, logger });
  assert.equal(third.isEnabled('a', null, true), false);
  assert.match(logger.lines.join(), /flägs\.cache/);
});

test('neither closing nor the event loop waits for a request that hangs', async (t) => {
  const stub = await Stub.serving(t, []);
  await stub.tell(0);
  const client = follow(t, stub);
  await eventually(() => stub.asked());
  assert.equal(await client.waitUntilReady(10), false);
  // A refresh whose time runs out, and one that waits on; both behind the request.
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 1);
  assert.equal(await client.refresh(100), false);
  clearInterval(ticking);
  assert.ok(ticks > 5, `${ticks} ticks`);
  const waits = [client.refresh(Infinity), client.waitUntilReady(Infinity)];
  await new Promise((done) => setTimeout(done, 20));
  const begin = performance.now();
  client.close();
  assert.ok(performance.now() - begin < 100); // the documented limit
  assert.deepEqual(await Promise.all(waits), [false, false]);
  assert.equal(await client.refresh(), false);
});

const UNFIT = {
  'no key': [{ serverKey: undefined }, /^url needs either serverKey, or both apiKey and projectId$/],
  'two keys': [{ apiKey: 'fb_secret' }, /^url needs either serverKey, or /],
  'no project': [{ serverKey: undefined, apiKey: 'fb_secret' }, /^url needs either serverKey, or /],
  'a key of another kind': [{ serverKey: 'fbsdk_secret' }, /^serverKey takes a key that begins with fbsrv_, not an SDK key/],
  'an empty key': [{ serverKey: '' }, /^serverKey takes a key that begins with fbsrv_, not an empty text$/],
  'a key with a line end': [{ serverKey: 'fbsrv_secret\n' }, /^serverKey has a character .* line break/],
  'a key that is no text': [{ serverKey: 'fbsrv_secret\ud800' }, /^serverKey takes /],
  'an interval too short': [{ pollInterval: 500 }, /^pollInterval takes 1 s or more, not 500ms$/],
  'an interval below 0': [{ pollInterval: -1 }, /^pollInterval takes more than 0 s, not -1 ms$/],
  'a timeout too long': [{ timeout: Infinity }, /^timeout takes more than 0 s and at most a year, not /],
  'a header of its own': [{ headers: { Authorization: 'secret' } }, /^headers cannot set "Authorization": /],
  'a header that breaks out': [{ headers: { 'X-A': 'secret\r\nX-B: c' } }, /^headers cannot set "X-A": /],
  'a proxy of no kind': [{ proxy: 'nonsense://u:secret@h' }, /^proxy takes a URL such as /],
  'two sets of authorities': [{ caFile: 'x', systemRoots: true }, /^give either caFile or systemRoots: /],
  'a bootstrap that is refused': [{ bootstrap: '[{}]' }, /\[0\]\.key: missing/],
  'no such authorities': [{ caFile: '/nonexistent.pem' }, /nonexistent/],
  'a URL of no kind': [{ url: 'ftp://u:secret@127.0.0.1' }, /^url takes no user name or password: /],
  'two sources': [{ file: 'flags.json' }, /^a client needs exactly one of the sources snapshot, file, values, url$/],
  'another source': [{ url: undefined, file: 'flags.json' }, /^serverKey needs the source url, and the source of this client is file$/],
};

for (const [name, [options, message]] of Object.entries(UNFIT)) {
  test(`options that do not fit: ${name}`, () => {
    assert.throws(
      () => FlagBit.open({ url: 'http://127.0.0.1:1', serverKey: KEY, logger: null, ...options }),
      (error) => {
        assert.ok(error instanceof FlagBitError);
        assert.match(error.message, message);
        assert.doesNotMatch(inspect(error), /secret/);
        return true;
      },
    );
  });
}

test('types that do not fit', () => {
  for (const options of [
    { url: 5 },
    { serverKey: { secret: 'secret' } },
    { serverKey: null },
    { projectId: 'fb_secret' },
    { projectId: 1.5 },
    { pollInterval: 'secret' },
    { timeout: NaN },
    { stream: 'secret' },
    { systemRoots: 1 },
    { headers: ['secret'] },
    { headers: new Headers({ secret: 'secret' }) },
    { headers: { 'X-A': 5 } },
    { headers: 'secret' },
    { proxy: [] },
    { cachePath: Buffer.from('secret') },
    { caFile: new URL('http://secret') },
    { bootstrap: 5 },
  ]) {
    assert.throws(
      () => FlagBit.open({ url: 'http://127.0.0.1:1', serverKey: KEY, ...options }),
      (error) => {
        assert.ok(error instanceof TypeError);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  }
});

const OPEN = `
  import { FlagBit } from 'flagbit';
  const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}', stream: true });
`;

test('a process ends by itself with an open client, whatever the server does', async (t) => {
  for (const status of [200, 401, 0]) {
    const stub = await Stub.serving(t, snapshot({ a: true }));
    await stub.tell(status);
    const code = `${OPEN} client.on('change', () => {}); console.log(await client.waitUntilReady(${status ? 10_000 : 50}));`;
    const { exit, signal, output, errors, took } = await run(code, { env: { STUB: stub.url } });
    assert.deepEqual([exit, signal, output], [0, null, `${status === 200}\n`], errors);
    assert.ok(took < 10_000, `${took} ms`);
  }
});

test('a process ends during a request', async (t) => {
  const stub = await Stub.serving(t, []);
  await stub.tell(0);
  const code = `${OPEN} client.refresh(Infinity); setTimeout(() => process.exit(3), 100);`;
  const { exit, signal, took } = await run(code, { env: { STUB: stub.url } });
  assert.deepEqual([exit, signal], [3, null]);
  assert.ok(took < 10_000, `${took} ms`);
});

test('a client that is forgotten ends its threads', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const code = `
    import { readdirSync } from 'node:fs';
    import { FlagBit } from 'flagbit';
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    const open = async () => {
      const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}' });
      return (await client.waitUntilReady(10_000)) && threads() > before;
    };
    console.log(await open());
    for (let round = 0; round < 500 && threads() > before; round++) {
      gc();
      await new Promise((done) => setTimeout(done, 10));
    }
    console.log(threads() <= before);
  `;
  const { output, errors } = await run(code, { node: ['--expose-gc'], env: { STUB: stub.url } });
  assert.equal(output, 'true\ntrue\n', errors);
});

test('workers follow a server each, and are terminated during its requests', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const worker = `
    const { FlagBit } = require('flagbit');
    const { parentPort } = require('node:worker_threads');
    const client = FlagBit.open({ url: process.env.STUB, serverKey: '${KEY}', stream: true, logger: null });
    client.on('change', () => {});
    client.waitUntilReady(20_000).then((ready) => {
      parentPort.postMessage(ready && client.isEnabled('a'));
      client.refresh(Infinity);
      setInterval(() => client.refresh(), 1);
    });
  `;
  const code = `${OPEN}
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    if (!(await client.waitUntilReady(20_000))) throw new Error('not ready');
    for (let round = 0; round < 4; round++) {
      await Promise.all([0, 5, 20].map(async (wait) => {
        const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
        const [on] = await once(worker, 'message');
        if (on !== true) throw new Error('off');
        await new Promise((done) => setTimeout(done, wait));
        await worker.terminate();
      }));
    }
    console.log(client.isEnabled('a'), await client.refresh());
  `;
  const { exit, signal, output, errors } = await run(code, { env: { STUB: stub.url } });
  assert.deepEqual([exit, signal, output], [0, null, 'true true\n'], errors);
});

test('child processes and the workers of a cluster follow a server each, and share a cache', async (t) => {
  const stub = await Stub.serving(t, snapshot({ a: true }));
  const code = `
    import cluster from 'node:cluster';
    import { fork } from 'node:child_process';
    import { once } from 'node:events';
    import { FlagBit } from 'flagbit';
    const { STUB: url, CACHE: cachePath, CHILD } = process.env;
    const client = FlagBit.open({ url, serverKey: '${KEY}', cachePath, stream: true });
    if (CHILD || cluster.isWorker) {
      client.on('change', (keys) => keys?.includes('b') && process.send(keys));
      process.once('message', () => process.disconnect());
      await client.waitUntilReady(20_000);
      process.send('ready');
    } else {
      await client.waitUntilReady(20_000);
      const children = [
        fork(process.argv[1], { env: { ...process.env, CHILD: '1' } }),
        cluster.fork().process,
        cluster.fork().process,
      ];
      const heard = async (child, fits) => {
        for (;;) {
          const [message] = await once(child, 'message');
          if (fits(message)) return message;
        }
      };
      await Promise.all(children.map((child) => heard(child, (message) => message === 'ready')));
      const told = children.map((child) => heard(child, Array.isArray));
      await fetch(url + '/listening');
      for (const keys of await Promise.all(told)) console.log(keys.join());
      for (const child of children) child.send('end');
      console.log((await Promise.all(children.map((child) => once(child, 'exit')))).map(([exit]) => exit).join());
      client.close();
    }
  `;
  const ended = run(code, { env: { STUB: stub.url, CACHE: join(folder(), 'flags.cache') } });
  const streams = async () => (await stub.requests()).filter(({ path }) => path === '/api/v1/stream');
  await eventually(async () => (await stub.asked('/listening')) && (await streams()).length === 4, 30_000);
  await stub.put(snapshot({ a: true, b: true }));
  const { exit, output, errors } = await ended;
  assert.deepEqual([exit, output], [0, 'b\nb\nb\n0,0,0\n'], errors);
});
