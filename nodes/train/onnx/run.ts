import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveDataPath } from '../../../main/compute/paths/resolve-path.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { adoptOnnx } from '../../lib/adopt-onnx.ts';
import { readTrainingColumns } from '../../lib/training-data.ts';
import { onnxNode } from './definition.ts';

const largestFileBytes = 2 ** 29;

export const runner = implementNode(onnxNode, {
  async run(ctx) {
    const path = await resolveDataPath(ctx.params.path, ctx.baseDir);
    const { size } = await stat(path);
    if (size > largestFileBytes) {
      throw new AppError(
        'model.invalid',
        `${basename(path)} has ${Math.ceil(size / 2 ** 20)} MiB; models of up to ${largestFileBytes / 2 ** 20} MiB can be taken.`,
        { fix: 'Quantise the model, or serve it by itself: slipway serve FILE.onnx.' },
      );
    }
    const { output, scores } = ctx.params;
    const model = await adoptOnnx({
      ctx,
      data: await readTrainingColumns(ctx),
      bytes: await readFile(path),
      label: basename(path),
      output,
      scores,
      trainer: { kind: onnxNode.kind, params: { ...ctx.params } },
    });
    return { model };
  },

  probe: async ({ params, baseDir, signal }) => fileDigest(await resolveDataPath(params.path, baseDir), signal),
});
