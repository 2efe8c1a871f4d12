import { copyFile } from 'node:fs/promises';
import { tableFile, tablePath } from '../../../main/compute/duckdb/write-table.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { serviceArtifactSchema, serviceLabel } from '../../../shared/features/feature-service.ts';
import { type FoundService, implementNode, type ProbeContext } from '../../../shared/node/runner.ts';
import { serviceListing } from '../service/definition.ts';
import { sharedServiceNode } from './definition.ts';

export const runner = implementNode(sharedServiceNode, {
  async run(ctx) {
    // The probe has said which version stands for the name, so that the key and the rows are of the same one.
    const [label = '', digest = ''] = ctx.source.split(' ');
    const listed = await ctx.open(digest);
    const service = serviceArtifactSchema.safeParse(listed?.manifest.meta['service']).data;
    if (listed === undefined || service === undefined) {
      throw new AppError('artifact.not-found', `What made the feature service ${label} is no longer stored.`, {
        fix: 'Run the graph with its Feature service step again.',
      });
    }
    const path = tablePath({ workDir: ctx.workDir });
    await copyFile(listed.path(tableFile), path);
    ctx.log('info', `The service is ${serviceLabel(service)}.`);
    const { schema, rowCount, meta } = listed.manifest;
    return {
      // Content and digest are those of the other graph's step: one artifact, whose lineage is that of its views.
      service: {
        type: 'table',
        files: { [tableFile]: path },
        meta,
        contentDigest: digest,
        ...(schema === undefined ? {} : { schema }),
        ...(rowCount === undefined ? {} : { rowCount }),
      },
    };
  },

  async describe({ params, featureService }) {
    try {
      const { service, schemas } = await find(params.service, featureService);
      const shape = { type: 'table' as const, schema: serviceListing, service: { service, schemas } };
      return { outputs: { service: shape }, problems: [] };
    } catch (error) {
      const { code, message, fix } = toAppError(error);
      if (code !== 'features.not-found' && code !== 'artifact.not-found') throw error;
      return { outputs: {}, problems: [{ field: 'service', message, ...(fix === undefined ? {} : { fix }) }] };
    }
  },

  async probe({ params, featureService }) {
    const { service, digest } = await find(params.service, featureService);
    return `${serviceLabel(service)} ${digest}`;
  },
});

async function find(reference: string, featureService: ProbeContext['featureService']): Promise<FoundService> {
  if (reference === '') {
    throw new AppError('features.not-found', 'No feature service is named.', {
      fix: 'Set service to a name, such as departures or departures@2.',
    });
  }
  if (featureService === undefined) {
    throw new AppError('features.not-found', `The feature service ${reference} cannot be looked up here.`, {
      fix: 'Run the graph in the engine that made the service.',
    });
  }
  return featureService(reference);
}
