// OpenTelemetry, by OpenFeature's published hooks: real tracers and loggers, which export into memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventHook, SpanEventHook, SpanHook } from '@openfeature/open-telemetry-hooks';
import { context, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { serving } from './support.mjs';

const spans = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const records = new InMemoryLogRecordExporter();
logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new SimpleLogRecordProcessor(records)] }));

const SNAPSHOT = {
  revision: 'r7',
  flags: [
    {
      key: 'theme',
      enabled: true,
      variants: { light: '#fff', dark: '#000' },
      default: 'light',
      rules: [{ conditions: [{ attribute: 'plan', operator: 'eq', value: 'pro' }], value: 'dark' }],
    },
  ],
};

/** The attributes that the semantic conventions for feature flags name. */
const ANSWERED = {
  'feature_flag.key': 'theme',
  'feature_flag.provider.name': 'FlagBit',
  'feature_flag.result.variant': 'dark',
  'feature_flag.result.value': '#000',
  'feature_flag.result.reason': 'targeting_match',
  'feature_flag.context.id': 'usr_1',
  'feature_flag.version': 'r7',
};

async function asked(t, hook) {
  const { client } = await serving(t, SNAPSHOT);
  client.addHooks(hook);
  await trace.getTracer('tests').startActiveSpan('request', async (span) => {
    await client.getStringValue('theme', '', { targetingKey: 'usr_1', plan: 'pro' });
    await client.getStringValue('nope', '');
    span.end();
  });
}

test('events of the span that is active', async (t) => {
  spans.reset();
  await asked(t, new SpanEventHook());
  const [span] = spans.getFinishedSpans();
  const [answered, exception, missing] = span.events;
  assert.deepEqual([answered.name, { ...answered.attributes }], ['feature_flag.evaluation', ANSWERED]);
  assert.equal(exception.name, 'exception');
  const { 'error.type': type, 'feature_flag.result.reason': reason, ...more } = missing.attributes;
  assert.deepEqual([type, reason, more['feature_flag.key']], ['flag_not_found', 'error', 'nope']);
});

test('spans of their own', async (t) => {
  spans.reset();
  await asked(t, new SpanHook());
  const [evaluation] = spans.getFinishedSpans();
  assert.deepEqual([evaluation.name, { ...evaluation.attributes }], ['feature_flag.evaluation', ANSWERED]);
});

test('log events', async (t) => {
  records.reset();
  await asked(t, new EventHook());
  const [answered] = records.getFinishedLogRecords();
  assert.deepEqual([answered.eventName, { ...answered.attributes }], ['feature_flag.evaluation', ANSWERED]);
});
