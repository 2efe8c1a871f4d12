import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { crc32c, createRecordsBatch, Reader, Writer } from '@platformatic/kafka';
import { freePort } from './free-port.ts';
import { ScramServer } from './scram-server.ts';

/** What a transaction ended with, as control records say it. */
type Ending = 'commit' | 'abort';

interface Partition {
  batches: { first: bigint; last: bigint; bytes: Buffer }[];
  start: bigint;
  end: bigint;
  /** Open transactions: producer → first offset. */
  open: Map<bigint, bigint>;
  aborted: { producerId: bigint; first: bigint; last: bigint }[];
}

export interface KafkaBrokerOptions {
  /** Those who may read; anyone without. */
  users?: Record<string, string>;
  /** How they prove who they are; default PLAIN. */
  mechanism?: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  /** Takes everyone for known without knowing a password. */
  pretends?: boolean;
  tls?: { key: string; cert: string };
}

export interface ProducedBatch {
  key?: string;
  compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** Of the transaction that the messages are part of. */
  producerId?: bigint;
  timeMs?: number;
}

const apis = [
  { key: 1, version: 17 },
  { key: 2, version: 9 },
  { key: 3, version: 12 },
  { key: 17, version: 1 },
  { key: 18, version: 3 },
  { key: 36, version: 2 },
];
const errors = {
  none: 0,
  unsupportedMechanism: 33,
  offsetOutOfRange: 1,
  unknownTopic: 3,
  authenticationFailed: 58,
  unknownTopicId: 100,
};
const transactional = 1 << 4;
const control = 1 << 5;

interface Session {
  user: string | undefined;
  scram?: ScramServer;
}

/**
 * Enough of a Kafka broker to read from: one node that leads all partitions and keeps them in memory, also over a stop
 * and a start. Speaks the requests of a reader without a group, transactions, PLAIN and SCRAM authentication, and TLS.
 */
export class KafkaBroker {
  port = 0;
  /** Fetches that were answered. */
  fetches = 0;
  private readonly topics = new Map<string, { id: string; partitions: Partition[] }>();
  private readonly options: KafkaBrokerOptions;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private topicCount = 0;

  constructor(options: KafkaBrokerOptions = {}) {
    this.options = options;
  }

