import { totalmem } from 'node:os';
import { z } from 'zod';
import { toAppError } from '../../shared/errors/app-error.ts';
import {
  type EndpointStats,
  type MonitorReport,
  type MonitorSystem,
  monitorSystemSchema,
} from '../../shared/rpc/engine-contract.ts';
import type { ResourceSample } from '../../shared/rpc/resource-schemas.ts';
import { machineLoad } from '../compute/devices/machine-load.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import { burnOf, lateOf } from './burn-rates.ts';
import type { MonitorMemory } from './monitor-memory.ts';
import { createReportFeed } from './report-feed.ts';

export interface SystemMonitorOptions {
  nodeId: string;
  endpointId: string;
  host: Pick<EndpointHost, 'watch'>;
  availability: number;
  /** Requests slower than this are late. */
  latencyMs: number;
  latencyShare: number;
  /** Shares of what there is, in (0, 1]. */
  saturation: number;
  queueShare: number;
  /** 0: silence is no problem. */
  silenceMs: number;
  /** Age from which values of a view are stale, s; null: never. */
  staleAfter(view: string): number | null;
  memory?: MonitorMemory<SystemState> | undefined;
  load?: (() => Promise<ResourceSample>) | undefined;
  /** After each look. */
  onReport?: ((report: MonitorReport, alarms: SystemAlarms) => void) | undefined;
  log(level: 'warn', text: string): void;
}

/** What is wrong now, by kind of alert. */
export interface SystemAlarms {
  'burn-fast': boolean;
  'burn-slow': boolean;
  saturation: boolean;
  queue: boolean;
  'stale-features': boolean;
  silence: boolean;
}

export interface SystemMonitor {
  readonly latest: MonitorReport | undefined;
  watch(signal: AbortSignal): AsyncIterable<MonitorReport>;
  close(): void;
}

type Minute = MonitorSystem['minutes'][number];

/** What a system monitor keeps between two starts. */
export const systemStateSchema = z.object({ minutes: monitorSystemSchema.shape.minutes });
export type SystemState = z.infer<typeof systemStateSchema>;

const minuteMs = 60_000;
const mostMinutes = 360;
/** Machine and queue must be over their limits for so long. */
const holdMs = 5 * minuteMs;
const periodMs = 2_000;

