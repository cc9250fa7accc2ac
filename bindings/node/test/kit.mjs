// The kit of tests/kit for Node's tests. Each server has a process of its own, which ends with the test.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { REPOSITORY } from './support.mjs';

export const KEY = 'fbsrv_secret';

/** A kit process and one server in it. */
class Kit {
  #process = spawn('python3', [join(REPOSITORY, 'tests/kit/kit.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  #waiting = [];
  #target = {};

  constructor() {
    const lines = createInterface({ input: this.#process.stdout });
    lines.on('line', (line) => this.#waiting.shift().answered(JSON.parse(line)));
    lines.on('close', () => this.#waiting.forEach(({ failed }) => failed(new Error('the kit has ended'))));
  }

  async begin(test, kind, settings = {}) {
    test.after(() => this.end());
    const { number, ...facts } = await this.do(kind, settings);
    this.#target = { on: number };
    return Object.assign(this, facts);
  }

  /** Sends a command, and returns its answer. */
  async do(command, settings = {}) {
    const answer = await new Promise((answered, failed) => {
      this.#waiting.push({ answered, failed });
      this.#process.stdin.write(`${JSON.stringify({ do: command, ...this.#target, ...settings })}\n`);
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer.ok;
  }

  /** Ends the server. */
  async end() {
    if (this.#process.exitCode !== null) return;
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }
}

/** Serves a snapshot, or answers as it is told. */
export class Stub extends Kit {
  static async serving(test, snapshot) {
    const stub = await new Stub().begin(test, 'stub');
    await stub.put(snapshot);
    return stub;
  }

  put(snapshot) {
    return this.do('snapshot', { text: JSON.stringify(snapshot) });
  }

  /** Answers with this status until it is 200 again; 0 is no answer at all. */
  tell(status) {
    return this.do('status', { status });
  }

  /** The requests so far: `path`, `headers` by lower-case names, the `status` of the answer. */
  requests() {
    return this.do('requests');
  }

  async asked(path = '') {
    return (await this.requests()).some((request) => request.path.startsWith(path));
  }
}

/** The real server with an account and a project. */
export class RealServer extends Kit {
  static async running(test) {
    const server = await new RealServer().begin(test, 'server');
    const account = await server.do('sign_up');
    server.apiKey = account.api_key;
    server.serverKey = account.server_key;
    server.sdkKey = account.sdk_key;
    server.project = account.project.id;
    return server;
  }

  /** One call of the API with the account's key. */
  ask(method, path, body) {
    return this.do('ask', { method, path, body });
  }

  create(flag) {
    return this.do('create', { flag });
  }

  change(key, fields) {
    return this.do('change', { key, fields });
  }
}
