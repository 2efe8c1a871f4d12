import { Redis } from 'ioredis';
import { eventOf, maxEventBytes, type StreamSource } from './stream-source.ts';

const entriesAtOnce = 1000;
const blockMs = 1000;

/** Reads a Redis stream from the entry after the last one that was stored; the server keeps no state of this reader. */
export const readRedis: StreamSource = async (context) => {
  const { settings, signal } = context;
  const redis = new Redis(settings.url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: 10_000,
    // The caller connects anew.
    retryStrategy: () => null,
    ...(settings.user === '' ? {} : { username: settings.user }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
  });
  // Commands fail with the reason; an event that nobody takes would end the process.
  let failure: Error | undefined;
  redis.on('error', (error: Error) => {
    failure = error;
  });
  const onAbort = () => redis.disconnect();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await redis.connect();
    let last = context.position ?? '0-0';
    let block = 1;
    while (!signal.aborted) {
      const found = await redis.xread('COUNT', entriesAtOnce, 'BLOCK', block, 'STREAMS', settings.topic, last);
      const entries = found?.[0]?.[1] ?? [];
      const newest = entries.at(-1)?.[0];
      if (newest === undefined) {
        context.idle();
        block = blockMs;
        continue;
      }
      const events = entries.map(([id, fields]) => entryEvent(id, fields));
      const fitting = events.filter((event) => event.length <= maxEventBytes);
      if (fitting.length < events.length) {
        context.warn(
          `${events.length - fitting.length} entries are larger than ${maxEventBytes} bytes and are left out.`,
        );
      }
      await context.deliver(fitting, newest);
      last = newest;
    }
  } catch (error) {
    if (!signal.aborted) throw failure ?? error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    redis.disconnect();
  }
};

/** The fields of an entry, or the object that its only field holds; `redis_id` is its id. */
function entryEvent(id: string, fields: readonly string[]): string {
  const [, only] = fields;
  if (fields.length === 2 && only !== undefined && /^\s*\{/.test(only)) return eventOf(only, { redis_id: id });
  const event: Record<string, string> = { redis_id: id };
  for (let at = 0; at + 1 < fields.length; at += 2) event[fields[at] as string] = fields[at + 1] as string;
  return JSON.stringify(event);
}