/** Counts the requests of an endpoint minute by minute against its objectives, and watches what it runs on. */
export function createSystemMonitor(options: SystemMonitorOptions): SystemMonitor {
  const feed = createReportFeed();
  const closed = new AbortController();
  const load = options.load ?? machineLoad();
  const minutes: Minute[] = [];
  let stats: EndpointStats | undefined;
  /** Time of the newest second that has been counted. */
  let counted = 0;
  let saturatedSince: number | undefined;
  let queuedSince: number | undefined;
  let lastRequestMs = Date.now();
  let savedMinute = 0;

  async function follow(): Promise<void> {
    while (!closed.signal.aborted) {
      try {
        for await (const next of options.host.watch(options.endpointId, closed.signal)) stats = next;
      } catch (error) {
        if (!closed.signal.aborted) options.log('warn', `System monitor: ${toAppError(error).message}`);
      }
      // The endpoint may be starting again.
      await new Promise<void>((resolve) => {
        setTimeout(resolve, periodMs).unref();
      });
    }
  }

  function minuteOf(timeMs: number): Minute {
    const start = Math.floor(timeMs / minuteMs) * minuteMs;
    const last = minutes.at(-1);
    // A clock that was set back adds to the newest minute.
    if (last !== undefined && last.timeMs >= start) return last;
    const minute: Minute = {
      timeMs: start,
      requests: 0,
      failed: 0,
      late: 0,
      p50: null,
      p99: null,
      queued: 0,
      saturation: 0,
      cpuPercent: 0,
      memoryBytes: 0,
      gpuPercent: null,
    };
    minutes.push(minute);
    if (minutes.length > mostMinutes) minutes.shift();
    return minute;
  }

  function countSeconds({ series }: EndpointStats): void {
    for (const { timeMs, requests, errors, latencies, p50, p99 } of series) {
      if (timeMs <= counted) continue;
      counted = timeMs;
      const minute = minuteOf(timeMs);
      minute.requests += requests;
      minute.failed += errors;
      minute.late += Math.min(requests, lateOf(latencies, options.latencyMs));
      if (requests > 0) lastRequestMs = timeMs;
      if (p50 !== null) minute.p50 = p50;
      if (p99 !== null) minute.p99 = Math.max(minute.p99 ?? 0, p99);
    }
  }

  async function look(): Promise<void> {
    const sample = await load();
    if (stats === undefined) return;
    countSeconds(stats);
    const nowMs = Date.now();
    const saturation = saturationOf(stats, sample);
    const minute = minuteOf(nowMs);
    minute.queued = Math.max(minute.queued, stats.queued);
    minute.saturation = Math.max(minute.saturation, saturation.share);
    minute.cpuPercent = sample.cpuPercent;
    minute.memoryBytes = sample.memoryBytes;
    minute.gpuPercent = sample.gpuPercent;
    saturatedSince = saturation.share >= options.saturation ? (saturatedSince ?? nowMs) : undefined;
    const isQueued = stats.queueLimit !== null && stats.queued > options.queueShare * stats.queueLimit;
    queuedSince = isQueued ? (queuedSince ?? nowMs) : undefined;
    const system = systemOf(stats, sample, { ...saturation, limit: options.saturation }, nowMs);
    const isHeld = (since: number | undefined) => since !== undefined && nowMs - since >= holdMs;
    const alarms: SystemAlarms = {
      'burn-fast': system.objectives.some(({ state }) => state === 'fast'),
      // A fast burn is a slow one too: the warning stays while the critical alert comes and goes.
      'burn-slow': system.objectives.some(({ state }) => state !== 'ok'),
      saturation: isHeld(saturatedSince),
      queue: isHeld(queuedSince),
      'stale-features': system.features.some(({ stale }) => stale),
      silence: options.silenceMs > 0 && nowMs - lastRequestMs >= options.silenceMs,
    };
    const isWrong = Object.values(alarms).some(Boolean);
    const report: MonitorReport = {
      nodeId: options.nodeId,
      endpointId: options.endpointId,
      timeMs: nowMs,
      referenceRows: 0,
      currentRows: stats.rows,
      minimumRows: 0,
      columns: [],
      drifted: isWrong,
      history: [],
      alarm: { active: isWrong, recent: [isWrong], needed: 1, windows: 1 },
      system,
    };
    feed.publish(report);
    options.onReport?.(report, alarms);
    if (minute.timeMs === savedMinute) return;
    savedMinute = minute.timeMs;
    await options.memory?.save({ minutes });
  }

  function systemOf(
    now: EndpointStats,
    sample: ResourceSample,
    saturation: MonitorSystem['saturation'],
    nowMs: number,
  ): MonitorSystem {
    const objective = (name: 'availability' | 'latency', target: number, badOf: (minute: Minute) => number) => {
      const list = minutes.map((minute) => ({ timeMs: minute.timeMs, total: minute.requests, bad: badOf(minute) }));
      return { name, target, latencyMs: name === 'latency' ? options.latencyMs : null, ...burnOf(list, target, nowMs) };
    };
    const batches = now.batchSizes.reduce((sum, { count }) => sum + count, 0);
    const { timeMs: _timeMs, ...machine } = sample;
    return {
      objectives: [
        objective('availability', options.availability, ({ failed }) => failed),
        objective('latency', options.latencyShare, ({ late }) => late),
      ],
      requestsPerSecond: now.requestsPerSecond,
      latencyMs: now.latencyMs,
      failures: now.failures,
      queued: now.queued,
      queueLimit: now.queueLimit,
      meanBatch: batches === 0 ? null : now.rows / batches,
      cpuUsPer1000: now.cost.cpuUsPer1000,
      servingMemoryBytes: now.memoryBytes,
      machine: { ...machine, totalMemoryBytes: totalmem() },
      saturation,
      features: now.freshness.map(({ view, seconds }) => {
        const limitSeconds = options.staleAfter(view);
        return { view, seconds, limitSeconds, stale: limitSeconds !== null && seconds > limitSeconds };
      }),
      minutes: minutes.map((minute) => ({ ...minute })),
    };
  }

  async function repeat(): Promise<void> {
    try {
      await look();
    } catch (error) {
      options.log('warn', `System monitor: ${toAppError(error).message}`);
    }
    if (!closed.signal.aborted) timer = setTimeout(() => void repeat(), periodMs);
  }

  async function begin(): Promise<void> {
    const state = await options.memory?.load();
    const since = Date.now() - mostMinutes * minuteMs;
    minutes.push(...(state?.minutes ?? []).filter(({ timeMs }) => timeMs >= since && timeMs <= Date.now()));
    // What the endpoint counted before a restart of this monitor alone is in those minutes.
    counted = state === undefined ? 0 : Date.now();
    await repeat();
  }

  let timer = setTimeout(() => void begin(), 0);
  void follow();

  return {
    get latest() {
      return feed.latest;
    },
    watch: (signal) => feed.watch(signal),
    close() {
      clearTimeout(timer);
      closed.abort();
      feed.close();
    },
  };
}

function saturationOf(
  { cost }: EndpointStats,
  sample: ResourceSample,
): Pick<MonitorSystem['saturation'], 'share' | 'of'> {
  const shares = [
    { of: 'workers' as const, share: cost.idleShare === null ? 0 : 1 - cost.idleShare },
    { of: 'cpu' as const, share: sample.cpuPercent / 100 },
    { of: 'memory' as const, share: sample.memoryBytes / totalmem() },
    { of: 'gpu' as const, share: (sample.gpuPercent ?? 0) / 100 },
  ];
  return shares.reduce((most, other) => (other.share > most.share ? other : most));
}
