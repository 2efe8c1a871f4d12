import { z } from 'zod';
import type { StepItems } from '../../../shared/node/runner.ts';

/** How the model of a fold did on its rows. */
export interface Measured {
  metrics: Record<string, number>;
  /** Of the measured rows, in their order. */
  scores: Float32Array;
  /** Rows. */
  train: number;
  validation: number;
  searched: boolean;
}

/** JSON has neither typed arrays nor numbers that are not finite: both stand as the bytes of their floats. */
const foldItemSchema = z.object({
  names: z.array(z.string()),
  values: z.base64(),
  scores: z.base64(),
  train: z.number(),
  validation: z.number(),
  searched: z.boolean(),
});

/** The fold as it was kept, else as `run` gives it, which is then kept. Errors are those of `run`. */
export async function foldItem(
  items: StepItems | undefined,
  index: number,
  run: () => Promise<Measured>,
): Promise<Measured> {
  const { data } = foldItemSchema.safeParse(await items?.get(index));
  if (data !== undefined) {
    const values = new Float64Array(bytesOf(data.values));
    return {
      metrics: Object.fromEntries(data.names.map((name, i) => [name, values[i] as number])),
      scores: new Float32Array(bytesOf(data.scores)),
      train: data.train,
      validation: data.validation,
      searched: data.searched,
    };
  }
  const { metrics, scores, ...rest } = await run();
  await items?.put(index, {
    names: Object.keys(metrics),
    values: textOf(Float64Array.from(Object.values(metrics))),
    scores: textOf(scores),
    ...rest,
  });
  return { metrics, scores, ...rest };
}

function bytesOf(text: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function textOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
