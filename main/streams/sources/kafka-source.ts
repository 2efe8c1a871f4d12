import { type ClusterMetadata, Consumer } from '@platformatic/kafka';
import { z } from 'zod';
import { committedRecords, type FetchResponse, type PlacedRecord } from './kafka-records.ts';
import { kafkaServers } from './kafka-servers.ts';
import { eventOf, maxEventBytes, type SourceContext, type SourceSettings, type StreamSource } from './stream-source.ts';

type FetchRequestTopic = Parameters<Consumer['fetch']>[0]['topics'][number];

/** How long a broker waits for a first message: while there is none, and while messages keep coming. */
const restingWaitMs = 500;
const busyWaitMs = 10;
const bytesAtOnce = 4 * 2 ** 20;
const bytesOfPartition = 2 ** 20;
const connectTimeoutMs = 10_000;
/** Partitions that were added are found after this long. */
const metadataAgeMs = 30_000;
const earliest = -2n;
const latest = -1n;
const offsetOutOfRange = 1;
const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;

/** The next offset to read of each partition. A topic that was removed and made anew has another id. */
const positionSchema = z.object({ topicId: z.string(), next: z.record(z.string(), z.string().regex(/^\d+$/)) });

/**
 * Reads all partitions of a topic from the messages after the last ones that were stored. The place is kept with the log
 * and not at the broker, so that events and place stay together; no consumer group is needed. Messages of transactions
 * that are open or were aborted are not read.
 */
