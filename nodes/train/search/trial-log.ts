import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFileSync } from '../../../main/compute/paths/replace-file.ts';
import type { Trial } from '../../../main/compute/search/trial.ts';
import { canonicalJson } from '../../../shared/plan/canonical-json.ts';
import type { SearchParams } from './find-best.ts';

const keptMs = 30 * 24 * 3600 * 1000;

export interface TrialLog {
  /** Of earlier attempts at the same search, ended ones only in number order. */
  trials: Trial[];
  /** Writes all trials so far. */
  keep(trials: readonly Trial[]): void;
}

/**
 * Trials of a search on disk, so that a search that was stopped goes on, and one with a larger budget too: the budget is
 * no part of what makes a search the same. Logs unused for 30 days are removed. A log that cannot be read is begun anew.
 */
export async function openTrialLog(folder: string, identity: [SearchParams, ...unknown[]]): Promise<TrialLog> {
  const [params, ...rest] = identity;
  const { trials: _trials, maxSeconds: _maxSeconds, parallelTrials: _parallel, ...same } = params;
  const name = createHash('sha256')
    .update(canonicalJson([same, ...rest]))
    .digest('hex')
    .slice(0, 32);
  const path = join(folder, `search-${name}.json`);
  mkdirSync(folder, { recursive: true });
  removeOld(folder);
  return {
    trials: await readTrials(path),
    keep(trials) {
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify(trials));
      replaceFileSync(temporary, path);
    },
  };
}

async function readTrials(path: string): Promise<Trial[]> {
  try {
    const trials = JSON.parse(await readFile(path, 'utf8')) as Trial[];
    // Those that ran when the search was stopped are run again.
    const running = trials.findIndex(({ state }) => state === 'running');
    return running < 0 ? trials : trials.slice(0, running);
  } catch {
    return [];
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { force: true });
  }
}
