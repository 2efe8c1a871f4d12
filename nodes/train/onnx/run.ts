import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveInFolder } from '../../../main/compute/paths/resolve-in-folder.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { adoptOnnx } from '../../lib/adopt-onnx.ts';
import { readTrainingColumns } from '../../lib/training-data.ts';
import { onnxNode } from './definition.ts';

const largestFileBytes = 2 ** 29;
/** Where a folder has its model. */
const modelFiles = ['model.onnx', 'onnx/model.onnx'];

export const runner = implementNode(onnxNode, {
  async run(ctx) {
    const path = await resolveInFolder(ctx.params.path, ctx.baseDir, modelFiles);
    const { size } = await stat(path);
    if (size > largestFileBytes) {
      throw new AppError(
        'model.invalid',
        `${basename(path)} has ${Math.ceil(size / 2 ** 20)} MiB; models of up to ${largestFileBytes / 2 ** 20} MiB can be taken.`,
        { fix: 'Quantise the model, or serve it by itself: slipway serve FILE.onnx.' },
      );
    }
    const { output, scores } = ctx.params;
    const data = await readTrainingColumns(ctx);
    if (data.labels.task !== 'regression') await requireOrder(path, data.labels.classes.map(String));
    const model = await adoptOnnx({
      ctx,
      data,
      bytes: await readFile(path),
      label: basename(path),
      output,
      scores,
      trainer: { kind: onnxNode.kind, params: { ...ctx.params } },
    });
    return { model };
  },

  probe: async ({ params, baseDir, signal }) =>
    fileDigest(await resolveInFolder(params.path, baseDir, modelFiles), signal),
});

const configSchema = z.object({ id2label: z.record(z.string(), z.string()) });

/** A config.json beside the model (or above its folder) may name its classes; scores are read in the order of the labels. */
async function requireOrder(path: string, classes: readonly string[]): Promise<void> {
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '');
    const config = configSchema.safeParse(parsed(text));
    if (!config.success) continue;
    const named = Object.entries(config.data.id2label)
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([, name]) => name);
    const isOther = named.length === classes.length && named.every((name) => classes.includes(name));
    if (!isOther || named.every((name, i) => name === classes[i])) return;
    throw new AppError(
      'model.invalid',
      `${basename(path)} scores its classes in the order ${named.join(', ')}; sorted, the labels are ${classes.join(', ')}.`,
      {
        fix: `Rename the labels in an SQL step so that they sort like the model's, e.g. “0 ${named[0]}”, “1 ${named[1]}”.`,
      },
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
