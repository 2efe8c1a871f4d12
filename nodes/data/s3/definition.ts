import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { bucketParams } from '../../lib/bucket-params.ts';

export const s3Node = defineNode({
  kind: 'data.s3',
  version: 1,
  stage: 'data',
  title: 'S3',
  summary: 'Reads a table from objects of an S3-compatible storage',
  keywords: ['s3', 'bucket', 'object', 'storage', 'minio', 'aws', 'cloud', 'parquet', 'csv', 'source', 'lake'],
  params: z.object({
    key: z.string().max(1024).default('').describe('Key of an object, or a pattern such as sales/year=*/*.parquet'),
    format: z
      .enum(['auto', 'csv', 'tsv', 'parquet', 'json', 'ndjson', 'arrow'])
      .default('auto')
      .describe('Format of the objects; auto goes by the ending of the key'),
    partitions: z.boolean().default(false).describe('Adds a column for each folder named like year=2024'),
    ...bucketParams,
    mostMb: z
      .number()
      .positive()
      .max(1_048_576)
      .default(10_240)
      .describe('More than this is an error')
      .meta(paramMeta({ section: 'Limits', unit: 'MiB', advanced: true, label: 'Most data' })),
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows of the objects, in the order of their keys' } },
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const bytes = stats.bytes ?? 50_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + 4 * bytes), seconds: 1 + bytes / 20_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Partitions',
      params: {
        bucket: 'lake',
        key: 'sales/**/*.parquet',
        partitions: true,
        accessKeyId: { secret: 'LAKE_ID' },
        secretAccessKey: { secret: 'LAKE_KEY' },
      },
      note: 'Folders named year=2024 become a column; the graph only names the secrets.',
    },
  ],
  help: `Reads one object, or all whose key matches a pattern, from Amazon S3 or a storage with its API (MinIO, Ceph, R2 …):
CSV, TSV, Parquet, JSON or Arrow, with the types found as by File. In a pattern \`*\` and \`?\` stay inside a folder, \`**\` does not.

**The step runs again when an object changes** (its ETag), appears or goes. An object that changes while it is read is an
error, never a mixture. Objects are downloaded to the work folder of the step first.

A graph from elsewhere asks before it connects.`,
});
