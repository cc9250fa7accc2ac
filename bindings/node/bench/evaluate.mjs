// Nanoseconds of processor time for one evaluation: node bench/evaluate.mjs [--short]. Each cell has the median of the
// rounds and the fastest; the cases take turns, so that other work of the machine affects all of them equally.
//
// The workload of the other languages' benchmarks: `flag_0` to `flag_98` have three rules (the country is one of 10,
// which never holds; the plan is pro, as every second user's; 30 % of the user ids), `plain_on` is on and has none.
// 1,000 users ask in turn.

import { Context, FlagBit } from 'flagbit';

const short = process.argv.includes('--short');
const rounds = short ? 3 : 15;
const calls = short ? 20_000 : 300_000;

const countries = ['AU', 'BR', 'CA', 'CN', 'DE', 'IN', 'JP', 'MX', 'NZ', 'ZA'];
const rules = [
  { attribute: 'country', operator: 'in', value: countries },
  { attribute: 'plan', operator: 'eq', value: 'pro' },
  { operator: 'percent', value: 30 },
];
const flags = Array.from({ length: 99 }, (_, number) => ({ key: `flag_${number}`, enabled: true, rules }));
flags.push({ key: 'plain_on', enabled: true, default_enabled: true, rules: [] });
flags.push({ key: 'plain_off', enabled: false, rules: [] });
flags.push({ key: 'theme', enabled: true, variants: { light: '#fff', dark: '#000' }, default: 'light', rules: [] });
const client = FlagBit.fromSnapshot({ flags });

const users = Array.from({ length: 1000 }, (_, number) => ({
  user_id: `user-${number}`,
  plan: number % 2 ? 'pro' : 'free',
  country: ['US', 'GB', 'FR'][number % 3],
}));
const larger = users.map((user, number) => ({
  ...user,
  age: number % 90,
  beta: number % 3 === 0,
  email: `user-${number}@example.com`,
  name: 'Zoë Müller',
}));
const contexts = users.map((user) => new Context(user));

const cases = {
  'plain object': (user) => client.isEnabled('flag_0', users[user]),
  'plain object of seven attributes': (user) => client.isEnabled('flag_0', larger[user]),
  'prebuilt context': (user) => client.isEnabled('flag_0', contexts[user]),
  'on, without rules': (user) => client.isEnabled('plain_on', contexts[user]),
  off: (user) => client.isEnabled('plain_off', contexts[user]),
  'on, no context': () => client.isEnabled('plain_on'),
  'evaluate, plain object': (user) => client.evaluate('flag_0', users[user]).enabled,
  'evaluate, prebuilt context': (user) => client.evaluate('flag_0', contexts[user]).enabled,
  'value of a text flag, prebuilt context': (user) => client.value('theme', contexts[user], '') === '#fff',
  'a Context built in the call': (user) => client.isEnabled('flag_0', new Context(users[user])),
};

const times = new Map(Object.keys(cases).map((name) => [name, []]));
const on = new Map();
for (let round = 0; round < rounds; round++) {
  for (const [name, ask] of Object.entries(cases)) {
    const count = name.startsWith('a Context') ? calls / 10 : calls;
    let enabled = 0;
    const begin = process.cpuUsage().user;
    for (let call = 0; call < count; call++) if (ask(call % 1000)) enabled++;
    times.get(name).push(((process.cpuUsage().user - begin) * 1000) / count);
    on.set(name, (enabled * 1000) / count);
    // Lets the contexts of the last case be freed.
    await new Promise(setImmediate);
  }
}

const digits = (number) => number.toFixed(1);
console.log('| evaluation | ns, median / fastest | on of 1,000 |\n|---|---|---|');
for (const [name, all] of times) {
  all.sort((one, other) => one - other);
  console.log(`| ${name} | ${digits(all[all.length >> 1])} / ${digits(all[0])} | ${on.get(name)} |`);
}
const { rss } = process.memoryUsage();
console.log(`\nmemory of the process: ${(rss / 2 ** 20).toFixed(0)} MiB`);
