// Follows a flag of a server: FLAGBIT_SERVER_KEY=fbsrv_... node examples/node/live.mjs http://127.0.0.1:8080 FLAG.
//
// Asks as often as a program that draws frames, and prints each change of the text that it would show.

import { setTimeout as sleep } from 'node:timers/promises';
import { Context, FlagBit } from 'flagbit';

const [url, flag] = process.argv.slice(2);
const client = FlagBit.open({ url, serverKey: process.env.FLAGBIT_SERVER_KEY, stream: true, staleAfter: 1000 });
await client.waitUntilReady(10_000);

const ben = new Context({ user_id: 'usr_1002', plan: 'free' });
let shown = '';
for (;;) {
  const answer = client.isEnabled(flag, ben) ? 'on' : 'off';
  const line = `${answer} ${client.status().state}`;
  if (line !== shown) console.log(line);
  shown = line;
  await sleep(10);
}
