// The real server, whose binary FLAGBIT_SERVER names, on a port and a database that it keeps when it is started again.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folder } from '../support.mjs';

const PATIENCE = 60_000;

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

export class RealServer {
  #folder = folder();
  #process;

  /** One that runs, is signed up to, and is gone after the test. */
  static async running(test) {
    const server = new RealServer();
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    test.after(() => server.kill());
    await server.start();
    const account = await server.ask('POST', '/signup', { email: 'dev@shop.example' });
    server.apiKey = account.api_key;
    server.serverKey = account.server_key;
    server.sdkKey = account.sdk_key;
    server.project = account.project.id;
    return server;
  }

  async start() {
    // Not skipped where there is none: nobody would notice.
    const binary = process.env.FLAGBIT_SERVER;
    if (!binary) throw new Error('FLAGBIT_SERVER names the server, say server/target/debug/flagbit');
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLAGBIT_')));
    const path = join(this.#folder, 'server.log');
    const log = openSync(path, 'a');
    const listen = ['--listen', `127.0.0.1:${this.port}`, '--metrics-listen', 'off'];
    const database = ['--database', `sqlite://${this.#folder}/flagbit.db`];
    this.#process = spawn(binary, ['serve', ...listen, ...database], { env, stdio: ['ignore', log, log] });
    const end = Date.now() + PATIENCE;
    while (!(await this.#isReady())) {
      if (this.#process.exitCode !== null || Date.now() > end) {
        throw new Error(`the server does not start: ${readFileSync(path, 'utf8')}`);
      }
      await sleep(20);
    }
  }

  async #isReady() {
    return fetch(`${this.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** One call of the API with the account's key, once there is one. */
  async ask(method, path, body) {
    const headers = { 'content-type': 'application/json' };
    if (this.apiKey) headers.authorization = `Bearer ${this.apiKey}`;
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  create(flag) {
    return this.ask('POST', `/projects/${this.project}/flags`, flag);
  }

  change(key, fields) {
    return this.ask('PATCH', `/projects/${this.project}/flags/${key}`, fields);
  }

  /** Its first server key. */
  async revoke() {
    const { keys } = await this.ask('GET', `/projects/${this.project}/keys`);
    const { id } = keys.find(({ kind, revoked_at: revoked }) => kind === 'server' && revoked === null);
    await this.ask('DELETE', `/projects/${this.project}/keys/${id}`);
  }

  /** Sets a flag aside that has the operator `eq`: past the server, which would refuse it. The server must not run. */
  setAside(key) {
    const sql = `UPDATE flag_states SET state = replace(state, '"eq"', '"like"')
      WHERE flag_id IN (SELECT id FROM flags WHERE key = ?)`;
    // Node 20 has no SQLite of its own.
    const program = `import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute(sys.argv[2], sys.argv[3:])`;
    execFileSync('python3', ['-c', program, join(this.#folder, 'flagbit.db'), sql, key]);
  }

  async kill() {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
