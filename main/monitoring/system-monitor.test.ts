import { afterEach, expect, it } from 'vitest';
import type { EndpointStats, MonitorReport } from '../../shared/rpc/engine-contract.ts';
import type { MonitorMemory } from './monitor-memory.ts';
import { explainSystem } from './explain-system.ts';
import { createSystemMonitor, type SystemAlarms, type SystemMonitor, type SystemState } from './system-monitor.ts';

let monitor: SystemMonitor | undefined;
afterEach(() => monitor?.close());

const calm: EndpointStats = {
  requests: 100,
  rows: 200,
  failed: 0,
  requestsPerSecond: 10,
  latencyMs: { p50: 1, p90: 2, p99: 3 },
  queued: 0,
  series: [],
  batchSizes: [{ upTo: 4, count: 50 }],
  versions: [],
  cost: { cpuUsPer1000: 500, idleShare: 0.9 },
  failures: { REJECTED: 0 },
  queueLimit: 100,
  memoryBytes: 2 ** 20,
  freshness: [
    { view: 'weather', seconds: 7_200 },
    { view: 'airports', seconds: 7_200 },
  ],
};

const second = (agoMs: number, requests: number, errors: number, octave: number) => ({
  timeMs: Date.now() - agoMs,
  requests,
  failed: errors,
  errors,
  p50: 1,
  p99: 2,
  latencies: [...Array.from({ length: octave }, () => 0), requests],
});

function start(stats: EndpointStats, memory?: MonitorMemory<SystemState>, cpuPercent = 10) {
  const looks: { report: MonitorReport; alarms: SystemAlarms }[] = [];
  monitor = createSystemMonitor({
    nodeId: 'system',
    endpointId: 'g/e',
    host: {
      async *watch(_id, signal) {
        yield stats;
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
      },
    },
    availability: 0.99,
    latencyMs: 10,
    latencyShare: 0.9,
    saturation: 0.8,
    queueShare: 0.5,
    silenceMs: 60_000,
    staleAfter: (view) => (view === 'weather' ? 3_600 : null),
    memory,
    load: async () => ({ timeMs: Date.now(), cpuPercent, memoryBytes: 1, gpuPercent: null, gpuMemoryBytes: null }),
    onReport: (report, alarms) => looks.push({ report, alarms }),
    log: (_level, text) => {
      throw new Error(text);
    },
  });
  return looks;
}

it('counts seconds into minutes, burns budgets, and knows what is stale', async () => {
  const series = [second(4_000, 100, 20, 2), second(3_000, 100, 20, 2), second(2_000, 100, 0, 12)];
  const looks = start({ ...calm, series });
  await expect.poll(() => looks.length).toBeGreaterThan(0);
  const { report, alarms } = looks[0] as (typeof looks)[number];
  const system = report.system as NonNullable<MonitorReport['system']>;
  expect(system.minutes.reduce((sum, { requests }) => sum + requests, 0)).toBe(300);
  const [availability, latency] = system.objectives;
  // 40 of 300 failed where 1 % may; 100 of 300 took 41 to 82 ms where 10 % may be slower than 10 ms.
  expect(availability?.burns[0]).toMatchObject({ bad: 40, total: 300 });
  expect(availability?.burns[0]?.rate).toBeCloseTo(13.333, 2);
  expect(latency?.burns[0]?.rate).toBeCloseTo(3.333, 2);
  expect(system).toMatchObject({ meanBatch: 4, saturation: { of: 'cpu', share: 0.1 } });
  expect(alarms).toEqual({
    'burn-fast': false,
    'burn-slow': true,
    saturation: false,
    queue: false,
    'stale-features': true,
    silence: false,
  });
  expect(system.features.map(({ view, stale }) => [view, stale])).toEqual([
    ['weather', true],
    ['airports', false],
  ]);
  expect(explainSystem('stale-features', system).sentences).toEqual([
    'The newest values of weather are 2 h old; they hold for 60 min.',
  ]);
  expect(explainSystem('burn-slow', system).sentences[0]).toContain(
    '40 of 300 requests of the last 6h failed; 1 % may.',
  );
});

it('counts no second twice, and keeps its minutes over a restart', async () => {
  let kept: SystemState | undefined;
  const memory: MonitorMemory<SystemState> = {
    load: async () => kept,
    save: async (state) => {
      kept = structuredClone(state);
    },
  };
  const stats = { ...calm, series: [second(2_000, 50, 0, 2)] };
  const first = start(stats, memory);
  await expect.poll(() => kept?.minutes.length ?? 0).toBeGreaterThan(0);
  expect(first[0]?.report.system?.minutes.reduce((sum, { requests }) => sum + requests, 0)).toBe(50);
  monitor?.close();
  const second50 = start(stats, memory);
  await expect.poll(() => second50.length).toBeGreaterThan(0);
  expect(second50[0]?.report.system?.minutes.reduce((sum, { requests }) => sum + requests, 0)).toBe(50);
});