  async start(): Promise<void> {
    const listen = (socket: Socket) => this.serve(socket);
    const server = this.options.tls === undefined ? createServer(listen) : createTlsServer(this.options.tls, listen);
    this.server = server;
    if (this.port === 0) this.port = await freePort();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  /** Ends all connections at once. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Makes a topic, or makes it anew without its messages. */
  createTopic(name: string, partitions: number): void {
    this.topicCount++;
    const id = `00000000-0000-4000-8000-${String(this.topicCount).padStart(12, '0')}`;
    this.topics.set(name, { id, partitions: Array.from({ length: partitions }, emptyPartition) });
  }

  addPartition(topic: string): void {
    this.topics.get(topic)?.partitions.push(emptyPartition());
  }

  produce(topic: string, partition: number, values: readonly (string | null)[], how: ProducedBatch = {}): void {
    const timestamp = BigInt(how.timeMs ?? Date.now());
    const messages = values.map((value) => ({
      topic,
      timestamp,
      ...(how.key === undefined ? {} : { key: Buffer.from(how.key) }),
      ...(value === null ? {} : { value: Buffer.from(value) }),
    }));
    const bytes = createRecordsBatch(messages as Parameters<typeof createRecordsBatch>[0], {
      compression: how.compression ?? 'none',
      producerId: how.producerId ?? -1n,
      ...(how.producerId === undefined ? {} : { transactionalId: 't' }),
    }).buffer;
    const into = this.partition(topic, partition);
    if (how.producerId !== undefined && !into.open.has(how.producerId)) into.open.set(how.producerId, into.end);
    this.append(into, bytes, values.length);
  }

  endTransaction(topic: string, partition: number, producerId: bigint, how: Ending): void {
    const into = this.partition(topic, partition);
    const key = Buffer.from([0, 0, 0, how === 'abort' ? 0 : 1]);
    const message = { topic, key, value: Buffer.alloc(6), timestamp: BigInt(Date.now()) };
    const bytes = createRecordsBatch([message], { compression: 'none', producerId }).buffer;
    bytes.writeInt16BE(bytes.readInt16BE(21) | transactional | control, 21);
    bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
    const first = into.open.get(producerId) ?? into.end;
    into.open.delete(producerId);
    if (how === 'abort') into.aborted.push({ producerId, first, last: into.end });
    this.append(into, bytes, 1);
  }

  /** Removes the messages before an offset, as retention does. */
  trim(topic: string, partition: number, start: bigint): void {
    const from = this.partition(topic, partition);
    from.start = start;
    from.batches = from.batches.filter(({ last }) => last >= start);
  }

  private partition(topic: string, partition: number): Partition {
    const found = this.topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new Error(`There is no partition ${partition} of ${topic}.`);
    return found;
  }

  private append(into: Partition, bytes: Buffer, count: number): void {
    bytes.writeBigInt64BE(into.end, 0);
    into.batches.push({ first: into.end, last: into.end + BigInt(count) - 1n, bytes });
    into.end += BigInt(count);
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    const session: Session = { user: this.options.users === undefined ? '' : undefined };
    let waiting: Buffer = Buffer.alloc(0);
    let answering: Promise<void> = Promise.resolve();
    socket.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const length = waiting.readInt32BE(0);
        const request = waiting.subarray(4, 4 + length);
        waiting = waiting.subarray(4 + length);
        answering = answering.then(async () => {
          const answer = await this.answer(request, session);
          if (answer === undefined) socket.destroy();
          else socket.write(answer);
        });
      }
    });
  }

  private async answer(request: Buffer, session: Session): Promise<Buffer | undefined> {
    const reader = Reader.from(request);
    const api = reader.readInt16();
    const version = reader.readInt16();
    const correlationId = reader.readInt32();
    reader.readNullableString(false);
    // Which requests a broker knows is asked for in an older form before anyone is known.
    const isFlexible = api !== 17 && (api !== 18 || version >= 3);
    if (isFlexible) reader.readTaggedFields();
    const writer = Writer.create().appendInt32(correlationId);
    if (isFlexible && api !== 18) writer.appendTaggedFields();
    if (api === 18) this.apiVersions(writer, version);
    else if (api === 17) this.handshake(reader, writer, session);
    else if (api === 36) this.authenticate(reader, writer, session);
    else if (session.user === undefined) return undefined;
    else if (api === 3) this.metadata(reader, writer);
    else if (api === 2) this.listOffsets(reader, writer);
    else await this.fetch(reader, writer);
    return writer.prependLength().buffer;
  }

  private apiVersions(writer: Writer, version: number): void {
    const isFlexible = version >= 3;
    const entry = (w: Writer, api: (typeof apis)[number]) =>
      w.appendInt16(api.key).appendInt16(api.version).appendInt16(api.version);
    writer.appendInt16(errors.none).appendArray(apis, entry, isFlexible, isFlexible);
    if (version >= 1) writer.appendInt32(0);
    if (isFlexible) writer.appendTaggedFields();
  }

  private handshake(reader: Reader, writer: Writer, session: Session): void {
    const { mechanism = 'PLAIN', users = {}, pretends = false } = this.options;
    const isKnown = reader.readString(false) === mechanism;
    if (isKnown && mechanism !== 'PLAIN') {
      session.scram = new ScramServer(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', users, pretends);
    }
    writer
      .appendInt16(isKnown ? errors.none : errors.unsupportedMechanism)
      .appendArray([mechanism], (w, name) => w.appendString(name, false), false, false);
  }

  private authenticate(reader: Reader, writer: Writer, session: Session): void {
    const message = reader.readBytes().toString();
    const { scram } = session;
    let answer: string | undefined;
    if (scram === undefined) {
      const [, user = '', password = ''] = message.split('\0');
      if (this.options.users?.[user] === password) {
        answer = '';
        session.user = user;
      }
    } else {
      const next = scram.next(message);
      answer = next?.text;
      if (next?.isDone === true) session.user = scram.user;
    }
    writer
      .appendInt16(answer === undefined ? errors.authenticationFailed : errors.none)
      .appendString(answer === undefined ? 'Wrong user or password.' : null)
      .appendBytes(Buffer.from(answer ?? ''))
      .appendInt64(0n)
      .appendTaggedFields();
  }

  private metadata(reader: Reader, writer: Writer): void {
    const asked = reader.readArray((r) => {
      r.readUUID();
      return r.readNullableString() ?? '';
    });
    writer
      .appendInt32(0)
      .appendArray([1], (w) => w.appendInt32(1).appendString('127.0.0.1').appendInt32(this.port).appendString(null))
      .appendString('cluster')
      .appendInt32(1)
      .appendArray(asked, (w, name) => {
        const topic = this.topics.get(name);
        w.appendInt16(topic === undefined ? errors.unknownTopic : errors.none)
          .appendString(name)
          .appendUUID(topic?.id ?? null)
          .appendBoolean(false)
          .appendArray([...(topic?.partitions.keys() ?? [])], (p, index) => {
            p.appendInt16(errors.none).appendInt32(index).appendInt32(1).appendInt32(0);
            for (const nodes of [[1], [1], []]) p.appendArray(nodes, (n, node) => n.appendInt32(node), true, false);
          })
          .appendInt32(0);
      })
      .appendTaggedFields();
  }

  private listOffsets(reader: Reader, writer: Writer): void {
    reader.readInt32();
    reader.readInt8();
    const asked = reader.readArray((r) => ({
      name: r.readString(),
      partitions: r.readArray((p) => ({ index: p.readInt32(), epoch: p.readInt32(), timestamp: p.readInt64() })),
    }));
    writer
      .appendInt32(0)
      .appendArray(asked, (w, { name, partitions }) =>
        w.appendString(name).appendArray(partitions, (p, { index, timestamp }) => {
          const found = this.topics.get(name)?.partitions[index];
          p.appendInt32(index)
            .appendInt16(found === undefined ? errors.unknownTopic : errors.none)
            .appendInt64(-1n)
            .appendInt64(found === undefined ? -1n : timestamp === -2n ? found.start : stableEnd(found))
            .appendInt32(0);
        }),
      )
      .appendTaggedFields();
  }

  private async fetch(reader: Reader, writer: Writer): Promise<void> {
    const maxWaitMs = reader.readInt32();
    reader.readInt32();
    const maxBytes = reader.readInt32();
    reader.readInt8();
    reader.readInt32();
    reader.readInt32();
    const asked = reader.readArray((r) => ({
      id: r.readUUID(),
      partitions: r.readArray((p) => {
        const index = p.readInt32();
        p.readInt32();
        const offset = p.readInt64();
        p.readInt32();
        p.readInt64();
        return { index, offset, maxBytes: p.readInt32() };
      }),
    }));
    const topicOf = (id: string) => [...this.topics.values()].find((topic) => topic.id === id);
    const hasNews = () =>
      asked.some(({ id, partitions }) =>
        partitions.some(({ index, offset }) => {
          const found = topicOf(id)?.partitions[index];
          return found === undefined || offset !== stableEnd(found);
        }),
      );
    for (const until = Date.now() + maxWaitMs; !hasNews() && Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.fetches++;
    let left = maxBytes;
    writer.appendInt32(0).appendInt16(errors.none).appendInt32(0);
    writer.appendArray(asked, (w, { id, partitions }) =>
      w.appendUUID(id).appendArray(partitions, (p, { index, offset, maxBytes: most }) => {
        const known = topicOf(id)?.partitions[index];
        const found = known ?? emptyPartition();
        const isOutside = offset < found.start || offset > found.end;
        const bytes = isOutside ? Buffer.alloc(0) : batchesFrom(found, offset, Math.min(left, most));
        left -= bytes.length;
        p.appendInt32(index)
          .appendInt16(known === undefined ? errors.unknownTopicId : isOutside ? errors.offsetOutOfRange : errors.none)
          .appendInt64(found.end)
          .appendInt64(stableEnd(found))
          .appendInt64(found.start)
          .appendArray(
            found.aborted.filter(({ last }) => last >= offset),
            (a, { producerId, first }) => a.appendInt64(producerId).appendInt64(first),
          )
          .appendInt32(-1)
          .appendUnsignedVarInt(bytes.length + 1)
          .append(bytes);
      }),
    );
    writer.appendTaggedFields();
  }
}

function emptyPartition(): Partition {
  return { batches: [], start: 0n, end: 0n, open: new Map(), aborted: [] };
}

/** Messages of open transactions, and all behind them, are not handed out. */
function stableEnd({ end, open }: Partition): bigint {
  return [...open.values()].reduce((least, first) => (first < least ? first : least), end);
}

/** Whole batches, at least one, the last of which may be cut off: as brokers do. */
function batchesFrom(partition: Partition, offset: bigint, maxBytes: number): Buffer {
  const end = stableEnd(partition);
  const found = partition.batches.filter(({ first, last }) => last >= offset && first < end).map(({ bytes }) => bytes);
  const [first] = found;
  if (first === undefined) return Buffer.alloc(0);
  return Buffer.concat(found).subarray(0, Math.max(first.length, maxBytes));
}
