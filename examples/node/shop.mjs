// Evaluates every flag of a small shop for three users: node examples/node/shop.mjs [SNAPSHOT].

import { Context, FlagBit } from 'flagbit';

const users = {
  ana: new Context({
    user_id: 'usr_1001',
    plan: 'pro',
    country: 'DE',
    age: 34,
    beta: true,
    app_version: '2.4.1',
    email: 'ana@shop.example',
  }),
  ben: new Context({ user_id: 'usr_1002', plan: 'free', country: 'US', age: 17, beta: false, cart_total: 129.5 }),
  guest: new Context({ country: 'FR', session_id: 's-77aa' }),
};

const client = FlagBit.fromFile(process.argv[2] ?? 'examples/flags.json');
for (const flag of client.flags()) {
  for (const [user, context] of Object.entries(users)) {
    const { variant, reason, ruleIndex } = client.evaluate(flag, context);
    console.log([flag, user, variant, reason, ruleIndex ?? '-'].join('\t'));
  }
}
