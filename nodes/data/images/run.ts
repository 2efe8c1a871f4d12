import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { duckdbApi } from '../../../main/compute/duckdb/duckdb-library.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { readFilePixels } from '../../../main/compute/images/pixel-pool.ts';
import type { FilePixels } from '../../../main/compute/images/read-pixels.ts';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveDataPaths } from '../../../main/compute/paths/resolve-path.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import { describeFailure } from '../../lib/describe-failure.ts';
import { chunkRows, imagesNode, imageTable, pixelCount, quarantineTable, sizeProblem } from './definition.ts';

type Params = z.output<typeof imagesNode.params>;

const mostFiles = 1_000_000;
const imageGlob = '**/*.{png,PNG,jpg,JPG,jpeg,JPEG}';
/** A large photograph with what its decoder holds beside it. */
const bytesPerThread = 400 * 2 ** 20;

interface ImageFile {
  path: string;
  /** With `/`, from the folder that was named, or the one all files share. */
  name: string;
  /** Folder it lies in; empty for the one that was named itself. */
  folder: string;
}

interface ImageRow extends FilePixels {
  file: ImageFile;
}

export const runner = implementNode(imagesNode, {
  async run(ctx) {
    const large = sizeProblem(ctx.params);
    if (large !== undefined) {
      throw new AppError('params.invalid', large.message, { fix: large.fix, details: { field: large.field } });
    }
    const files = await imageFiles(ctx.params, ctx.baseDir);
    return withDuckDb({ ...stepDuckDbOptions(ctx), onProgress: () => undefined }, async (db) => {
      try {
        const broken = await load(db, ctx, files);
        if (broken === files.length) {
          throw new AppError('data.empty', `None of the ${files.length} images of ${ctx.params.path} can be read.`, {
            fix: 'Choose a folder with PNG or JPEG images.',
          });
        }
        if (broken > 0) ctx.log('warn', `${broken} of ${files.length} images cannot be read and are in quarantine.`);
        const { workDir } = ctx;
        return {
          table: await writeTable(db, 'SELECT * FROM images', {
            workDir,
            lineage: 'all',
            pixels: { pixels: shapeOf(ctx.params) },
          }),
          quarantine: await writeTable(db, 'SELECT * FROM broken', { workDir, file: 'quarantine.parquet' }),
        };
      } catch (error) {
        throw duckDbError(error, { code: 'data.unreadable', doing: 'The images cannot be stored' });
      }
    });
  },

  async describe({ params, baseDir }) {
    const large = sizeProblem(params);
    try {
      if (params.path !== '') await imageFiles(params, baseDir);
    } catch (error) {
      return describeFailure(error, 'path');
    }
    return {
      outputs: {
        table: { type: 'table', schema: imageTable(params), lineage: 'all' },
        quarantine: { type: 'table', schema: quarantineTable },
      },
      problems: [
        ...(params.path === '' ? [{ field: 'path', message: 'No folder is chosen.', fix: 'Set path.' }] : []),
        ...(large === undefined ? [] : [large]),
      ],
    };
  },

  async probe({ params, baseDir, signal }) {
    const hash = createHash('sha256');
    for (const { path, name, folder } of await imageFiles(params, baseDir)) {
      hash.update(`${JSON.stringify([name, folder])} ${await fileDigest(path, signal)}\n`);
    }
    return hash.digest('hex');
  },
});

async function imageFiles({ path }: Params, baseDir: string): Promise<ImageFile[]> {
  const named = isAbsolute(path) ? path : join(resolve(baseDir), path);
  const isFolder = path !== '' && (await stat(named).catch(() => undefined))?.isDirectory() === true;
  const paths = isFolder
    ? await resolveDataPaths(imageGlob, named, mostFiles)
    : await resolveDataPaths(path, baseDir, mostFiles);
  const root = isFolder ? named : commonFolder(paths);
  return paths.map((file) => {
    const folder = dirname(file);
    return {
      path: file,
      name: relative(root, file).replaceAll(sep, '/'),
      folder: isFolder && resolve(folder) === resolve(root) ? '' : basename(folder),
    };
  });
}

function commonFolder(paths: readonly string[]): string {
  let common = dirname(paths[0] ?? '');
  for (const path of paths) {
    while (!path.startsWith(common.endsWith(sep) ? common : common + sep) && common !== dirname(common)) {
      common = dirname(common);
    }
  }
  return common;
}

/** Fills the tables `images` and `broken`; the number of broken ones. */
async function load(db: DuckDb, ctx: StepContext<Params>, files: readonly ImageFile[]): Promise<number> {
  const { ARRAY, BIGINT, DuckDBDataChunk, FLOAT, VARCHAR, arrayValue } = duckdbApi();
  const { params } = ctx;
  const hasLabel = params.label === 'folder';
  const size = pixelCount(params);
  await db.run(
    `CREATE TABLE images (file VARCHAR, ${hasLabel ? 'label VARCHAR, ' : ''}width BIGINT, height BIGINT, pixels FLOAT[${size}])`,
  );
  await db.run('CREATE TABLE broken (file VARCHAR, reason VARCHAR)');
  const images = await db.appender('images');
  const broken = await db.appender('broken');
  const types = [VARCHAR, ...(hasLabel ? [VARCHAR] : []), BIGINT, BIGINT, ARRAY(FLOAT, size)];
  let waiting: ImageRow[] = [];
  const flush = () => {
    if (waiting.length === 0) return;
    const chunk = DuckDBDataChunk.create(types, waiting.length);
    const labels = waiting.map(({ file }) => (file.folder === '' ? null : file.folder));
    const columns = [
      waiting.map(({ file }) => file.name),
      ...(hasLabel ? [labels] : []),
      waiting.map(({ width }) => BigInt(width)),
      waiting.map(({ height }) => BigInt(height)),
      waiting.map(({ pixels }) => arrayValue([...pixels])),
    ];
    for (const [at, values] of columns.entries()) chunk.setColumnValues(at, values);
    images.appendDataChunk(chunk);
    waiting = [];
  };
  let brokenCount = 0;
  const threads = Math.min(ctx.threads, Math.max(1, Math.floor(ctx.memoryBytes / 2 / bytesPerThread)));
  const reading = readFilePixels(
    files.map(({ path }) => path),
    shapeOf(params),
    threads,
  );
  let done = 0;
  for await (const outcome of reading) {
    if (ctx.signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const file = files[done++];
    if (file === undefined) break;
    if ('pixels' in outcome) waiting.push({ file, ...outcome.pixels });
    else {
      const { message, fix } = toAppError(outcome.error);
      if (params.onBroken === 'fail') {
        throw new AppError('data.unreadable', `${file.name}: ${message}`, {
          fix: fix ?? 'Remove the file, or let it go to quarantine.',
          cause: outcome.error,
        });
      }
      brokenCount++;
      broken.appendVarchar(file.name);
      broken.appendVarchar(message);
      broken.endRow();
    }
    if (waiting.length >= chunkRows(size)) flush();
    ctx.progress({ done, total: files.length, unit: 'images' });
  }
  flush();
  images.closeSync();
  broken.closeSync();
  return brokenCount;
}

function shapeOf({ width, height, colours, fit, background }: Params): PixelShape {
  return { width, height, channels: colours === 'rgb' ? 3 : 1, fit, background };
}
