import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface LoadJob {
  target:
    | { kind: 'http'; port: number; request: Uint8Array }
    | { kind: 'grpc'; address: string; message: Record<string, unknown> };
  connections: number;
  seconds: number;
}

export interface LoadResult {
  latenciesMs: Float64Array;
  seconds: number;
}

/** A load generator in a process of its own. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./load-process.ts', import.meta.url)), [], { serialization: 'advanced' });
  }

  /** Keeps every connection busy for that long. Throws when a request fails. */
  run(job: LoadJob): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the load generator ended with ${code}`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer: { result?: LoadResult; error?: string }) => {
        this.#child.off('exit', onExit);
        if (answer.result === undefined) reject(new Error(`load failed: ${answer.error}`));
        else resolve(answer.result);
      });
      this.#child.send(job);
    });
  }

  close(): void {
    this.#child.disconnect();
  }
}

/** Requests per second with all connections always waiting: median of several shots after a warm-up. */
export async function capacityOf(load: LoadGenerator, job: LoadJob): Promise<number> {
  const shots = 5;
  await load.run({ ...job, seconds: job.seconds / 2 });
  const rates: number[] = [];
  for (let shot = 0; shot < shots; shot++) {
    const result = await load.run({ ...job, seconds: job.seconds / shots });
    rates.push(result.latenciesMs.length / result.seconds);
  }
  return median(rates);
}

/** The HTTP/1.1 bytes of a POST on a kept connection. */
export function postRequest(path: string, body: Uint8Array, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ host: '127.0.0.1', 'content-length': String(body.length), ...headers });
  const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The smallest value that the share `q` of all values does not exceed. */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] as number;
}
