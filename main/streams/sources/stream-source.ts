/** Where a stream of a graph gets its events from. */
export interface SourceSettings {
  source: 'mqtt' | 'redis' | 'kafka' | 'file';
  /** Of the stream: names its log. */
  name: string;
  url: string;
  /** MQTT topics, a topic of Kafka, or the key of a Redis stream. */
  topic: string;
  /** Absolute. */
  path: string;
  user: string;
  password: string | undefined;
  /** Kafka: how user and password are proved. */
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  /** Kafka: where a topic is read from that was never read before. */
  start: 'earliest' | 'latest';
}

export interface SourceContext {
  settings: SourceSettings;
  /** Random id of the log, which makes this reader one that a broker knows again. */
  logId: string;
  /** As last delivered; undefined for a source not read before. */
  position: string | undefined;
  /**
   * Stores events, each one line of JSON, then the position after them; resolves when both are safe. The source waits
   * for it before it reads or acknowledges more.
   */
  deliver(events: readonly string[], position: string): Promise<void>;
  /** Everything there is was delivered; more may come. */
  idle(): void;
  warn(text: string): void;
  signal: AbortSignal;
}

/** Reads until the signal aborts; rejects when the connection is lost, and is then called again later. */
export type StreamSource = (context: SourceContext) => Promise<void>;

/** Largest event taken from a broker or a file. */
export const maxEventBytes = 2 ** 20;

/** A payload as one line of JSON: an object as it is, anything else as its `value`; `extra` fills fields it lacks. */
export function eventOf(payload: string, extra: Readonly<Record<string, string>>): string {
  let value: unknown = payload;
  try {
    value = JSON.parse(payload);
  } catch {
    // Text as it is.
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return JSON.stringify({ ...extra, value });
  const missing = Object.entries(extra).filter(([name]) => !Object.hasOwn(value as object, name));
  // The text itself where nothing is added: numbers beyond what JavaScript holds stay exact.
  if (missing.length === 0 && !/[\n\r]/.test(payload)) return payload.trim();
  const added = missing.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',');
  const body = payload.trim().replaceAll(/[\n\r]+/g, ' ');
  return added === ''
    ? body
    : body.replace(/^\{\s*/, (start) => (/^\{\s*\}$/.test(body) ? `${start}${added}` : `{${added},`));
}
