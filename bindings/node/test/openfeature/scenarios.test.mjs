// OpenFeature's own scenarios, which tests/openfeature of the repository explains.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { OpenFeature } from '@openfeature/server-sdk';
import { FlagBit } from 'flagbit';
import { FlagBitProvider } from 'flagbit/openfeature';
import { REPOSITORY, eventually } from '../support.mjs';
import { KEY, Stub } from '../kit.mjs';
import { shared } from './support.mjs';

const read = (name) => JSON.parse(readFileSync(join(REPOSITORY, 'tests/openfeature', name), 'utf8'));
const flags = read('flags.json');
const scenarios = read('scenarios.json');
const CALLS = { Boolean: 'Boolean', String: 'String', Integer: 'Number', Float: 'Number', Object: 'Object' };

const all = shared();

/** Binds the providers to domains of the names that the scenarios have for them. */
before(async () => {
  const refusing = await Stub.serving(all, flags);
  await refusing.tell(401);
  const silent = await Stub.serving(all, flags);
  await silent.tell(0);
  const server = (url, more) => FlagBit.open({ url, serverKey: KEY, logger: null, ...more });
  const set = (domain, client, options) => {
    const provider = new FlagBitProvider(client, options);
    all.after(() => provider.onClose());
    return OpenFeature.setProviderAndWait(domain, provider);
  };
  await set('stable', FlagBit.fromSnapshot(flags));
  set('not ready', server(silent.url)).catch(() => {});
  await assert.rejects(set('fatal', server(refusing.url)));
  await assert.rejects(set('error', server('http://127.0.0.1:9'), { readyTimeout: 100 }));
  await set('stale', server('http://127.0.0.1:9', { bootstrap: flags }));
  // STALE is told after READY.
  await eventually(() => OpenFeature.getClient('stale').providerStatus === 'STALE');
});

async function found({ provider, type, flag, default: fallback, context, times = 1 }) {
  const client = OpenFeature.getClient(provider);
  if (type === undefined) return { status: client.providerStatus };
  const stages = [];
  const hook = {};
  for (const stage of ['before', 'after', 'error', 'finally']) hook[stage] = () => void stages.push(stage);
  const given = structuredClone(context);
  let details;
  for (let time = 0; time < times; time++) {
    stages.length = 0;
    details = await client[`get${CALLS[type]}Details`](flag, fallback, given, { hooks: [hook] });
  }
  return {
    value: details.value,
    reason: details.reason,
    variant: details.variant,
    flag_key: details.flagKey,
    error_code: details.errorCode,
    error_message: details.errorMessage,
    metadata: details.flagMetadata,
    hooks: stages,
    context_unchanged: isDeepStrictEqual(given, context),
  };
}

function fits(found, expected) {
  return Object.entries(expected).every(([name, value]) => {
    if (name === 'error_message') return found[name]?.includes(value);
    if (name === 'metadata') return isDeepStrictEqual({ ...found[name], ...value }, { ...found[name] });
    return isDeepStrictEqual(found[name], value);
  });
}

test('every scenario', async () => {
  let deviations = 0;
  for (const scenario of scenarios) {
    const actual = await found(scenario);
    const { expect, deviation, instead } = scenario;
    const shown = `${JSON.stringify(scenario)} gave ${JSON.stringify(actual)}`;
    assert.equal(fits(actual, expect), deviation === undefined, shown);
    if (deviation !== undefined) assert.ok(fits(actual, instead), shown);
    deviations += deviation === undefined ? 0 : 1;
  }
  console.log(`${scenarios.length} scenarios, ${deviations} of them deviations`);
});
