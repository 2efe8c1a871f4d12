import { join } from 'node:path';
import { streamNode } from '../../nodes/data/stream/definition.ts';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import { LogTail } from '../compute/streams/log-tail.ts';
import { streamsFolder } from '../compute/streams/streams-folder.ts';

const lookEveryMs = 1000;

/** Runs graphs again when a window of one of their streams has closed. */
export interface StreamTriggers {
  /** Watches the streams of a graph that ask for it, in place of those of its earlier states. */
  watch(graphId: string, plan: Plan, run: () => Promise<void>): void;
  close(): void;
}

interface Watched {
  streams: { tail: LogTail; eventTime: string; latenessUs: number; slideUs: number; latestUs: number }[];
  run: () => Promise<void>;
  running: boolean;
}

export function createStreamTriggers(dataDir: string, log: (text: string) => void): StreamTriggers {
  const graphs = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const look = async () => {
    for (const [graphId, watched] of graphs) {
      const closings = await Promise.all(watched.streams.map(hasClosed));
      if (!closings.includes(true) || watched.running || closed) continue;
      watched.running = true;
      watched
        .run()
        .catch((error: unknown) => log(`${graphId} could not be run for a closed window: ${toAppError(error).message}`))
        .finally(() => {
          watched.running = false;
        });
    }
    if (!closed && graphs.size > 0) timer = setTimeout(() => void look(), lookEveryMs).unref();
  };

  return {
    watch: (graphId, plan, run) => {
      const streams = plan.steps.flatMap(({ kind, params, pinned }) => {
        if (kind !== streamNode.kind || pinned !== undefined) return [];
        const { source, name, runOnClose, eventTime, latenessSeconds, slideSeconds, windowSeconds } =
          streamNode.params.parse(params);
        if (!runOnClose || source === 'replay' || name === '') return [];
        return [
          {
            tail: new LogTail(join(streamsFolder(dataDir), name)),
            eventTime,
            latenessUs: latenessSeconds * 1e6,
            slideUs: (slideSeconds === 0 ? windowSeconds : slideSeconds) * 1e6,
            latestUs: Number.NEGATIVE_INFINITY,
          },
        ];
      });
      const wasIdle = graphs.size === 0;
      if (streams.length === 0) graphs.delete(graphId);
      else graphs.set(graphId, { streams, run, running: graphs.get(graphId)?.running ?? false });
      if (wasIdle && graphs.size > 0) timer = setTimeout(() => void look(), 0).unref();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      graphs.clear();
    },
  };
}

/** Whether what came since the last look closed a window; the first look only learns where the stream is. */
async function hasClosed(stream: Watched['streams'][number]): Promise<boolean> {
  const before = closedWindows(stream);
  const lines = await stream.tail.next().catch(() => []);
  for (const line of lines) stream.latestUs = Math.max(stream.latestUs, eventUs(line, stream.eventTime));
  return Number.isFinite(before) && closedWindows(stream) > before;
}

function closedWindows({ latestUs, latenessUs, slideUs }: Watched['streams'][number]): number {
  return Math.floor((latestUs - latenessUs) / slideUs);
}

/** Microseconds since 1970 of an event of a log line; -∞ where it has no time. */
function eventUs(line: string, field: string): number {
  try {
    const value = (JSON.parse(line) as { e: Record<string, unknown> }).e[field];
    const text = String(value);
    // Without a zone a time is in UTC, as in the windows.
    const ms = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text.trim().replace(' ', 'T')}Z`);
    return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms * 1000;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}
