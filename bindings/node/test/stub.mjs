// A server of the tests' own, which answers as it is told and remembers what it was asked.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

export const KEY = 'fbsrv_secret';

/** Answers `/api/v1/snapshot` with `snapshot`, or with `status` alone; the status 0 is no answer at all. */
export class Stub {
  status = 200;
  requests = [];
  answers = [];
  #snapshot;
  #revision = 0;
  #streams = new Set();
  #server = createServer((request, response) => this.#answer(request, response));

  /** One that listens, and is gone after the test. */
  static async serving(test, snapshot) {
    const stub = new Stub();
    stub.put(snapshot);
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    test.after(() => stub.end());
    return stub;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  put(snapshot) {
    this.#snapshot = JSON.stringify(snapshot);
    this.#revision++;
    for (const stream of this.#streams) this.#tell(stream);
  }

  asked(path) {
    return this.requests.some((request) => request.url === path);
  }

  end() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request, response) {
    this.requests.push(request);
    if (this.status === 0) return;
    if (this.status !== 200) {
      this.#end(response, this.status, '{"error": {"code": "TEST", "message": "as told"}}');
    } else if (request.url === '/api/v1/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
      this.#tell(response);
    } else {
      const etag = `"${createHash('sha256').update(this.#snapshot).digest('hex').slice(0, 16)}"`;
      if (request.headers['if-none-match'] === etag) this.#end(response, 304, undefined, { etag });
      else this.#end(response, 200, gzipSync(this.#snapshot), { etag, 'content-encoding': 'gzip' });
    }
  }

  #end(response, status, body, headers = {}) {
    this.answers.push(status);
    response.writeHead(status, headers).end(body);
  }

  #tell(stream) {
    stream.write(`event: snapshot\nid: ${this.#revision}\ndata: {"revision": ${this.#revision}}\n\n`);
  }
}