export const readKafka: StreamSource = async (context) => {
  const { signal } = context;
  const client = connect(context.settings, context.logId);
  const close = () => void client.close(true).catch(() => undefined);
  signal.addEventListener('abort', close, { once: true });
  try {
    const reader = await TopicReader.start(client, context);
    while (!signal.aborted) {
      if (!(await reader.readOnce())) context.idle();
    }
  } catch (error) {
    if (!signal.aborted) throw reason(error);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
};

function connect(settings: SourceSettings, logId: string): Consumer {
  const { servers, isEncrypted, areNamed } = kafkaServers(settings.url);
  const name = `slipway-${settings.name}-${logId.slice(0, 8)}`;
  const client = new Consumer({
    clientId: name,
    groupId: name,
    bootstrapBrokers: servers,
    connectTimeout: connectTimeoutMs,
    metadataMaxAge: metadataAgeMs,
    // The caller connects anew.
    retries: 0,
    ...(isEncrypted ? { tls: {}, tlsServerName: areNamed } : {}),
    ...(settings.user === ''
      ? {}
      : {
          sasl: {
            mechanism: mechanisms[settings.mechanism],
            username: settings.user,
            password: settings.password ?? '',
          },
        }),
  });
  // A connection that fails twice would otherwise end the process: the client listens for the first failure only.
  const listen: Parameters<typeof client.on<'client:broker:failed'>>[1] = ({ connection }) =>
    connection.on('error', () => undefined);
  client.on('client:broker:connect', listen);
  client.on('client:broker:failed', listen);
  return client;
}

class TopicReader {
  private readonly client: Consumer;
  private readonly context: SourceContext;
  private readonly topicId: string;
  private readonly next: Map<number, bigint>;
  private isBusy = true;
  private rounds = 0;

  private constructor(client: Consumer, context: SourceContext, topicId: string, next: Map<number, bigint>) {
    this.client = client;
    this.context = context;
    this.topicId = topicId;
    this.next = next;
  }

  static async start(client: Consumer, context: SourceContext): Promise<TopicReader> {
    const { topic, start } = context.settings;
    const { id } = topicOf(await client.metadata({ topics: [topic] }), topic);
    const known = positionSchema.safeParse(parse(context.position)).data;
    if (known?.topicId === id) {
      const next = Object.entries(known.next).map(
        ([partition, offset]) => [Number(partition), BigInt(offset)] as const,
      );
      return new TopicReader(client, context, id, new Map(next));
    }
    if (known !== undefined) context.warn(`The topic ${topic} was made anew and is read from its start.`);
    const reader = new TopicReader(client, context, id, new Map());
    const from = known === undefined && start === 'latest' ? latest : earliest;
    for (const [partition, offset] of await reader.offsets(from)) reader.next.set(partition, offset);
    // Where a first reading begins is kept at once: it must not begin later after a crash.
    await context.deliver([], reader.position());
    return reader;
  }

  /** Takes what the brokers have at once and stores it; false where there was nothing. */
  async readOnce(): Promise<boolean> {
    const { topic } = this.context.settings;
    const cluster = await this.client.metadata({ topics: [topic] });
    const { id, partitions } = topicOf(cluster, topic);
    if (id !== this.topicId) throw new Error(`The topic ${topic} was made anew.`);
    for (const partition of partitions.keys()) if (!this.next.has(partition)) this.next.set(partition, 0n);
    const answers = await Promise.all(this.requests(partitions).map(([node, topics]) => this.fetch(node, topics)));
    const events: string[] = [];
    let tooLarge = 0;
    let hasMoved = false;
    for (const found of answers.flatMap(({ responses }) => responses.flatMap((answer) => answer.partitions))) {
      const partition = found.partitionIndex;
      const from = this.next.get(partition) ?? 0n;
      const { records, next } = committedRecords(found, from);
      for (const placed of records) {
        const event = eventOfRecord(topic, partition, placed);
        if (event.length <= maxEventBytes) events.push(event);
        else tooLarge++;
      }
      hasMoved ||= next > from;
      this.next.set(partition, next);
    }
    if (tooLarge > 0) {
      this.context.warn(`${tooLarge} messages of ${topic} are larger than ${maxEventBytes} bytes and are left out.`);
    }
    if (hasMoved) await this.context.deliver(events, this.position());
    this.isBusy = hasMoved;
    return hasMoved;
  }

  /** What each broker is asked: the partitions it leads, another one first each time, so that none waits for ever. */
  private requests(partitions: readonly { leader: number }[]): [number, FetchRequestTopic[]][] {
    const byLeader = Map.groupBy(partitions.keys(), (partition) => partitions[partition]?.leader ?? 0);
    const turn = this.rounds++;
    return [...byLeader].map(([leader, led]) => [
      leader,
      [
        {
          topicId: this.topicId,
          partitions: [...led.slice(turn % led.length), ...led.slice(0, turn % led.length)].map((partition) => ({
            partition,
            currentLeaderEpoch: -1,
            fetchOffset: this.next.get(partition) ?? 0n,
            lastFetchedEpoch: -1,
            partitionMaxBytes: bytesOfPartition,
          })),
        },
      ],
    ]);
  }

  private async fetch(node: number, topics: FetchRequestTopic[]): Promise<FetchResponse> {
    try {
      return await this.client.fetch({
        node,
        topics,
        minBytes: 1,
        maxBytes: bytesAtOnce,
        maxWaitTime: this.isBusy ? busyWaitMs : restingWaitMs,
      });
    } catch (error) {
      if (!hasCode(error, offsetOutOfRange)) throw error;
      await this.skipRemoved();
      return { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: [] };
    }
  }

  /** Goes on at the oldest message where the broker removed those that come next. */
  private async skipRemoved(): Promise<void> {
    const { topic } = this.context.settings;
    for (const [partition, first] of await this.offsets(earliest)) {
      const next = this.next.get(partition) ?? 0n;
      if (next >= first) continue;
      if (next > 0n) {
        this.context.warn(
          `${first - next} messages of ${topic}, partition ${partition}, were removed before they were read.`,
        );
      }
      this.next.set(partition, first);
    }
    // Beyond the end, which a broker that lost messages may have: what it will have next is new.
    for (const [partition, end] of await this.offsets(latest)) {
      if ((this.next.get(partition) ?? 0n) > end) this.next.set(partition, end);
    }
  }

  private async offsets(timestamp: bigint): Promise<[number, bigint][]> {
    const { topic } = this.context.settings;
    // Also messages of open transactions count: reading goes on before them.
    const found = await this.client.listOffsets({ topics: [topic], timestamp, isolationLevel: 1 });
    return (found.get(topic) ?? []).map((offset, partition) => [partition, offset]);
  }

  private position(): string {
    const next = [...this.next].map(([partition, offset]) => [partition, String(offset)]);
    return JSON.stringify({ topicId: this.topicId, next: Object.fromEntries(next) });
  }
}

function topicOf(cluster: ClusterMetadata, topic: string) {
  const found = cluster.topics.get(topic);
  if (found === undefined) throw new Error(`There is no topic ${topic}.`);
  return found;
}

/** `kafka_id` tells a message from all others, `kafka_time` is when it was sent, `kafka_key` its key where it has one. */
function eventOfRecord(topic: string, partition: number, { offset, timeMs, record }: PlacedRecord): string {
  return eventOf(record.value?.toString('utf8') ?? 'null', {
    kafka_id: `${topic}/${partition}/${offset}`,
    kafka_time: new Date(timeMs).toISOString(),
    ...(record.key == null ? {} : { kafka_key: record.key.toString('utf8') }),
  });
}

/** What the broker, or the innermost of nested errors, says: the outer ones only name requests. */
function reason(error: unknown): Error {
  let inner = error;
  while (inner instanceof Error) {
    const [first] = inner instanceof AggregateError ? (inner.errors as unknown[]) : [inner.cause];
    if (!(first instanceof Error)) break;
    inner = first;
  }
  const said = (inner as { serverErrorMessage?: unknown }).serverErrorMessage;
  if (typeof said === 'string' && said !== '') return new Error(said, { cause: error });
  return inner instanceof Error ? inner : new Error(String(error));
}

function hasCode(error: unknown, code: number): boolean {
  const found = error as { findBy?: (name: string, value: unknown) => unknown };
  return found.findBy?.('apiCode', code) != null;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
