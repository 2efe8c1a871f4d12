import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { aboutFile, failureFiles } from '../prediction-log/prediction-log-writer.ts';

/** Files of the request log of one model version, newest first. */
export interface LoggedVersion {
  model: string;
  version: string;
  /** In the order of `probabilities`, as text; null where they are not known. */
  classes: readonly string[] | null;
  parquet: string[];
  /** Lines of JSON that are still written to. */
  lines: string[];
  failures: string[];
}

export interface LoggedPeriod {
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

const aboutSchema = z.object({
  classes: z.array(z.union([z.string(), z.number(), z.boolean()])).nullable(),
});

/** Files of one search: the footers of all are read. */
const maxFiles = 2_000;

/** What an endpoint has logged, in its state folder; `leftOut`: files beyond the most that are searched, the oldest. */
export function loggedVersions(stateDir: string, period: LoggedPeriod): { versions: LoggedVersion[]; leftOut: number } {
  const root = join(stateDir, 'requests');
  const versions = foldersIn(root).flatMap((model) =>
    foldersIn(join(root, model)).map((version) =>
      loggedVersion(join(root, model, version), decodeURIComponent(model), version, period),
    ),
  );
  const newest = versions
    .flatMap(({ parquet }) => parquet)
    .toSorted((a, b) => startOf(b) - startOf(a))
    .slice(0, maxFiles);
  const searched = new Set(newest);
  let leftOut = 0;
  for (const version of versions) {
    const kept = version.parquet.filter((path) => searched.has(path));
    leftOut += version.parquet.length - kept.length;
    version.parquet = kept;
  }
  return { versions, leftOut };
}

function loggedVersion(dir: string, model: string, version: string, { fromMs, toMs }: LoggedPeriod): LoggedVersion {
  const names = readdirSync(dir);
  const within = (name: string) => {
    if (toMs !== undefined && startOf(name) > toMs) return false;
    const ended = statSync(join(dir, name), { throwIfNoEntry: false })?.mtimeMs;
    return ended !== undefined && (fromMs === undefined || ended >= fromMs);
  };
  const files = (end: RegExp) =>
    names
      .filter((name) => end.test(name) && within(name))
      .toSorted((a, b) => startOf(b) - startOf(a))
      .map((name) => join(dir, name));
  return {
    model,
    version,
    classes: classesIn(join(dir, aboutFile)),
    parquet: files(/^\d+-\d+\.parquet$/),
    lines: files(/^\d+-\d+\.ndjson$/),
    failures: failureFiles.map((name) => join(dir, name)).filter((path) => existsSync(path)),
  };
}

/** Milliseconds since the epoch of the first row, from the file's name. */
function startOf(path: string): number {
  return Number(/(\d+)-\d+\.\w+$/.exec(path)?.[1] ?? 0);
}

function classesIn(path: string): string[] | null {
  try {
    const about = aboutSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return about.success ? (about.data.classes?.map(String) ?? null) : null;
  } catch {
    return null;
  }
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}
