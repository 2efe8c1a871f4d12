import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createEndpointHost, type EndpointHost } from '../../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../../main/serving/model-source.ts';
import { measureRecommend } from '../serve/recommend.ts';
import type { Benchmark } from '../benchmark.ts';
import { startPeer } from '../peers/peer-server.ts';
import { LoadGenerator, type LoadJob, type LoadResult, median, postRequest, quantile } from '../serve/load.ts';
import { denseNetwork, sampleRow } from '../serve/models.ts';

const rounds = 5;
const roundSeconds = 2;
/** Short and many: the two sides alternate faster than other work on the machine comes and goes. */
const latencyRounds = 25;
const latencyRoundSeconds = 0.4;
const connections = 32;
const tinyWidth = 4;
const largeWidth = 512;

interface Served {
  url: string;
  port: number;
  grpc: string;
}

/** CPU seconds of the serving process so far, all threads. */
async function cpuSeconds({ url }: Served): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}

interface Shot {
  cpuUsPerRequest: number;
  latenciesMs: Float64Array;
  requestsPerSecond: number;
}

/** One round of load on a server, with the CPU time it took there. */
async function shoot(
  load: LoadGenerator,
  served: Served,
  job: Omit<LoadJob, 'seconds'>,
  seconds = roundSeconds,
): Promise<Shot> {
  const before = await cpuSeconds(served);
  const result = await load.run({ ...job, seconds });
  const cpu = (await cpuSeconds(served)) - before;
  const requests = result.latenciesMs.length;
  return {
    cpuUsPerRequest: (cpu / requests) * 1e6,
    latenciesMs: result.latenciesMs,
    requestsPerSecond: requests / result.seconds,
  };
}

function jsonRequest(model: string, width: number): Buffer {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, width], data: sampleRow(width) }];
  return postRequest(`/v2/models/${model}/infer`, Buffer.from(JSON.stringify({ inputs })), {
    'content-type': 'application/json',
  });
}

function binaryRequest(model: string, width: number): Buffer {
  const bytes = Buffer.from(Float32Array.from(sampleRow(width)).buffer);
  const input = { name: 'x', datatype: 'FP32', shape: [1, width], parameters: { binary_data_size: bytes.length } };
  const head = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
  return postRequest(`/v2/models/${model}/infer`, Buffer.concat([head, bytes]), {
    'inference-header-content-length': String(head.length),
  });
}

function grpcMessage(model: string, width: number): Record<string, unknown> {
  return {
    model_name: model,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, width] }],
    raw_input_contents: [Buffer.from(Float32Array.from(sampleRow(width)).buffer)],
  };
}

/** p99 in ms of `session.run` alone, in a thread with nothing else to do. */
function bareRunP99Ms(path: string): Promise<number> {
  const worker = new Worker(new URL('../serve/bare-run.ts', import.meta.url), {
    workerData: { path, width: tinyWidth, runs: 20_000, row: sampleRow(tinyWidth) },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', (latenciesMs: Float64Array) => resolve(quantile(latenciesMs, 0.99)));
    worker.once('error', reject);
  });
}

