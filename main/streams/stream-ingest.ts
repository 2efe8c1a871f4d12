import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import { openSegmentLog, type SegmentLog, type SegmentLogOptions } from '../compute/streams/segment-log.ts';
import { diskError } from '../store/disk-error.ts';
import { maxEventsBytes, readEvents } from './read-events.ts';

export interface StreamIngestOptions extends SegmentLogOptions {
  /** Folder with one folder per stream. */
  streamsDir: string;
  /** Bytes of events that may be on their way to disk, over all streams. */
  maxHeldBytes?: number;
}

/** Takes events over HTTP into the logs of streams. */
export interface StreamIngest {
  /**
   * Answers `POST /streams/NAME/events`: 200 `{firstOffset, count}` once the events are on disk; 400, 413 for events
   * that cannot be taken, none of which is; 429 with Retry-After while too much is on its way to disk; 503 while
   * closing or while another process writes; 507 for a full disk.
   */
  handle(name: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Answers what was taken, then ends. */
  close(): Promise<void>;
}

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const defaultHeldBytes = 64 * 2 ** 20;
/** Logs open at a time; each holds a file. */
const maxStreams = 100;

export function createStreamIngest(options: StreamIngestOptions): StreamIngest {
  const logs = new Map<string, Promise<SegmentLog>>();
  const maxHeldBytes = options.maxHeldBytes ?? defaultHeldBytes;
  let heldBytes = 0;
  let closed = false;

  const logOf = (name: string): Promise<SegmentLog> => {
    const present = logs.get(name);
    if (present !== undefined) return present;
    if (logs.size >= maxStreams) throw overloaded(`${maxStreams} streams are open`);
    const opening = openSegmentLog(join(options.streamsDir, name), options);
    logs.set(name, opening);
    opening.catch(() => logs.delete(name));
    return opening;
  };

  const append = async (name: string, events: readonly string[]): Promise<number> => {
    const log = await logOf(name);
    try {
      return await log.append(events);
    } catch (error) {
      // Opening the log again repairs what a failed write left.
      if (logs.delete(name)) await log.close();
      throw error;
    }
  };

  const take = async (name: string, request: IncomingMessage): Promise<{ firstOffset: number; count: number }> => {
    if (closed) throw new AppError('serve.not-ready', 'Slipway is ending.', { fix: 'Send the events again later.' });
    if (!namePattern.test(name)) {
      throw new AppError('request.invalid', `“${name.slice(0, 80)}” is no name of a stream.`, {
        fix: 'Use lower-case letters, digits, _ and -, at most 63.',
      });
    }
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > maxEventsBytes) throw tooLarge();
    if (heldBytes + declared > maxHeldBytes) throw overloaded('Events come faster than they can be stored');
    let bytes = 0;
    const hold = (more: number) => {
      bytes += more;
      heldBytes += more;
    };
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) {
        hold(chunk.length);
        if (bytes > maxEventsBytes) throw tooLarge();
        if (heldBytes > maxHeldBytes) throw overloaded('Events come faster than they can be stored');
        chunks.push(chunk);
      }
      const events = await readEvents(Buffer.concat(chunks));
      const firstOffset = await append(name, events);
      return { firstOffset, count: events.length };
    } finally {
      heldBytes -= bytes;
    }
  };

  return {
    handle: async (name, request, response) => {
      try {
        const taken = await take(name, request);
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(taken));
      } catch (thrown) {
        const error = toAppError(diskError(thrown, options.streamsDir));
        const { code, message, fix } = error;
        const status = statusOf(error);
        response.writeHead(status, {
          'Content-Type': 'application/json',
          // What was not read of the body cannot be told from a next request.
          ...(request.complete ? {} : { Connection: 'close' }),
          ...(status === 429 || status === 503 ? { 'Retry-After': '1' } : {}),
        });
        response.end(JSON.stringify({ code, message, fix }));
        if (!request.complete) request.resume();
      }
    },
    close: async () => {
      closed = true;
      for (const opening of logs.values()) await opening.then((log) => log.close()).catch(() => undefined);
      logs.clear();
    },
  };
}

function statusOf({ code }: AppError): number {
  if (code === 'serve.overloaded') return 429;
  // Another engine on the same data directory has the log.
  return code === 'store.open' ? 503 : errorCodes[code].httpStatus;
}

function overloaded(why: string): AppError {
  return new AppError('serve.overloaded', `${why}.`, { fix: 'Send the same events again after Retry-After.' });
}

function tooLarge(): AppError {
  return new AppError('request.too-large', `At most ${maxEventsBytes} bytes of events are taken at once.`, {
    fix: 'Send fewer events per request.',
  });
}
