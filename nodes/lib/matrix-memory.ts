import { totalmem } from 'node:os';
import { AppError } from '../../shared/errors/app-error.ts';

/** The matrix itself, and as much again while it is put together. */
const bytesPerValue = 8;

/** Bytes this process may use at most: of its container, else of the machine. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Errors: `step.out-of-memory` before a feature matrix is computed that cannot fit. */
export function requireMatrixMemory(rows: number, columns: number, available = availableBytes()): void {
  const needed = rows * columns * bytesPerValue;
  if (needed <= available) return;
  const gibibytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  throw new AppError(
    'step.out-of-memory',
    `${rows} rows with ${columns} feature columns need ${gibibytes(needed)} GiB; there are ${gibibytes(available)}.`,
    {
      fix: 'Encode categories with many values as ordinal codes or hashes, or train on a sample of the rows.',
      details: { rows, columns },
    },
  );
}
