import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { gateNode } from './definition.ts';

export const runner = implementNode(gateNode, {
  async run(ctx) {
    const [input] = ctx.inputs['input'] ?? [];
    const [report] = ctx.inputs['report'] ?? [];
    if (input === undefined || report === undefined) {
      throw new AppError('internal.bug', 'An input of the gate is not connected.');
    }
    const { metric, is, value: bound } = ctx.params;
    const metrics = (report.manifest.meta['metrics'] ?? {}) as Record<string, unknown>;
    const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    if (typeof value !== 'number') {
      throw new AppError('params.invalid', `The report has no metric “${metric}”.`, {
        fix: `Use one of: ${Object.keys(metrics).join(', ')}.`,
        details: { field: 'metric' },
      });
    }
    const passes = is === 'atLeast' ? value >= bound : value <= bound;
    if (!passes) {
      const words = is === 'atLeast' ? 'below' : 'above';
      throw new AppError('step.skipped', `${metric} is ${value}, ${words} ${bound}.`, { details: { value, bound } });
    }
    const files: Record<string, string> = {};
    for (const { name } of input.manifest.files) {
      // A copy: the store moves what a step hands over.
      files[name] = join(ctx.workDir, name);
      await copyFile(input.path(name), files[name]);
    }
    const { type, meta, schema, rowCount, lineage, digest } = input.manifest;
    return {
      output: {
        type,
        files,
        meta,
        ...(schema === undefined ? {} : { schema }),
        ...(rowCount === undefined ? {} : { rowCount }),
        ...(lineage === undefined ? {} : { lineage }),
        // Digests of tables are of their content, which a copy shares.
        ...(type === 'table' ? { contentDigest: digest } : {}),
      },
    };
  },
});
