import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { ModelSource } from '../serving/model-source.ts';
import { createFeedbackTail } from './feedback-tail.ts';
import { LabelledLog } from './labelled-log.ts';

/** What an endpoint was asked and what really happened, for the monitors of it. */
export interface EndpointObserver {
  /** Brings the log up to date; calls that overlap share one. */
  refresh(): Promise<void>;
  /** Undefined until a model with known columns has been served. */
  readonly log: LabelledLog | undefined;
  /** What is served now; throws `serve.not-ready`. */
  source(): ModelSource | undefined;
}

export interface EndpointObserverOptions {
  endpointId: string;
  host: Pick<EndpointHost, 'recentRows' | 'models' | 'challenger'>;
  /** Where the endpoint keeps its labels. */
  stateDir: string;
  /** Rows kept, at most. */
  capacityRows: number;
}

export function createEndpointObserver(options: EndpointObserverOptions): EndpointObserver {
  const { endpointId, host } = options;
  const tail = createFeedbackTail(options.stateDir);
  /** Logged rows by log, up to now. */
  const loggedBefore = new Map<string, number>();
  let log: LabelledLog | undefined;
  let running: Promise<void> | undefined;

  const source = () => host.models(endpointId)[0];

  async function refresh(): Promise<void> {
    const served = source();
    if (served?.manifest == null) return;
    log ??= new LabelledLog(served.manifest, options.capacityRows);
    await readLog(log, served);
    const challenger = host.challenger(endpointId);
    if (challenger !== undefined) await readLog(log, challenger);
    for (const { id, label } of await tail.read()) log.label(id, label);
  }

  async function readLog(into: LabelledLog, { version, digest }: ModelSource): Promise<void> {
    const { logId, logged } = await host.recentRows(endpointId, 0, version);
    const fresh = logged - (loggedBefore.get(logId) ?? 0);
    if (fresh <= 0) return;
    // Rows that came meanwhile belong to the next call.
    const recent = await host.recentRows(endpointId, fresh, version);
    if (recent.logId !== logId) return;
    into.add(recent, digest);
    loggedBefore.set(logId, recent.logged);
  }

  return {
    refresh() {
      running ??= refresh().finally(() => {
        running = undefined;
      });
      return running;
    },
    get log() {
      return log;
    },
    source,
  };
}
