import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../../shared/events/run-events.ts';
import type { Endpoint } from '../../../shared/rpc/engine-contract.ts';
import { root, startSlipway } from '../../e2e/app.ts';
import { connectRpc, type RpcConnection } from '../../support/rpc-client.ts';
import { median } from '../median.ts';
import { anonymousBytesOfTree, handlesOfTree } from '../process-tree-memory.ts';
import { slope } from '../slope.ts';

export interface SoakOptions {
  minutes: number;
  /** Memory and handles are compared from here on. */
  warmUpMinutes: number;
  seed: number;
  log: (text: string) => void;
}

export interface SoakFigures {
  minutes: number;
  /**
   * Of the memory of the engine and all its processes that no file backs, between runs: that of a run comes and goes by
   * more than an hour of a leak would add.
   */
  memorySlopeMiBPerMin: number;
  /** File descriptors at the end beyond those after the warm-up. */
  handleGrowth: number;
  /** Failed runs, failed requests, and answers that are not what was asked for. */
  errors: number;
}

interface Sample {
  minute: number;
  isBetweenRuns: boolean;
  mebibytes: number;
  handles: number;
}

const requestsPerSecond = 20;
const runPeriodMs = 20_000;
/** Every so many runs the endpoint takes the newest model. */
const runsPerSwap = 5;
const samplePeriodMs = 5_000;
const mebibyte = 2 ** 20;

const rowOf = (i: number) => ({
  island: ['Torgersen', 'Biscoe', 'Dream', 'Elsewhere'][i % 4],
  sex: [null, 'male', 'female'][i % 3],
  beak_length_mm: 35 + (i % 20),
  beak_depth_mm: 14 + (i % 7),
  flipper_length_mm: i % 11 === 0 ? null : 180 + (i % 45),
  body_mass_g: 3000 + (i % 2800),
});

/** A desktop's hour: a model served and watched, retrained again and again, its tables looked at. */
export async function soakFor({ minutes, warmUpMinutes, seed, log }: SoakOptions): Promise<SoakFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'slipway-soak-'));
  const { child, event } = await startSlipway(['ui', '--port', '0', '--data-dir', dataDir], 'ui.ready');
  const pid = child.pid ?? 0;
  const rpc = await connectRpc(String(event['url']));
  const ended = new AbortController();
  let errors = 0;
  const problem = (what: string, error: unknown): void => {
    if (ended.signal.aborted) return;
    errors++;
    log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
  const startedMs = performance.now();
  const minute = (): number => (performance.now() - startedMs) / 60_000;
  try {
    await runOnce(rpc, seed);
    let endpoint = await startEndpoint(rpc, seed);
    const samples: Sample[] = [];
    const load = every(1000 / requestsPerSecond, ended.signal, async (i) => {
      try {
        await ask(endpoint, i);
      } catch (error) {
        problem('request', error);
      }
    });
    let running = false;
    const runs = every(runPeriodMs, ended.signal, async (i) => {
      running = true;
      try {
        const digest = await runOnce(rpc, seed + 1 + i);
        await rpc.client.artifact.page({ digest, offset: 0, limit: 100 });
        await rpc.client.artifact.profile({ digest });
        if (i % runsPerSwap === 0) endpoint = await startEndpoint(rpc, seed + 1 + i);
      } catch (error) {
        problem('run', error);
      } finally {
        running = false;
      }
    });
    const watching = watchMonitor(rpc, ended.signal).catch((error: unknown) => problem('monitor', error));
    const sampling = every(samplePeriodMs, ended.signal, () => {
      const sample = {
        minute: minute(),
        isBetweenRuns: !running,
        mebibytes: anonymousBytesOfTree(pid) / mebibyte,
        handles: handlesOfTree(pid),
      };
      samples.push(sample);
      if (samples.length % 12 === 0) {
        log(`${sample.minute.toFixed(0)} min: ${sample.mebibytes.toFixed(0)} MiB, ${sample.handles} descriptors`);
      }
      return Promise.resolve();
    });
    await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
    ended.abort();
    await Promise.all([load, runs, sampling, watching]);
    const lasting = minute();
    if (child.exitCode !== null) errors++;
    const settled = samples.filter((sample) => sample.minute >= warmUpMinutes);
    const fifth = Math.max(1, Math.floor(settled.length / 5));
    const betweenRuns = settled.filter((sample) => sample.isBetweenRuns);
    const handles = settled.map((sample) => sample.handles);
    return {
      minutes: lasting,
      memorySlopeMiBPerMin: slope(betweenRuns.map(({ minute, mebibytes }) => ({ x: minute, y: mebibytes }))),
      handleGrowth: median(handles.slice(-fifth)) - median(handles.slice(0, fifth)),
      errors,
    };
  } finally {
    ended.abort();
    rpc.close();
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Calls `work` at a fixed rate, one call at a time; late calls are not made up for. */
async function every(periodMs: number, signal: AbortSignal, work: (call: number) => Promise<void>): Promise<void> {
  for (let call = 0; !signal.aborted; call++) {
    const startedMs = performance.now();
    await work(call);
    const restMs = periodMs - (performance.now() - startedMs);
    if (restMs > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        signal.addEventListener(
          'abort',
          () => {
            clearTimeout(timer);
            resolve();
          },
          { once: true },
        );
      });
    }
  }
}

/** The penguins of the template, split by another seed each time: every step below is executed. */
function documentOf(seed: number): Record<string, unknown> {
  const text = readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8');
  const document = JSON.parse(text) as { nodes: Record<string, { params: Record<string, unknown> }> };
  const split = document.nodes['split'];
  if (split === undefined) throw new Error('The penguins template has no split.');
  split.params = { ...split.params, seed };
  return document as unknown as Record<string, unknown>;
}

/** Digest of the cleaned table. */
async function runOnce(rpc: RpcConnection, seed: number): Promise<string> {
  const { runId } = await rpc.client.run.start({ document: documentOf(seed) });
  let last: RunEvent | undefined;
  for await (const event of await rpc.client.run.events({ runId, after: 0 })) last = event;
  if (last?.type !== 'run.finished' || last.status !== 'succeeded') throw new Error(`run ${runId} did not succeed`);
  const digest = last.outputs['clean.table']?.digest;
  if (digest === undefined) throw new Error(`run ${runId} gave no table`);
  return digest;
}

function startEndpoint(rpc: RpcConnection, seed: number): Promise<Endpoint> {
  return rpc.client.endpoint.start({ document: documentOf(seed), nodeId: 'endpoint' });
}

async function ask(endpoint: Endpoint, i: number): Promise<void> {
  const rows = [rowOf(i)];
  const response = await fetch(`${endpoint.http}/v1/models/penguins/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  const body = (await response.json()) as { predictions?: unknown[] };
  if (!response.ok || body.predictions?.length !== rows.length) throw new Error(`status ${response.status}`);
}

/** Looks at the monitor for a while, over and over, as a person does who comes and goes. */
async function watchMonitor(rpc: RpcConnection, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const look = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    try {
      const reports = await rpc.client.monitor.watch({ graphId: 'penguins', nodeId: 'monitor' }, { signal: look });
      for await (const report of reports) {
        if (report.nodeId !== 'monitor') throw new Error('a report of another monitor');
      }
    } catch (error) {
      if (!look.aborted) throw error;
    }
  }
}