/** CPU, latency and batching of an endpoint on this machine; closed loop over kept connections. */
export const serve: Benchmark = {
  async measure(log) {
    const dir = await mkdtemp(join(tmpdir(), 'slipway-serve-bench-'));
    const host = createEndpointHost({ dataDir: dir, log });
    const load = new LoadGenerator();
    try {
      await writeFile(join(dir, 'tiny.onnx'), denseNetwork([tinyWidth, 16, 3]));
      await writeFile(join(dir, 'large.onnx'), denseNetwork([largeWidth, 2048, 2048, 10]));
      const figures = await measureAll(host, dir, load, log);
      const compared = await comparePeers(await start(host, dir, 'tiny', 64), dir, load, log);
      const skipped = ['vsFastapi', 'vsRayServe'].filter((key) => !Object.hasOwn(compared, key));
      const recommendP99Ms = await measureRecommend(log);
      return { figures: { ...figures, ...compared, recommendP99Ms }, skipped };
    } finally {
      load.close();
      await host.close();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function start(host: EndpointHost, dir: string, model: string, maxBatchRows: number): Promise<Served> {
  const started = await host.startModels({
    graphId: 'bench',
    nodeId: `${model}-${maxBatchRows}`,
    name: model,
    http: { port: 0 },
    grpcPort: 0,
    models: await modelSourcesAt(join(dir, `${model}.onnx`)),
    maxBatchRows,
    predictionLog: { mode: 'sampled', redactColumns: [], retentionDays: 1 },
  });
  const url = started.http ?? '';
  return { url, port: Number(new URL(url).port), grpc: started.grpc ?? '' };
}

async function measureAll(
  host: EndpointHost,
  dir: string,
  load: LoadGenerator,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const tiny = await start(host, dir, 'tiny', 64);
  const tinySingle = await start(host, dir, 'tiny', 1);
  const rest: LoadJob['target'] = { kind: 'http', port: tiny.port, request: jsonRequest('tiny', tinyWidth) };
  const jobs = {
    tinyRestCpuUs: { target: rest, connections },
    tinyBinaryCpuUs: {
      target: { kind: 'http' as const, port: tiny.port, request: binaryRequest('tiny', tinyWidth) },
      connections,
    },
    tinyGrpcCpuUs: {
      target: { kind: 'grpc' as const, address: tiny.grpc, message: grpcMessage('tiny', tinyWidth) },
      connections,
    },
  };
  const figures: Record<string, number> = {};
  for (const [key, job] of Object.entries(jobs)) {
    await shoot(load, tiny, job, 1);
    const shots: Shot[] = [];
    for (let round = 0; round < rounds; round++) shots.push(await shoot(load, tiny, job));
    figures[key] = median(shots.map((shot) => shot.cpuUsPerRequest));
    const rate = median(shots.map((shot) => shot.requestsPerSecond));
    log(`${key}: ${figures[key].toFixed(1)} at ${rate.toFixed(0)} requests/s`);
  }

  const ratios: number[] = [];
  const batchedP99: number[] = [];
  for (let round = 0; round < latencyRounds; round++) {
    const seconds = latencyRoundSeconds;
    const shootAt = ({ port }: Served) => load.run({ target: { ...rest, port }, connections: 1, seconds });
    // Either side first in turn: what comes and goes on the machine meets both.
    const inTurn = round % 2 === 0 ? [tiny, tinySingle] : [tinySingle, tiny];
    const results = new Map<Served, LoadResult>();
    for (const served of inTurn) results.set(served, await shootAt(served));
    const batched = results.get(tiny) as LoadResult;
    const single = results.get(tinySingle) as LoadResult;
    const mean = ({ latenciesMs }: LoadResult) =>
      latenciesMs.reduce((sum, value) => sum + value, 0) / latenciesMs.length;
    ratios.push(mean(batched) / mean(single));
    batchedP99.push(quantile(batched.latenciesMs, 0.99));
  }
  figures['batchingCostAtOne'] = median(ratios);
  figures['addedP99Ms'] = median(batchedP99) - (await bareRunP99Ms(join(dir, 'tiny.onnx')));
  log(`batchingCostAtOne: ${figures['batchingCostAtOne'].toFixed(3)}, addedP99Ms: ${figures['addedP99Ms'].toFixed(3)}`);

  const large = await start(host, dir, 'large', 32);
  const largeSingle = await start(host, dir, 'large', 1);
  // Binary tensors, as large inputs are sent: reading 512 numbers as text costs both sides the same and hides the batching.
  const request = binaryRequest('large', largeWidth);
  for (const { port } of [large, largeSingle]) {
    await load.run({ target: { kind: 'http', port, request }, connections, seconds: 2 });
  }
  const gains: number[] = [];
  const lags: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const probe = probeLag(large);
    const batched = await shoot(load, large, { target: { kind: 'http', port: large.port, request }, connections });
    lags.push(quantile(await probe.stop(), 0.99));
    const single = await shoot(load, largeSingle, {
      target: { kind: 'http', port: largeSingle.port, request },
      connections,
    });
    gains.push(single.cpuUsPerRequest / batched.cpuUsPerRequest);
    log(
      `mlp512: batched ${batched.cpuUsPerRequest.toFixed(0)} µs, p99 ${quantile(batched.latenciesMs, 0.99).toFixed(1)} ms; ` +
        `unbatched ${single.cpuUsPerRequest.toFixed(0)} µs, p99 ${quantile(single.latenciesMs, 0.99).toFixed(1)} ms`,
    );
  }
  figures['batchingGain'] = median(gains);
  figures['loopLagP99Ms'] = median(lags);
  return figures;
}

/** The same model and requests at other servers, both sides in turn. Gives the keys of those that are installed. */
async function comparePeers(
  ours: Served,
  dir: string,
  load: LoadGenerator,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const peers = [
    ['vsFastapi', 'fastapi_serve.py'],
    ['vsRayServe', 'ray_serve.py'],
  ] as const;
  for (const [key, script] of peers) {
    const peer = await startPeer(script, [join(dir, 'tiny.onnx')], log);
    if (peer === undefined) continue;
    try {
      const target = { kind: 'http' as const, request: jsonRequest('tiny', tinyWidth) };
      await load.run({ target: { ...target, port: peer.port }, connections, seconds: roundSeconds });
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const own = await shoot(load, ours, { target: { ...target, port: ours.port }, connections });
        const before = peer.cpuSeconds();
        const theirs = await load.run({ target: { ...target, port: peer.port }, connections, seconds: roundSeconds });
        const requests = theirs.latenciesMs.length;
        const cpuUs = ((peer.cpuSeconds() - before) / requests) * 1e6;
        const rate = requests / theirs.seconds;
        log(
          `${script}: ${rate.toFixed(0)} requests/s, ${cpuUs.toFixed(0)} µs; ours ${own.requestsPerSecond.toFixed(0)}/s`,
        );
        ratios.push(key === 'vsFastapi' ? own.requestsPerSecond / rate : cpuUs / own.cpuUsPerRequest);
      }
      figures[key] = median(ratios);
    } finally {
      await peer.stop();
    }
  }
  return figures;
}

/** Latency of health checks beside the load: what a stalled event loop would show, and the network on top. */
function probeLag({ url }: Served): { stop(): Promise<Float64Array> } {
  const latenciesMs: number[] = [];
  let running = true;
  const done = (async () => {
    while (running) {
      const started = performance.now();
      await (await fetch(`${url}/v2/health/live`)).arrayBuffer();
      latenciesMs.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async stop() {
      running = false;
      await done;
      return Float64Array.from(latenciesMs);
    },
  };
}
