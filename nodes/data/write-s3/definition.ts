import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { bucketParams } from '../../lib/bucket-params.ts';
import { tableResources } from '../../lib/table-params.ts';
import { writeFileNode } from '../write-file/definition.ts';

const { format, compression, delimiter, header } = writeFileNode.params.shape;

export const writeS3Node = defineNode({
  kind: 'data.write-s3',
  version: 1,
  stage: 'data',
  title: 'Write S3',
  summary: 'Writes a table as an object of an S3-compatible storage',
  keywords: ['s3', 'bucket', 'object', 'storage', 'minio', 'aws', 'save', 'export', 'sink', 'upload', 'output'],
  params: z.object({
    key: z.string().max(1024).default('').describe('Key of the object, such as out/scores.parquet').meta(paramMeta({})),
    format,
    compression,
    ...bucketParams,
    delimiter,
    header,
  }),
  ports: {
    inputs: { table: { types: ['table'], doc: 'The rows to write' } },
    outputs: { report: { type: 'report', doc: 'Where the object is, its size and rows' } },
  },
  infer: () => ({ outputs: { report: { type: 'report' } }, problems: [] }),
  determinism: 'external',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Parquet',
      params: {
        bucket: 'lake',
        key: 'scores/latest.parquet',
        accessKeyId: { secret: 'LAKE_ID' },
        secretAccessKey: { secret: 'LAKE_KEY' },
      },
      note: 'The graph only names the secrets.',
    },
  ],
  help: `Writes the rows as one object of Amazon S3 or a storage with its API, at most 5 GiB. The object appears whole or not at
all. The step is up to date while its input is the same and the object is as it was left; rows that give the same bytes are
not uploaded again.

A graph from elsewhere asks before it connects.`,
});
