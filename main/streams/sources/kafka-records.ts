import type { Consumer, KafkaRecord, RecordsBatch } from '@platformatic/kafka';

export type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

const isTransactional = 1 << 4;
const isControl = 1 << 5;
/** Type of the control record that ends an aborted transaction; stands behind its version, in the key. */
const abortMarker = 0;

export interface PlacedRecord {
  offset: bigint;
  /** Milliseconds since 1970. */
  timeMs: number;
  record: KafkaRecord;
}

/**
 * The records of one partition from an offset on that are of no aborted transaction, and the offset after all that was
 * read. The client's own filter keeps those of aborted transactions whose end is not in the answer.
 */
export function committedRecords(
  { records: batches, abortedTransactions }: Pick<FetchedPartition, 'records' | 'abortedTransactions'>,
  from: bigint,
): { records: PlacedRecord[]; next: bigint } {
  const aborted = (abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const abortedProducers = new Set<bigint>();
  const records: PlacedRecord[] = [];
  let next = from;
  for (const batch of batches ?? []) {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    if (lastOffset >= next) next = lastOffset + 1n;
    while (aborted[0] !== undefined && aborted[0].firstOffset <= lastOffset) {
      abortedProducers.add(aborted[0].producerId);
      aborted.shift();
    }
    if ((batch.attributes & isControl) !== 0) {
      if (endsAborted(batch)) abortedProducers.delete(batch.producerId);
      continue;
    }
    if ((batch.attributes & isTransactional) !== 0 && abortedProducers.has(batch.producerId)) continue;
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      // A batch is sent whole, also when reading starts within it.
      if (offset < from) continue;
      records.push({ offset, timeMs: Number(batch.firstTimestamp + record.timestampDelta), record });
    }
  }
  return { records, next };
}

function endsAborted(batch: RecordsBatch): boolean {
  const key = batch.records[0]?.key;
  return key != null && key.length >= 4 && key.readInt16BE(2) === abortMarker;
}
