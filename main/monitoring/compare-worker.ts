import { parentPort, workerData } from 'node:worker_threads';
import { toWireError, type WireError } from '../../shared/errors/app-error.ts';
import { DistanceTests } from '../compute/drift/distance-test.ts';
import { compareTables, type TableDriftDetails } from '../compute/drift/table-drift.ts';

/** Thread that compares two tables: sorting millions of values would hold the engine up. */

export interface ComparisonJob {
  reference: string;
  current: string;
  method: 'two-sample' | 'distance' | 'evidently';
  minimumRows: number;
  alpha: number;
}

export type ComparisonReply = { details: TableDriftDetails } | { error: WireError };

const { reference, current, method, ...rest } = workerData as ComparisonJob;

async function answer(): Promise<ComparisonReply> {
  try {
    const { details } = await compareTables(reference, current, {
      ...rest,
      multivariate: method !== 'evidently',
      compatible: method === 'evidently',
      distances: method === 'distance' ? new DistanceTests() : undefined,
    });
    return { details };
  } catch (error) {
    return { error: toWireError(error) };
  }
}

parentPort?.postMessage(await answer());
