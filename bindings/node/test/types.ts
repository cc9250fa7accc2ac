// Compiled, never run: uses that the types allow, and uses that they refuse.

import { Context, FlagBit, type Evaluation, type FlagValue, type Override, type ServerOptions } from 'flagbit';

interface User {
  user_id: string;
  plan?: 'pro' | 'free';
  roles: string[];
}

class Account {
  readonly user_id = 'usr_1';
  private readonly secret = 7;
}

declare const user: User;
declare const perhaps: User | undefined;
declare const context: Context | null;
declare const record: Record<string, string | undefined>;
declare const unknowns: Record<string, unknown>;

const client = FlagBit.fromSnapshot('[]', { maxSnapshotBytes: 1000, logger: console });
const other: FlagBit = FlagBit.open({ file: new URL('file:///flags.json'), watch: true, logger: null });

const following: FlagBit = FlagBit.open({
  url: new URL('http://127.0.0.1:8080'),
  serverKey: process.env.FLAGBIT_SERVER_KEY,
  stream: true,
  pollInterval: 30_000,
  bootstrap: { flags: [] },
  headers: { 'X-Team': 'checkout' },
});
const server: ServerOptions = { apiKey: 'fb_', projectId: 7, caFile: '/ca.pem', proxy: 'http://127.0.0.1:3128' };
const stale: boolean = following.status().state === 'stale';

const on: boolean = client.isEnabled('a');
client.isEnabled('a', null);
client.isEnabled('a', undefined, true);
client.isEnabled('a', { a: 1, b: 'x', c: true, d: new Date(), e: ['x', 1], f: 1n, g: null, h: undefined });
client.isEnabled('a', user);
client.isEnabled('a', perhaps);
client.isEnabled('a', record);
client.isEnabled('a', context);
client.isEnabled('a', new Context({ ...user, age: 7 }));
client.isEnabled('a', new Account());

// @ts-expect-error
client.isEnabled('a', 'user');
// @ts-expect-error
client.isEnabled('a', { a: {} });
// @ts-expect-error
client.isEnabled('a', { a: () => 1 });
// @ts-expect-error
client.isEnabled('a', unknowns);
// @ts-expect-error
client.isEnabled('a', new Map());
// @ts-expect-error
client.isEnabled('a', Promise.resolve(user));
// @ts-expect-error
client.isEnabled(7);
// @ts-expect-error
client.isEnabled('a', null, 'yes');
// @ts-expect-error
new Context({ a: {} });
// @ts-expect-error
new FlagBit();
// @ts-expect-error
FlagBit.open({ fil: 'flags.json' });
// @ts-expect-error
FlagBit.open({ url: 'http://127.0.0.1', headers: { 'X-Team': 5 } });

const text: string = client.value('a', user, 'default');
const number: number = client.value('a', { plan: 'pro' }, 5);
const big: bigint = client.value('a', null, 5n);
const boolean: boolean = client.value('a', null, false);
const list: string[] = client.value('a', context, ['x']);
const limits: { rate: number } = client.value('a', undefined, { rate: 5 });
const typed = client.value<{ rate?: number }>('a', user, {});
const rate: number | undefined = typed.rate;
// @ts-expect-error
client.value('a', null);
// @ts-expect-error
const wrong: number = client.value('a', null, 'text');

const evaluation: Evaluation<boolean> = client.evaluate('a', user);
const everybody: boolean = evaluation.isStatic;
const value: FlagValue | undefined = client.evaluate('a', user, undefined).value;
const reason: 'disabled' | 'targeting_match' | 'percentage_rollout' | 'default' | 'error' = evaluation.reason;
// @ts-expect-error
evaluation.enabled = true;
const all: { [key: string]: Evaluation } = client.evaluateAll();
const outcome: 'not_matched' | 'decided' | 'not_reached' | undefined = client.explain('a', user).rules[0]?.outcome;
const since: Date | null = client.status().lastSuccess;

client.on('change', (keys) => keys?.map((key) => key.length)).once('change', () => {});
client.on('state', ({ state, lastError }) => state === 'stale' && lastError?.length);
// @ts-expect-error
client.on('state', (keys: string[] | null) => keys);
// @ts-expect-error
client.on('changed', () => {});

async function wait(): Promise<boolean> {
  return (await client.waitUntilReady()) && (await client.refresh(1000));
}

function scoped(): void {
  using testing = FlagBit.forTesting({ a: true, b: 'text', c: 5, d: { e: [null] }, f: 5n });
  using override: Override = testing.override({ a: false });
  override.end();
}

export {
  all,
  big,
  boolean,
  everybody,
  limits,
  list,
  number,
  on,
  other,
  outcome,
  rate,
  reason,
  scoped,
  server,
  since,
  stale,
  text,
  value,
  wait,
  wrong,
};
