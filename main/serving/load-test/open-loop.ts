import { HttpConnection, type LoadTarget } from './http-connection.ts';

export interface OpenLoop {
  target: LoadTarget;
  /** Sent in turn, as ready HTTP/1.1 bytes. */
  requests: readonly Buffer[];
  ratePerSecond: number;
  seconds: number;
  /** Most requests on their way at a time; more wait here, and their wait counts. */
  maxConnections: number;
  /** Wait for the last answers after the end; what has none then is hung. */
  graceMs: number;
  /** Of the arrival times. */
  seed: number;
  signal?: AbortSignal | undefined;
}

export interface OpenLoopResult {
  offered: number;
  /** Answers by HTTP status. */
  statuses: Record<number, number>;
  /** Requests whose connection ended before their answer. */
  broken: number;
  /** Requests without an answer, those that were never sent included. */
  hung: number;
  /** Of those, requests that still waited here for a connection: more were offered than are answered. */
  unsent: number;
  /** Of answers with status 200, from when each request was due, ms. */
  latenciesMs: Float64Array;
  /** Of the same answers, from when their requests were sent: what is less than above is the generator's own delay. */
  sentLatenciesMs: Float64Array;
  /** From the first due time to the last good answer. */
  seconds: number;
  /** The generator's own worst delay: with more than a few ms it, not the server, may be the limit. */
  generatorLagMs: number;
}

const tickMs = 1;

/**
 * Sends requests at a rate, whatever becomes of them (open loop, Poisson arrivals): a slow answer delays no later
 * request, and latency counts from when a request was due, so that waiting for a connection or for the generator itself
 * is never left out (no coordinated omission). Due times are rounded up to the generator's tick of 1 ms.
 */
export function runOpenLoop(options: OpenLoop): Promise<OpenLoopResult> {
  return new Promise((resolve) => {
    new Generator(options, resolve).start();
  });
}

class Generator {
  readonly #options: OpenLoop;
  readonly #done: (result: OpenLoopResult) => void;
  readonly #idle: HttpConnection[] = [];
  readonly #all = new Set<HttpConnection>();
  /** Due times of requests that found no connection, and how many of them are sent. */
  #backlog: number[] = [];
  #backlogSent = 0;
  readonly #latencies: number[] = [];
  readonly #sentLatencies: number[] = [];
  readonly #statuses: Record<number, number> = {};
  readonly #random: () => number;
  #offered = 0;
  #inFlight = 0;
  #broken = 0;
  #turn = 0;
  #startedMs = 0;
  #lastGoodMs = 0;
  #nextDueMs = 0;
  #lagMs = 0;
  #sending = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OpenLoop, done: (result: OpenLoopResult) => void) {
    this.#options = options;
    this.#done = done;
    this.#random = uniform(options.seed);
  }

  start(): void {
    this.#startedMs = performance.now();
    this.#lastGoodMs = this.#startedMs;
    this.#nextDueMs = this.#startedMs + this.#gapMs();
    this.#timer = setTimeout(() => this.#tick(), tickMs);
  }

  #gapMs(): number {
    return (-Math.log(1 - this.#random()) / this.#options.ratePerSecond) * 1000;
  }

  #tick(): void {
    const now = performance.now();
    const endMs = this.#startedMs + this.#options.seconds * 1000;
    const stopped = this.#options.signal?.aborted === true;
    for (; this.#nextDueMs <= now && this.#nextDueMs < endMs && !stopped; this.#nextDueMs += this.#gapMs()) {
      const roundedMs = Math.ceil(this.#nextDueMs / tickMs) * tickMs;
      this.#lagMs = Math.max(this.#lagMs, now - roundedMs - tickMs);
      this.#offered++;
      // A timer of 1 ms may come up to 1 ms late: that is the tick, no delay.
      this.#offer(now - roundedMs <= tickMs ? now : roundedMs);
    }
    if (this.#nextDueMs < endMs && !stopped) {
      this.#timer = setTimeout(() => this.#tick(), tickMs);
      return;
    }
    this.#sending = false;
    this.#timer = setTimeout(() => this.#finish(), this.#options.graceMs);
    this.#finishWhenAnswered();
  }

  #offer(dueMs: number): void {
    const connection = this.#idle.pop() ?? this.#open();
    if (connection === undefined) this.#backlog.push(dueMs);
    else this.#send(connection, dueMs);
  }

  #open(): HttpConnection | undefined {
    if (this.#all.size >= this.#options.maxConnections) return undefined;
    const connection = new HttpConnection(this.#options.target);
    this.#all.add(connection);
    connection.onClose = () => {
      this.#all.delete(connection);
      const at = this.#idle.indexOf(connection);
      if (at !== -1) this.#idle.splice(at, 1);
    };
    return connection;
  }

  #send(connection: HttpConnection, dueMs: number): void {
    const { requests } = this.#options;
    this.#inFlight++;
    const sentMs = performance.now();
    connection.send(requests[this.#turn++ % requests.length] as Buffer, {
      answered: (status, reusable) => {
        const now = performance.now();
        this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
        if (status === 200) {
          this.#latencies.push(now - dueMs);
          this.#sentLatencies.push(now - sentMs);
          this.#lastGoodMs = now;
        }
        this.#settled(reusable ? connection : undefined);
      },
      failed: () => {
        this.#broken++;
        this.#settled(undefined);
      },
    });
  }

  #settled(connection: HttpConnection | undefined): void {
    this.#inFlight--;
    const dueMs = this.#backlog[this.#backlogSent];
    const next = connection ?? (dueMs === undefined ? undefined : this.#open());
    if (dueMs !== undefined && next !== undefined) {
      this.#backlogSent++;
      if (this.#backlogSent === 10_000) {
        this.#backlog = this.#backlog.slice(this.#backlogSent);
        this.#backlogSent = 0;
      }
      this.#send(next, dueMs);
    } else if (next !== undefined) {
      this.#idle.push(next);
    }
    this.#finishWhenAnswered();
  }

  #finishWhenAnswered(): void {
    if (!this.#sending && this.#inFlight === 0 && this.#backlogSent === this.#backlog.length) this.#finish();
  }

  #finish(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const unsent = this.#backlog.length - this.#backlogSent;
    const result: OpenLoopResult = {
      offered: this.#offered,
      statuses: { ...this.#statuses },
      broken: this.#broken,
      hung: this.#inFlight + unsent,
      unsent,
      latenciesMs: Float64Array.from(this.#latencies),
      sentLatenciesMs: Float64Array.from(this.#sentLatencies),
      seconds: Math.max(this.#options.seconds, (this.#lastGoodMs - this.#startedMs) / 1000),
      generatorLagMs: this.#lagMs,
    };
    for (const connection of this.#all) connection.close();
    this.#done(result);
  }
}

/** Uniform in [0, 1), Marsaglia's xorshift32. */
function uniform(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
