import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpointHost, type StartedEndpoint } from '../../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../../main/serving/model-source.ts';
import { capacityOf, LoadGenerator, postRequest, quantile } from '../serve/load.ts';
import { deepNetwork, sampleRow } from '../serve/models.ts';
import { openLoopLoad } from '../serve/open-loop-load.ts';

/** Keys of figures.json, and what the short form looks at besides. */
export interface OverloadFigures {
  admittedP99Ratio: number;
  throughputRatio: number;
  hung: number;
}

export interface OverloadRun {
  figures: OverloadFigures;
  admitted: number;
  /** Refused with 503. */
  refused: number;
  /** Answers other than 200 and 503, and connections that ended. */
  failed: number;
  /** Health checks during the overload that were not 200. */
  unhealthy: number;
  /** Whether a request a second after the end was answered with 200. */
  recovered: boolean;
}

/** The default of `serve --objective`. */
const objectiveMs = 50;
const connections = 64;
/** On their way at a time in the overload; what is due beyond them waits in the generator, and its wait counts. */
const maxConnections = 256;
const width = 256;
const layers = 1_200;
/** A run of a full batch takes several ms on one core of a small machine. */
const maxBatchRows = 8;
const model = 'deep';

/**
 * Twice the load that an endpoint can take, open loop, after measuring what it can (closed loop, `connections` always
 * waiting). The model computes about 80 million multiplications per row: the capacity is the model's, not that of HTTP.
 */
export async function overloadRun(options: {
  capacitySeconds: number;
  seconds: number;
  log(text: string): void;
}): Promise<OverloadRun> {
  const { log } = options;
  const dir = await mkdtemp(join(tmpdir(), 'slipway-overload-'));
  const host = createEndpointHost({ dataDir: dir, log: (_level, text) => log(text) });
  const closedLoop = new LoadGenerator();
  try {
    const path = join(dir, `${model}.onnx`);
    await writeFile(path, deepNetwork(width, layers));
    const start = {
      graphId: 'accept',
      name: model,
      http: { port: 0 },
      models: await modelSourcesAt(path),
      maxBatchRows,
      predictionLog: { mode: 'sampled' as const, redactColumns: [], retentionDays: 1 },
    };
    // Without an objective nothing is refused: what is answered is what it can do.
    const unbounded = await host.startModels({ ...start, nodeId: 'capacity' });
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, width], data: sampleRow(width) }];
    const request = postRequest(`/v2/models/${model}/infer`, Buffer.from(JSON.stringify({ inputs })));
    const capacity = await capacityOf(closedLoop, {
      target: { kind: 'http', port: portOf(unbounded), request },
      connections,
      seconds: options.capacitySeconds,
    });
    await host.stop(unbounded.id);
    const started = await host.startModels({ ...start, nodeId: 'overload', objectiveP99Ms: objectiveMs });
    const url = started.http ?? '';
    const port = portOf(started);
    await closedLoop.run({ target: { kind: 'http', port, request }, connections: 2, seconds: 0.5 });
    log(`capacity ${capacity.toFixed(0)} requests/s; offering twice that for ${options.seconds} s`);
    const health = watchHealth(url);
    const result = await openLoopLoad({
      target: { host: '127.0.0.1', port, tls: false },
      requests: [request],
      ratePerSecond: 2 * capacity,
      seconds: options.seconds,
      maxConnections,
      graceMs: 10_000,
      seed: 1,
    });
    const unhealthy = await health.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const after = await fetch(`${url}/v2/models/${model}/infer`, { method: 'POST', body: JSON.stringify({ inputs }) });
    const { 200: admitted = 0, 503: refused = 0, ...others } = result.statuses;
    const failed = result.broken + Object.values(others).reduce((sum, count) => sum + count, 0);
    const p99 = quantile(result.latenciesMs, 0.99);
    log(
      `${admitted} answered, ${refused} refused, ${failed} failed; p50 ${quantile(result.latenciesMs, 0.5).toFixed(1)} ms, ` +
        `p99 ${p99.toFixed(1)} ms (from when they were sent ${quantile(result.sentLatenciesMs, 0.99).toFixed(1)} ms, ` +
        `most ${quantile(result.latenciesMs, 1).toFixed(1)} ms), ` +
        `generator late by at most ${result.generatorLagMs.toFixed(1)} ms`,
    );
    return {
      figures: {
        admittedP99Ratio: p99 / objectiveMs,
        throughputRatio: admitted / result.seconds / capacity,
        hung: result.hung,
      },
      admitted,
      refused,
      failed,
      unhealthy,
      recovered: after.status === 200,
    };
  } finally {
    closedLoop.close();
    await host.close();
    await rm(dir, { recursive: true, force: true });
  }
}

function portOf({ http }: StartedEndpoint): number {
  return Number(new URL(http ?? '').port);
}

/** Counts health checks, ten a second, that are not answered with 200 within a second. */
function watchHealth(url: string): { stop(): Promise<number> } {
  let running = true;
  let unhealthy = 0;
  const done = (async () => {
    while (running) {
      const signal = AbortSignal.timeout(1_000);
      const status = await fetch(`${url}/v2/health/ready`, { signal }).then(
        (response) => response.status,
        () => 0,
      );
      if (status !== 200) unhealthy++;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async stop() {
      running = false;
      await done;
      return unhealthy;
    },
  };
}
