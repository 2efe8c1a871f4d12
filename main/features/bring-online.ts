import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StoreDatabase } from '../store/database.ts';
import { materialize, type MaterializeResult } from './materialize.ts';
import { onlineUrl } from './online-reader.ts';
import { OnlineStore } from './online-store.ts';
import { RedisOnline } from './redis-online.ts';
import { listViews } from './view-catalog.ts';

export interface BringOnlineOptions {
  /** Of a model that is going to be served. */
  joined: readonly JoinedView[] | undefined;
  dataDir: string;
  artifacts: ArtifactStore;
  /** Where runs are recorded: of each view the artifact made last is taken. Without it, the one the model was trained on. */
  database?: StoreDatabase;
  log(level: 'info' | 'warn', text: string): void;
  signal?: AbortSignal;
  /** Throws where a view cannot be brought in. */
  failOnError?: boolean;
}

const memoryBytes = 2 ** 30;

/**
 * Brings the feature views of a model into the online store, before an endpoint answers. A view that cannot be brought in
 * is logged: what the endpoint does without it is its policy.
 */
export async function bringOnline(options: BringOnlineOptions): Promise<MaterializeResult[]> {
  const { joined = [], dataDir, artifacts, database, log, signal } = options;
  if (joined.length === 0) return [];
  const made = database === undefined ? [] : await listViews(database, artifacts);
  const store = OnlineStore.open(dataDir);
  const url = onlineUrl(process.env);
  const redis = url === undefined ? undefined : new RedisOnline(url);
  const workDir = await artifacts.createWorkDir();
  const results: MaterializeResult[] = [];
  try {
    for (const { view, digest } of joined) {
      try {
        const newest = made.find((known) => known.view.name === view.name)?.digest ?? digest;
        const artifact = await artifacts.open(newest);
        if (artifact === undefined) {
          log('warn', `The rows of the feature view ${view.name} are no longer stored; what is online stays as it is.`);
          continue;
        }
        const result = await materialize({
          store,
          artifact,
          openArtifact: (earlier) => artifacts.open(earlier),
          nowUs: BigInt(Date.now()) * 1000n,
          duckDb: {
            threads: availableParallelism(),
            memoryBytes,
            tempDir: workDir,
            ...(signal === undefined ? {} : { signal }),
          },
        });
        results.push(result);
        if (redis !== undefined && (await redis.publish(store, view.name))) {
          log('info', `The feature view ${view.name} is in the shared online store.`);
        }
        if (result.mode !== 'unchanged') {
          log('info', `The feature view ${view.name} is online: ${result.rowsWritten} rows written.`);
        }
      } catch (error) {
        const { code, message } = toAppError(error);
        if (code === 'run.cancelled' || options.failOnError === true) throw error;
        log('warn', `The feature view ${view.name} could not be brought online: ${message}`);
      }
    }
  } finally {
    store.close();
    redis?.close();
    await rm(workDir, { recursive: true, force: true });
  }
  return results;
}
