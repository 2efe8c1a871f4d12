import type { InferJob } from './batcher.ts';
import type { ServedModel } from './served-model.ts';
import type { Tensor } from './tensor.ts';

export type ShadowResult = 'equal' | 'different' | 'failed' | 'skipped';

/** Largest difference of numbers, relative to the larger one or 1, that counts as equal. */
const tolerance = 1e-4;

/** Rows waiting at a shadow above which requests are not mirrored: it must never slow the answering version down. */
const maxWaitingRows = 256;

/** Sends an answered request to a shadow version and counts how its outputs compare; never throws. */
export async function mirror(shadow: ServedModel, job: InferJob, answered: readonly Tensor[]): Promise<void> {
  shadow.hold();
  try {
    shadow.countShadow(await compare(shadow, job, answered));
  } finally {
    shadow.release();
  }
}

async function compare(shadow: ServedModel, job: InferJob, answered: readonly Tensor[]): Promise<ShadowResult> {
  if (shadow.queuedRows + job.rows > maxWaitingRows) return 'skipped';
  try {
    // The client may go away: its answer is out already.
    const outputs = await shadow.infer({ ...job, arrivedMs: undefined, signal: undefined });
    return answered.every((tensor) =>
      equalTensors(
        tensor,
        outputs.find((other) => other.name === tensor.name),
      ),
    )
      ? 'equal'
      : 'different';
  } catch {
    return 'failed';
  }
}

function equalTensors(a: Tensor, b: Tensor | undefined): boolean {
  if (b === undefined || a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) {
    const left = a.data[i];
    const right = b.data[i];
    if (left === right || (Number.isNaN(left) && Number.isNaN(right))) continue;
    if (typeof left !== 'number' || typeof right !== 'number') return false;
    if (!(Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left), Math.abs(right)))) return false;
  }
  return true;
}
