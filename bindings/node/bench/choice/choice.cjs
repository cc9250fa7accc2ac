// koffi, an addon that converts its arguments, and this package, on the same whole calls. See run.sh.

const { join } = require('node:path');
const koffi = require('koffi');
const classic = require('./classic.node');
const { Context, FlagBit } = require('flagbit');
const internal = join(require.resolve('flagbit/package.json'), '../dist');
const { hadUnsupported, pack } = require(join(internal, 'pack.js'));
const { isAttributes } = require(join(internal, 'attributes.js'));

const library = koffi.load(process.env.FLAGBIT_LIBRARY);
const isEnabled = library.func('bool flagbit_is_enabled(void *, const char *, void *, bool)');
const isEnabledWith = library.func('bool flagbit_is_enabled_with(void *, const char *, const uint8_t *, bool)');
const fromSnapshot = library.func('int flagbit_client_from_snapshot(const char *, size_t, _Out_ void **, void *)');
const newContext = library.func('int flagbit_context_new(const uint8_t *, size_t, _Out_ void **, void *)');

const countries = ['AU', 'BR', 'CA', 'CN', 'DE', 'IN', 'JP', 'MX', 'NZ', 'ZA'];
const rules = [
  { attribute: 'country', operator: 'in', value: countries },
  { attribute: 'plan', operator: 'eq', value: 'pro' },
  { operator: 'percent', value: 30 },
];
const flags = Array.from({ length: 99 }, (_, number) => ({ key: `flag_${number}`, enabled: true, rules }));
const snapshot = JSON.stringify({ flags });
const users = Array.from({ length: 1000 }, (_, number) => ({
  user_id: `user-${number}`,
  plan: number % 2 ? 'pro' : 'free',
  country: ['US', 'GB', 'FR'][number % 3],
}));

// Each way checks and packs an object by the same code, into one buffer.
const buffer = Buffer.alloc(65_536);
const view = new DataView(buffer.buffer, buffer.byteOffset);
function packed(key, context) {
  if (typeof key !== 'string' || typeof context !== 'object' || !isAttributes(context)) throw new TypeError();
  if (pack(buffer, view, 0, context) < 0 || hadUnsupported()) throw new TypeError();
  return buffer;
}

const out = [null];
fromSnapshot(snapshot, snapshot.length, out, null);
const [koffiClient] = out;
class KoffiContext {
  constructor(attributes) {
    newContext(buffer, pack(buffer, view, 0, attributes), out, null);
    this.handle = out[0];
  }
}
function byKoffi(key, context) {
  if (context instanceof KoffiContext) return isEnabled(koffiClient, key, context.handle, false);
  return isEnabledWith(koffiClient, key, packed(key, context), false);
}

const external = (handle) => classic.external(Number(koffi.address(handle)));
const classicClient = external(koffiClient);
class ClassicContext {
  constructor(attributes) {
    this.handle = external(new KoffiContext(attributes).handle);
  }
}
function byClassic(key, context) {
  if (context instanceof ClassicContext) return classic.prebuilt(classicClient, key, context.handle, false);
  return classic.packed(classicClient, key, packed(key, context), false);
}

const client = FlagBit.fromSnapshot(snapshot);
const contexts = users.map((user) => new Context(user));
const koffiContexts = users.map((user) => new KoffiContext(user));
const classicContexts = users.map((user) => new ClassicContext(user));

const cases = {
  'koffi, plain object': (user) => byKoffi('flag_0', users[user]),
  'addon that converts, plain object': (user) => byClassic('flag_0', users[user]),
  'this package, plain object': (user) => client.isEnabled('flag_0', users[user]),
  'koffi, prebuilt context': (user) => byKoffi('flag_0', koffiContexts[user]),
  'addon that converts, prebuilt context': (user) => byClassic('flag_0', classicContexts[user]),
  'this package, prebuilt context': (user) => client.isEnabled('flag_0', contexts[user]),
};
const calls = 200_000;
const times = new Map(Object.keys(cases).map((name) => [name, []]));
const on = new Set();
for (let round = 0; round < 25; round++) {
  for (const [name, ask] of Object.entries(cases)) {
    let enabled = 0;
    // The processor's time, not the clock's: others use this machine too.
    const begin = process.cpuUsage().user;
    for (let call = 0; call < calls; call++) if (ask(call % 1000)) enabled++;
    times.get(name).push(((process.cpuUsage().user - begin) * 1000) / calls);
    on.add(enabled);
  }
}
if (on.size !== 1) throw new Error('the ways differ');
for (const [name, all] of times) {
  all.sort((one, other) => one - other);
  console.log(`${name.padEnd(40)} ${all[all.length >> 1].toFixed(0).padStart(5)} / ${all[0].toFixed(0)}`);
}
