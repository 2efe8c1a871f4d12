import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { replaceFile } from '../compute/paths/replace-file.ts';
import { openSegmentLog, readLog, type SegmentLog } from '../compute/streams/segment-log.ts';
import type { SourceSettings, StreamSource } from './sources/stream-source.ts';

export interface StreamFeedsOptions {
  /** Folder with one folder per stream. */
  streamsDir: string;
  log(text: string): void;
}

/** Keeps reading sources of events into the logs of streams, over lost connections, until they are closed. */
export interface StreamFeeds {
  /**
   * Starts the feed of a stream, or starts it anew where its settings are others, and waits until everything that the
   * source had was stored, or `patienceMs` have passed. Throws `data.connection` while the source cannot be reached,
   * `store.open` where another process writes the stream, which is then that process's to feed.
   */
  follow(settings: SourceSettings, patienceMs: number, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Loaded when a stream needs them. */
const sources: Readonly<Record<SourceSettings['source'], () => Promise<StreamSource>>> = {
  mqtt: async () => (await import('./sources/mqtt-source.ts')).readMqtt,
  redis: async () => (await import('./sources/redis-source.ts')).readRedis,
  kafka: async () => (await import('./sources/kafka-source.ts')).readKafka,
  file: async () => (await import('./sources/file-source.ts')).readFileTail,
};
const firstPauseMs = 250;
const longestPauseMs = 30_000;
const positionFile = 'position.json';
const positionSchema = z.object({ source: z.string(), position: z.string() });

export function createStreamFeeds(options: StreamFeedsOptions): StreamFeeds {
  const feeds = new Map<string, Feed>();
  return {
    follow: async (settings, patienceMs, signal) => {
      const key = canonicalJson(settings);
      let feed = feeds.get(settings.name);
      if (feed?.key !== key) {
        await feed?.close();
        feed = await Feed.open(join(options.streamsDir, settings.name), key, settings, options.log);
        feeds.set(settings.name, feed);
      }
      await feed.caughtUp(patienceMs, signal);
    },
    close: async () => {
      await Promise.all([...feeds.values()].map((feed) => feed.close()));
      feeds.clear();
    },
  };
}

class Feed {
  readonly key: string;
  private readonly dir: string;
  private readonly settings: SourceSettings;
  private readonly log: SegmentLog;
  private readonly logId: string;
  private readonly say: (text: string) => void;
  private readonly closing = new AbortController();
  private position: string | undefined;
  private failure: Error | undefined;
  private settled = Promise.withResolvers<void>();
  private readonly running: Promise<void>;

  private constructor(
    dir: string,
    key: string,
    settings: SourceSettings,
    opened: { log: SegmentLog; logId: string; position: string | undefined },
    say: (text: string) => void,
  ) {
    this.dir = dir;
    this.key = key;
    this.settings = settings;
    this.log = opened.log;
    this.logId = opened.logId;
    this.position = opened.position;
    this.say = say;
    this.running = this.run();
  }

  static async open(dir: string, key: string, settings: SourceSettings, say: (text: string) => void): Promise<Feed> {
    const log = await openSegmentLog(dir);
    const logId = (await readLog(dir))?.id ?? '';
    return new Feed(dir, key, settings, { log, logId, position: await readPosition(dir, settings) }, say);
  }

  /** Resolves at the next moment when the source has no more, or time is up; rejects while it cannot be reached. */
  async caughtUp(patienceMs: number, signal: AbortSignal | undefined): Promise<void> {
    const timer = new AbortController();
    const patience = sleep(patienceMs, undefined, {
      signal: signal === undefined ? timer.signal : AbortSignal.any([timer.signal, signal]),
    }).catch(() => undefined);
    this.settled = Promise.withResolvers<void>();
    await Promise.race([this.settled.promise, patience]);
    timer.abort();
    if (this.failure !== undefined) throw this.unreachable(this.failure);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
    await this.log.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      try {
        const read = await sources[this.settings.source]();
        await read({
          settings: this.settings,
          logId: this.logId,
          position: this.position,
          deliver: async (events, position) => {
            await this.log.append(events);
            if (position !== '') await this.keepPosition(position);
            this.reached();
            pauseMs = firstPauseMs;
          },
          idle: () => {
            this.reached();
            pauseMs = firstPauseMs;
            this.settled.resolve();
          },
          warn: (text) => this.say(`Stream ${this.settings.name}: ${text}`),
          signal,
        });
      } catch (error) {
        if (signal.aborted) return;
        if (this.failure === undefined) this.say(this.unreachable(error).message);
        this.failure = error instanceof Error ? error : new Error(String(error));
        this.settled.resolve();
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      }
    }
  }

  private reached(): void {
    if (this.failure !== undefined) this.say(`Stream ${this.settings.name} is read again.`);
    this.failure = undefined;
  }

  /** After the events: a kill or a loss of power in between reads them once more, never too few. */
  private async keepPosition(position: string): Promise<void> {
    this.position = position;
    const path = join(this.dir, positionFile);
    await writeFile(`${path}.new`, JSON.stringify({ source: sourceId(this.settings), position }));
    await replaceFile(`${path}.new`, path);
  }

  private unreachable(error: unknown): AppError {
    const { source, name, url, path } = this.settings;
    const where = source === 'file' ? path : withoutPassword(url);
    const known = toAppError(error);
    const why = known.code === 'internal.bug' && error instanceof Error ? error.message || error.name : known.message;
    return new AppError('data.connection', `Stream “${name}” cannot read ${where}: ${why}`, {
      fix: 'Check the address, user and password, and that the broker runs. It is tried again by itself.',
      cause: error,
    });
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

/** What a position is one of; another user or password reads the same. */
function sourceId({ source, url, topic, path }: SourceSettings): string {
  return canonicalJson([source, withoutPassword(url), topic, path]);
}

async function readPosition(dir: string, settings: SourceSettings): Promise<string | undefined> {
  const text = await readFile(join(dir, positionFile), 'utf8').catch(() => '{}');
  try {
    const { source, position } = positionSchema.parse(JSON.parse(text));
    return source === sourceId(settings) ? position : undefined;
  } catch {
    return undefined;
  }
}
