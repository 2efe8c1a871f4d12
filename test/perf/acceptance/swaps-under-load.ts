import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpointHost } from '../../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../../main/serving/model-source.ts';
import { capacityOf, LoadGenerator, postRequest, quantile } from '../serve/load.ts';
import { deepNetwork, sampleRow } from '../serve/models.ts';
import { openLoopLoad } from '../serve/open-loop-load.ts';
import { slope } from '../slope.ts';

/** Keys of figures.json. */
export interface SwapFigures {
  failures: number;
  memorySlopeMiBPerMin: number;
}

interface Options {
  capacitySeconds: number;
  seconds: number;
  swapEverySeconds: number;
  /** Memory readings before this count as warming up. */
  settledAfterSeconds: number;
  log(text: string): void;
}

const connections = 32;
const width = 256;
const layers = 400;

/** Swaps the model of an endpoint again and again at 80 % load; counts requests that were not answered with 200. */
export async function swapsUnderLoad(
  options: Options,
): Promise<{ figures: SwapFigures; swaps: number; answered: number }> {
  const { log } = options;
  const dir = await mkdtemp(join(tmpdir(), 'slipway-swaps-'));
  const host = createEndpointHost({ dataDir: dir, log: (_level, text) => log(text) });
  const closedLoop = new LoadGenerator();
  try {
    const versions = await Promise.all(
      [1, 2].map(async (seed) => {
        const path = join(dir, `net-${seed}.onnx`);
        await writeFile(path, deepNetwork(width, layers, seed));
        return modelSourcesAt(path, 'net');
      }),
    );
    const probe = await host.startModels({
      graphId: 'accept',
      nodeId: 'capacity',
      name: 'net',
      http: { port: 0 },
      models: versions[0] ?? [],
    });
    const port = Number(new URL(probe.http ?? '').port);
    const start = (turn: number) =>
      host.startModels({
        graphId: 'accept',
        nodeId: 'capacity',
        name: 'net',
        http: { port },
        models: versions[turn % versions.length] ?? [],
      });
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, width], data: sampleRow(width) }];
    const request = postRequest('/v2/models/net/infer', Buffer.from(JSON.stringify({ inputs })));
    const capacityNow = () =>
      capacityOf(closedLoop, {
        target: { kind: 'http', port, request },
        connections,
        seconds: options.capacitySeconds,
      });
    const capacity = await capacityNow();
    const ratePerSecond = 0.8 * capacity;
    log(`offering ${ratePerSecond.toFixed(0)} requests/s, swapping every ${options.swapEverySeconds} s`);
    const load = openLoopLoad({
      target: { host: '127.0.0.1', port, tls: false },
      requests: [request],
      ratePerSecond,
      seconds: options.seconds,
      maxConnections: 512,
      graceMs: 30_000,
      seed: 2,
    });
    const startedMs = performance.now();
    const memory: { minute: number; mib: number }[] = [];
    let swaps = 0;
    while (performance.now() - startedMs < options.seconds * 1000) {
      await new Promise((resolve) => setTimeout(resolve, options.swapEverySeconds * 1000));
      await start(++swaps);
      const seconds = (performance.now() - startedMs) / 1000;
      if (seconds >= options.settledAfterSeconds) {
        memory.push({ minute: seconds / 60, mib: await residentMiB(probe.http ?? '') });
      }
    }
    const result = await load;
    const answered = result.statuses[200] ?? 0;
    const failures = result.offered - answered;
    log(
      `${swaps} swaps, ${answered} answered, ${failures} not (${JSON.stringify(result.statuses)}, ${result.broken} broken, ` +
        `${result.hung} hung); p99 ${quantile(result.latenciesMs, 0.99).toFixed(1)} ms; MiB ${memory.map(({ mib }) => mib.toFixed(0)).join(' ')}`,
    );
    if (result.unsent > 0) {
      const rate = answered / result.seconds;
      const after = await capacityNow();
      log(
        `${result.unsent} of them were never sent: ${rate.toFixed(0)}/s were answered of ${ratePerSecond.toFixed(0)}/s offered. ` +
          `Capacity before ${capacity.toFixed(0)}/s, after ${after.toFixed(0)}/s: where these differ, the machine had other work ` +
          'and this was no load of 80 %.',
      );
    }
    return {
      figures: { failures, memorySlopeMiBPerMin: slope(memory.map(({ minute, mib }) => ({ x: minute, y: mib }))) },
      swaps,
      answered,
    };
  } finally {
    closedLoop.close();
    await host.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function residentMiB(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
}
