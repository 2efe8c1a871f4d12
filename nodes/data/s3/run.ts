import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob } from 'node:path';
import type { z } from 'zod';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { fileError, openFileSource } from '../../../main/compute/duckdb/file-source.ts';
import type { FileSourceOptions } from '../../../main/compute/duckdb/file-source-options.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import type { Bucket, BucketObject } from '../../../main/compute/objects/s3-objects.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { describeFailure } from '../../lib/describe-failure.ts';
import { openStepBucket } from '../../lib/open-step-bucket.ts';
import { s3Node } from './definition.ts';

type Params = z.output<typeof s3Node.params>;

const mostObjects = 10_000;
/** Columns are told from the first object, where that is no larger. */
const mostDescribedBytes = 64 * 2 ** 20;

export const runner = implementNode(s3Node, {
  async run(ctx) {
    const { params } = ctx;
    const bucket = openStepBucket(params, ctx);
    const objects = await objectsOf(bucket, params);
    const folder = join(ctx.workDir, 'objects');
    const paths = await download(bucket, objects, folder, params.mostMb * 2 ** 20, (done) =>
      ctx.progress({ done, total: objects.length, unit: 'objects' }),
    );
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const options = optionsOf(params);
      const source = await openFileSource(db, paths, params.key, options);
      for (const warning of source.warnings) ctx.log('warn', warning.message);
      try {
        const table = await writeTable(db, source.query, { workDir: ctx.workDir, lineage: 'all' });
        await rm(folder, { recursive: true });
        if (table.rowCount === 0)
          throw new AppError('data.empty', `${params.key} has no rows.`, { fix: 'Choose another object.' });
        return { table };
      } catch (error) {
        throw fileError(error, params.key, options);
      }
    });
  },

  async describe(ctx) {
    const { params } = ctx;
    if (params.bucket === '' || params.key === '') {
      const field = params.bucket === '' ? 'bucket' : 'key';
      return { outputs: {}, problems: [{ field, message: `No ${field} is set.` }] };
    }
    const folder = await mkdtemp(join(tmpdir(), 'slipway-s3-'));
    try {
      const bucket = openStepBucket(params, ctx);
      const [first] = await objectsOf(bucket, params);
      if (first === undefined || first.sizeBytes > mostDescribedBytes) return { outputs: {}, problems: [] };
      const paths = await download(bucket, [first], folder, mostDescribedBytes);
      const columns = await withDuckDb({ signal: ctx.signal }, async (db) => {
        const source = await openFileSource(db, paths, params.key, optionsOf(params));
        return (await db.columnsOf(source.query)).map(storedColumn);
      });
      return { outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } }, problems: [] };
    } catch (error) {
      return describeFailure(error, 'key', 'accessKeyId');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },

  async probe(ctx) {
    const objects = await objectsOf(openStepBucket(ctx.params, ctx), ctx.params);
    const hash = createHash('sha256');
    for (const { key, etag, sizeBytes } of objects) hash.update(`${JSON.stringify([key, etag, sizeBytes])}\n`);
    return hash.digest('hex');
  },
});

function optionsOf(params: Params): FileSourceOptions {
  return {
    format: params.format === 'auto' ? undefined : params.format,
    encoding: 'auto',
    nullValues: [''],
    types: {},
    columns: {},
    maximumObjectSize: 16 * 2 ** 20,
    filename: false,
    partitions: params.partitions,
  };
}

async function objectsOf(bucket: Bucket, { key, bucket: name }: Params): Promise<[BucketObject, ...BucketObject[]]> {
  if (key === '')
    throw new AppError('params.invalid', 'No key is set.', { fix: 'Set key.', details: { field: 'key' } });
  const isPattern = /[*?[{]/.test(key);
  const prefix = isPattern ? key.slice(0, key.search(/[*?[{]/)) : key;
  const listed = await bucket.list(prefix, mostObjects);
  const [first, ...others] = listed.filter(
    (object) => object.key === key || (isPattern && matchesGlob(object.key, key)),
  );
  if (first !== undefined) return [first, ...others];
  throw new AppError('data.not-found', `Nothing in the bucket ${name} ${isPattern ? 'matches' : 'is called'} ${key}.`, {
    fix:
      listed.length === 0
        ? 'Check the key.'
        : `There is ${listed
            .slice(0, 3)
            .map((object) => object.key)
            .join(', ')}.`,
    details: { field: 'key' },
  });
}

/** Downloads under names of this machine's making, that keep the ending and partitions and nothing else of the key. */
async function download(
  bucket: Bucket,
  objects: readonly [BucketObject, ...BucketObject[]],
  folder: string,
  mostBytes: number,
  onDone: (done: number) => void = () => undefined,
): Promise<[string, ...string[]]> {
  const paths: string[] = [];
  let left = mostBytes;
  for (const [at, object] of objects.entries()) {
    const parts = object.key
      .split('/')
      .slice(0, -1)
      .filter((part) => /^[A-Za-z0-9_]+=[A-Za-z0-9_.:%-]+$/.test(part));
    const ending = /(?:\.[A-Za-z0-9]{1,10}){0,2}$/.exec(object.key)?.[0] ?? '';
    const path = join(folder, ...parts, `${String(at).padStart(6, '0')}${ending}`);
    await mkdir(dirname(path), { recursive: true });
    left -= await bucket.download(object, path, left);
    paths.push(path);
    onDone(at + 1);
  }
  return paths as [string, ...string[]];
}
