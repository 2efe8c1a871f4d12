import { expect, it } from 'vitest';
import { endpointNode } from './definition.ts';

it.each([
  ['payloadLogUrl', 'https://sink.example:8443/events?kind=a@b', true],
  ['payloadLogUrl', 'https://sink.example?kind=a', true],
  ['payloadLogUrl', '', true],
  ['payloadLogUrl', 'https://user:password@sink.example/events', false],
  ['payloadLogUrl', 'https://token@sink.example', false],
  ['payloadLogUrl', 'https://sink.example/a b', false],
  ['sendLogTo', 's3://bucket/prefix?endpoint=http://minio:9000', true],
  ['publishUrl', 'wss://broker.example/mqtt', true],
  ['publishUrl', 'mqtt://user:password@broker.example:1883', false],
  ['sendLogTo', 'https://user:password@store.example/log', false],
])('takes for %s the address %s: %s', (name, url, taken) => {
  expect(endpointNode.params.shape[name as 'payloadLogUrl'].safeParse(url).success).toBe(taken);
});
