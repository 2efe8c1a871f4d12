import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { ArtifactDriver } from './artifact-driver.ts';
import { type ArtifactStore, createArtifactStore, type StepRecord } from './artifact-store.ts';
import { createDirectoryDriver, removeStaleTempFolders } from './directory-driver.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let driver: ArtifactDriver;
let store: ArtifactStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-store-'));
  driver = createDirectoryDriver(dir);
  store = createArtifactStore(driver);
});
afterEach(() => removeFolder(dir));

const origin = { producer: { kind: 'test.number', version: 1, key: 'k' }, inputs: {} };

async function put(text: string, target: ArtifactStore = store): Promise<ArtifactManifest> {
  const workDir = await target.createWorkDir();
  const path = join(workDir, 'made.json');
  await writeFile(path, text);
  return target.put({ type: 'report', files: { 'report.json': path }, meta: { metrics: { a: 1 } } }, origin);
}

async function pathOf(digest: string): Promise<string> {
  const artifact = await store.open(digest);
  if (artifact === undefined) throw new Error('no artifact');
  return artifact.path('report.json');
}

describe('an artifact', () => {
  it('reads back as it was put, under the digest of its content', async () => {
    const manifest = await put('{"value":1}');
    expect(await store.get(manifest.digest)).toEqual(manifest);
    expect(await readFile(await pathOf(manifest.digest), 'utf8')).toBe('{"value":1}');
    expect(await store.verify(manifest.digest)).toEqual([]);
    expect((await put('{"value":1}')).digest).toBe(manifest.digest);
    expect((await put('{"value":2}')).digest).not.toBe(manifest.digest);
    const listed: string[] = [];
    for await (const { digest } of store.list()) listed.push(digest);
    expect(listed).toHaveLength(2);
  });

  it('takes the content digest of a table', async () => {
    const workDir = await store.createWorkDir();
    await writeFile(join(workDir, 'x'), 'rows');
    const draft = {
      type: 'table' as const,
      files: { 'data.parquet': join(workDir, 'x') },
      contentDigest: 'c'.repeat(64),
    };
    expect((await store.put(draft, origin)).digest).toBe('c'.repeat(64));
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['cut short', (path) => truncate(path, 3)],
    ['longer', (path) => appendFile(path, ' ')],
    ['changed in place', (path) => writeFile(path, '{"value":7}')],
    ['deleted', (path) => rm(path)],
    ['without manifest', (path) => rm(join(path, '..', 'manifest.json'))],
    ['with half a manifest', (path) => truncate(join(path, '..', 'manifest.json'), 20)],
  ])('%s is missing, and can be put again', async (_name, damage) => {
    const { digest } = await put('{"value":1}');
    await damage(await pathOf(digest));
    expect(await store.get(digest)).toBeUndefined();
    expect(await store.open(digest)).toBeUndefined();
    expect((await put('{"value":1}')).digest).toBe(digest);
    expect(await store.verify(digest)).toEqual([]);
  });

  it('touched but unchanged is still there', async () => {
    const { digest } = await put('{"value":1}');
    const later = new Date(Date.now() + 60_000);
    await utimes(await pathOf(digest), later, later);
    expect(await store.get(digest)).toBeDefined();
  });

  it('is not visible when the process ends between writing and renaming', async () => {
    const stopping: ArtifactDriver = {
      ...driver,
      publishFolder: () => Promise.reject(new Error('the process ended here')),
    };
    await expect(put('{"value":1}', createArtifactStore(stopping))).rejects.toThrow('ended here');
    const listed: string[] = [];
    for await (const { digest } of store.list()) listed.push(digest);
    expect(listed).toEqual([]);
  });

  it('put by two at once is stored once', async () => {
    const both = await Promise.all([put('{"value":1}'), put('{"value":1}'), put('{"value":1}')]);
    expect(new Set(both.map(({ digest }) => digest)).size).toBe(1);
    expect(await store.verify(both[0]?.digest ?? '')).toEqual([]);
  });

  it('with a name that is no digest is not looked for', async () => {
    expect(await store.get('../../etc')).toBeUndefined();
    await expect(store.verify('x')).rejects.toMatchObject({ code: 'artifact.not-found' });
    await store.remove('..');
    expect(await readdir(dir)).toBeDefined();
  });
});

describe('a step record', () => {
  const key = 'a'.repeat(64);
  const record = (digest: string): StepRecord => ({
    key,
    parts: { kind: 'k', version: 1, code: '', params: {}, inputs: {}, source: '', environment: '' },
    outputs: { value: { digest, type: 'report' } },
    runId: 'r',
    durationMs: 1,
  });

  it('is found while its artifacts are intact', async () => {
    const { digest } = await put('{"value":1}');
    await store.putStep(record(digest));
    expect(await store.getStep(key)).toEqual(record(digest));
    await truncate(await pathOf(digest), 1);
    expect(await store.getStep(key)).toBeUndefined();
  });

  it('that is damaged is a miss', async () => {
    const { digest } = await put('{"value":1}');
    await store.putStep(record(digest));
    await truncate(join(dir, 'steps', 'aa', `${key}.json`), 30);
    expect(await store.getStep(key)).toBeUndefined();
    expect(await store.getStep('no key')).toBeUndefined();
  });
});

it('removes what dead processes left in the temporary folder, and nothing else', async () => {
  const mine = await store.createWorkDir();
  // No process has this id.
  await mkdir(join(dir, 'tmp', '4194305.1.left'), { recursive: true });
  await mkdir(join(dir, 'tmp', 'other'));
  await removeStaleTempFolders(dir);
  expect((await readdir(join(dir, 'tmp'))).sort()).toEqual([mine.split('/').at(-1), 'other'].sort());
});
