import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toAppError } from '../../../shared/errors/app-error.ts';
import type { EndpointHost } from '../../serving/endpoint-host.ts';
import type { ModelSource } from '../../serving/model-source.ts';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { createFeedbackTail, type FeedbackEntry } from '../feedback-tail.ts';
import { createEndpointArchive } from './endpoint-archive.ts';
import { createEndpointState, type Trial } from './endpoint-state.ts';

export interface ReplicaOptions {
  host: Pick<EndpointHost, 'models' | 'challenger' | 'versions' | 'showMonitor' | 'tryVersion'>;
  endpointId: string;
  /** Name of the endpoint, the same for all its replicas. */
  name: string;
  /** Name of this replica, e.g. of its pod. */
  replica: string;
  /** Where the endpoint keeps requests and labels. */
  stateDir: string;
  driver: ArtifactDriver;
  /** Opens a version that is to be tried. */
  openModel(trial: Trial): Promise<ModelSource>;
  log(text: string): void;
  /** Default 10 s. */
  periodMs?: number;
}

export interface Replica {
  /** Hands over what is left. */
  close(): Promise<void>;
}

/**
 * One of several servers of an endpoint: hands its requests and labels to the shared store, shows what the monitors found
 * there, and serves a version on trial next to its own. A store that is out of reach changes nothing for requests.
 */
export function startReplica(options: ReplicaOptions): Replica {
  const { host, endpointId, stateDir, replica } = options;
  const archive = createEndpointArchive(options.driver, options.name);
  const state = createEndpointState(options.driver, options.name);
  const tail = createFeedbackTail(stateDir);
  const startedMs = Date.now();
  const handedOver = new Set<string>();
  /** Digests of versions that were served, by number: a file is handed over after its version has gone, too. */
  const models = new Map<string, string>();
  let labels: FeedbackEntry[] = [];
  let sequence = 0;
  let trying: string | undefined;
  let lastProblem = '';
  let closed = false;

  function remember(): void {
    const challenger = host.challenger(endpointId);
    const sources = [...host.models(endpointId), ...(challenger === undefined ? [] : [challenger])];
    for (const { version, digest } of sources) models.set(version, digest);
  }

  async function handOver(): Promise<void> {
    for (const { dir, version } of await logFolders(join(stateDir, 'requests'))) {
      const model = models.get(version);
      if (model === undefined) continue;
      for (const file of await readdir(dir)) {
        const fromMs = /^(\d+)-\d+\.parquet$/.exec(file)?.[1];
        const path = join(dir, file);
        if (fromMs === undefined || handedOver.has(path)) continue;
        const stem = file.replace(/\.parquet$/, '');
        await archive.addRows({ path, replica, stem, model, fromMs: Number(fromMs) });
        handedOver.add(path);
      }
    }
    labels.push(...(await tail.read()));
    if (labels.length === 0) return;
    await archive.addFeedback(replica, sequence++, labels);
    labels = [];
  }

  async function showReadings(): Promise<void> {
    const known = await state.readings();
    if (known === undefined || known.model !== host.models(endpointId)[0]?.digest) return;
    for (const reading of known.readings) host.showMonitor(endpointId, reading);
  }

  async function followTrial(): Promise<void> {
    const trial = await state.trial();
    const wanted = trial === undefined ? undefined : JSON.stringify({ ...trial, aliveMs: 0 });
    const serves = host.challenger(endpointId) !== undefined;
    const isOwn = trial !== undefined && trial.model === host.models(endpointId)[0]?.digest;
    if (trial === undefined || isOwn) {
      if (serves) await host.tryVersion(endpointId, undefined);
    } else if (wanted !== trying || !serves) {
      const source = await options.openModel(trial);
      await host.tryVersion(endpointId, { source, shadow: trial.shadow, percent: trial.percent });
    }
    trying = wanted;
    if (trial === undefined) return;
    const versions = await host.versions(endpointId);
    await state.setReplica({ replica, timeMs: Date.now(), startedMs, trial, versions });
  }

  async function tick(): Promise<void> {
    try {
      remember();
      await handOver();
      await showReadings();
      await followTrial();
      if (lastProblem !== '') options.log('The shared store answers again.');
      lastProblem = '';
    } catch (error) {
      const { message } = toAppError(error);
      if (message !== lastProblem && !closed) options.log(`Shared store: ${message}`);
      lastProblem = message;
    }
  }

  let turn = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(tick);
  }, options.periodMs ?? 10_000);
  timer.unref();
  remember();

  return {
    async close() {
      clearInterval(timer);
      closed = true;
      await turn;
      try {
        await handOver();
      } catch (error) {
        options.log(`Requests were not handed over: ${toAppError(error).message}`);
      }
    },
  };
}

/** `MODEL/VERSION` folders of the request log. */
async function logFolders(root: string): Promise<{ dir: string; version: string }[]> {
  const folders: { dir: string; version: string }[] = [];
  for (const model of await readdir(root).catch(() => [])) {
    for (const version of await readdir(join(root, model)).catch(() => [])) {
      folders.push({ dir: join(root, model, version), version });
    }
  }
  return folders;
}
