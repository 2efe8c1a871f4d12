import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestSchema } from '../../../shared/artifact/manifest.ts';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { createArtifactStore } from '../../store/artifact-store.ts';
import type { FeedbackEntry } from '../feedback-tail.ts';

/** One file of logged requests, as a replica handed it over. */
const segmentSchema = z.object({
  /** Of the artifact with the file `rows.parquet`. */
  digest: digestSchema,
  /** Of the model that answered. */
  model: digestSchema,
  /** Time of its first row. */
  fromMs: z.number(),
});
export type ArchivedSegment = z.infer<typeof segmentSchema>;

const feedbackSchema = z.object({
  id: z.string(),
  label: z.union([z.string(), z.number(), z.boolean()]),
  receivedMs: z.number(),
});

/**
 * What the replicas of an endpoint were asked and told, in the store they share with the monitors:
 * `endpoints/NAME/requests/DAY/…` and `…/feedback/DAY/…`, a new text for each file of a replica, so that writers never meet.
 */
export interface EndpointArchive {
  /** Hands over a finished Parquet file of the request log; handing it over again changes nothing. */
  addRows(file: { path: string; replica: string; stem: string; model: string; fromMs: number }): Promise<void>;
  addFeedback(replica: string, sequence: number, entries: readonly FeedbackEntry[]): Promise<void>;
  /** Files whose first row came at `sinceMs` or later, oldest first. */
  segments(sinceMs: number): Promise<ArchivedSegment[]>;
  /** Local path of the rows of a file; undefined where it is gone. */
  rowsPath(segment: ArchivedSegment): Promise<string | undefined>;
  /** Labels since a day, in the order they came. */
  feedback(sinceMs: number): Promise<FeedbackEntry[]>;
  /** Removes what came before that day. */
  removeBefore(beforeMs: number): Promise<void>;
}

const rowsFile = 'rows.parquet';

/** Folder of an endpoint in a shared store. */
export function endpointFolder(name: string): string {
  return `endpoints/${encodeURIComponent(name)}`;
}

export function createEndpointArchive(driver: ArtifactDriver, name: string): EndpointArchive {
  const store = createArtifactStore(driver);
  const folder = endpointFolder(name);

  async function days(kind: 'requests' | 'feedback'): Promise<string[]> {
    return (await driver.list(`${folder}/${kind}`)).filter((day) => /^\d{4}-\d\d-\d\d$/.test(day)).toSorted();
  }

  async function textsSince(kind: 'requests' | 'feedback', sinceMs: number): Promise<string[]> {
    const texts: string[] = [];
    for (const day of await days(kind)) {
      if (day < dayOf(sinceMs)) continue;
      for (const file of await driver.list(`${folder}/${kind}/${day}`)) {
        const text = await driver.readText(`${folder}/${kind}/${day}/${file}`);
        if (text !== undefined) texts.push(text);
      }
    }
    return texts;
  }

  return {
    async addRows({ path, replica, stem, model, fromMs }) {
      const index = `${folder}/requests/${dayOf(fromMs)}/${stem}.${safe(replica)}.json`;
      if ((await driver.readText(index)) !== undefined) return;
      const workDir = await store.createWorkDir();
      try {
        // A copy: the store moves what it is given.
        const copy = join(workDir, rowsFile);
        await copyFile(path, copy);
        const { digest } = await store.put(
          { type: 'report', files: { [rowsFile]: copy }, meta: { endpoint: name } },
          { producer: { kind: 'serve.endpoint', version: 1, key: '' }, inputs: {} },
        );
        await driver.writeText(index, `${JSON.stringify({ digest, model, fromMs } satisfies ArchivedSegment)}\n`);
      } finally {
        await rm(workDir, { recursive: true, force: true });
      }
    },
    async addFeedback(replica, sequence, entries) {
      const [first] = entries;
      if (first === undefined) return;
      const file = `${first.receivedMs}-${sequence}.${safe(replica)}.ndjson`;
      const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      await driver.writeText(`${folder}/feedback/${dayOf(first.receivedMs)}/${file}`, lines);
    },
    async segments(sinceMs) {
      const segments = (await textsSince('requests', sinceMs)).flatMap((text) => {
        const parsed = segmentSchema.safeParse(jsonOf(text));
        return parsed.success && parsed.data.fromMs >= sinceMs ? [parsed.data] : [];
      });
      return segments.toSorted((a, b) => a.fromMs - b.fromMs || (a.digest < b.digest ? -1 : 1));
    },
    async rowsPath({ digest }) {
      return (await store.open(digest))?.path(rowsFile);
    },
    async feedback(sinceMs) {
      const entries = (await textsSince('feedback', sinceMs)).flatMap((text) =>
        text.split('\n').flatMap((line) => {
          const parsed = feedbackSchema.safeParse(jsonOf(line));
          return parsed.success ? [parsed.data] : [];
        }),
      );
      return entries.toSorted((a, b) => a.receivedMs - b.receivedMs);
    },
    async removeBefore(beforeMs) {
      for (const kind of ['requests', 'feedback'] as const) {
        for (const day of await days(kind)) {
          if (day >= dayOf(beforeMs)) continue;
          for (const file of await driver.list(`${folder}/${kind}/${day}`)) {
            const path = `${folder}/${kind}/${day}/${file}`;
            const segment = segmentSchema.safeParse(jsonOf((await driver.readText(path)) ?? ''));
            if (segment.success) await store.remove(segment.data.digest);
            await driver.remove(path);
          }
        }
      }
    },
  };
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Names of pods become file names. */
function safe(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9-]/g, '-');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
