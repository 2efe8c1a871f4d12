import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type S3Server, s3Credentials, startS3Server } from '../../test/support/s3-server.ts';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { type ArtifactStore, createArtifactStore } from './artifact-store.ts';
import { createS3Driver } from './s3-driver.ts';
import { parseS3Uri } from './s3-location.ts';
import { createStoreRegistry } from './store-registry.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let server: S3Server;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-s3-'));
  server = await startS3Server(['models']);
});
afterEach(async () => {
  await server.close();
  await removeFolder(dir);
});

/** Each name has a cache of its own, like a machine of its own. */
function driver(machine = 'a', env: Record<string, string> = s3Credentials) {
  const uri = `s3://models/team%20one/graphs?endpoint=${server.endpoint}&region=eu-central-1`;
  return createS3Driver(uri, { cacheDir: join(dir, machine), env, firstDelayMs: 1, attempts: 4, partBytes: 1000 });
}

const origin = { producer: { kind: 'test.number', version: 1, key: 'k' }, inputs: {} };

async function put(text: string, target: ArtifactStore): Promise<ArtifactManifest> {
  const path = join(await target.createWorkDir(), 'made.json');
  await writeFile(path, text);
  return target.put({ type: 'report', files: { 'report.json': path }, meta: {} }, origin);
}

/** A table keeps its digest when its bytes differ. */
async function putTable(bytes: string, target: ArtifactStore): Promise<ArtifactManifest> {
  const path = join(await target.createWorkDir(), 'made');
  await writeFile(path, bytes);
  return target.put({ type: 'table', files: { 'data.parquet': path }, contentDigest: 'c'.repeat(64) }, origin);
}

async function textOf(digest: string, target: ArtifactStore, name = 'report.json'): Promise<string> {
  const artifact = await target.open(digest);
  if (artifact === undefined) throw new Error('no artifact');
  return readFile(artifact.path(name), 'utf8');
}

function objectOf(part: string): string {
  const found = [...server.objects.keys()].find((key) => key.includes(part));
  if (found === undefined) throw new Error(`no object ${part}`);
  return found;
}

describe('artifacts in an object storage', () => {
  it('read back on another machine, and come down once', async () => {
    const manifest = await put('{"value":1}', createArtifactStore(driver('a')));
    const other = createArtifactStore(driver('b'));
    expect(await textOf(manifest.digest, other)).toBe('{"value":1}');
    expect(await other.verify(manifest.digest)).toEqual([]);
    const downloads = () => server.requests.filter((line) => /^GET .*\.report\.json$/.test(line)).length;
    expect(downloads()).toBe(1);
    await textOf(manifest.digest, createArtifactStore(driver('b')));
    expect(downloads()).toBe(1);
  });

  it('are listed over several pages and removed', async () => {
    const store = createArtifactStore(driver());
    const digests: string[] = [];
    for (let value = 0; value < 5; value++) digests.push((await put(`{"value":${value}}`, store)).digest);
    const listed = async () => {
      const found: string[] = [];
      for await (const { digest } of store.list()) found.push(digest);
      return found;
    };
    expect(await listed()).toEqual(digests.toSorted());
    await store.remove(digests[0] as string);
    expect(await listed()).toHaveLength(4);
    expect([...server.objects.keys()].filter((key) => key.includes(digests[0] as string))).toEqual([]);
  });

  it('go up in parts when they are large', async () => {
    const text = JSON.stringify({ text: 'x'.repeat(3456) });
    const { digest } = await put(text, createArtifactStore(driver('a')));
    expect(server.requests.filter((line) => line.startsWith('PUT') && line.includes('.report.json'))).toHaveLength(4);
    expect(await textOf(digest, createArtifactStore(driver('b')))).toBe(text);
  });

  it('have their manifest last, and only once', async () => {
    const { digest } = await put('{"value":1}', createArtifactStore(driver()));
    const puts = server.requests.filter((line) => line.startsWith('PUT'));
    expect(puts.at(-1)).toMatch(/manifest\.json$/);
    const manifest = server.objects.get(objectOf('manifest.json'));
    await put('{"value":1}', createArtifactStore(driver('b')));
    expect(server.objects.get(objectOf('manifest.json'))).toBe(manifest);
    expect(digest).toHaveLength(64);
  });

  it('of two writers at once are those of one of them', async () => {
    const [a, b] = [createArtifactStore(driver('a')), createArtifactStore(driver('b'))];
    await Promise.all([putTable('bytes of a', a), putTable('bytes of b!', b)]);
    const reader = createArtifactStore(driver('c'));
    const manifest = await reader.get('c'.repeat(64));
    expect(await reader.verify('c'.repeat(64))).toEqual([]);
    const bytes = await textOf('c'.repeat(64), reader, 'data.parquet');
    expect(manifest?.files[0]?.sizeBytes).toBe(bytes.length);
    expect(['bytes of a', 'bytes of b!']).toContain(bytes);
  });

  it('that someone changed are refused, count as missing, and are made anew', async () => {
    const { digest } = await put('{"value":1}', createArtifactStore(driver('a')));
    server.set(objectOf('.report.json'), '{"value":9}');
    const other = createArtifactStore(driver('b'));
    expect(await other.open(digest)).toBeUndefined();
    expect(await other.get(digest)).toBeUndefined();
    await put('{"value":1}', other);
    expect(await textOf(digest, createArtifactStore(driver('c')))).toBe('{"value":1}');
  });

  it('never reach outside the cache through the names in a manifest', async () => {
    const { digest } = await put('{"value":1}', createArtifactStore(driver('a')));
    const key = objectOf('manifest.json');
    const manifest = JSON.parse(server.objects.get(key)?.body.toString() ?? '') as ArtifactManifest;
    manifest.files = [{ ...manifest.files[0], name: '../../escaped' } as ArtifactManifest['files'][number]];
    server.set(key, JSON.stringify(manifest));
    expect(await createArtifactStore(driver('b')).open(digest)).toBeUndefined();
  });
});

describe('an object storage in trouble', () => {
  it('is asked again after 503 and after a body that ended early', async () => {
    server.faults.push({ method: 'PUT', key: 'manifest.json', status: 503, code: 'SlowDown', times: 2 });
    const { digest } = await put('{"value":1}', createArtifactStore(driver('a')));
    server.faults.push({ method: 'GET', key: '.report.json', truncateAt: 4, times: 2 });
    expect(await textOf(digest, createArtifactStore(driver('b')))).toBe('{"value":1}');
  });

  it('that stays down is said to be unreachable', async () => {
    server.faults.push({ method: 'GET', key: 'steps', status: 503, code: 'SlowDown', times: 100 });
    await expect(driver().readText('steps/a')).rejects.toMatchObject({ code: 'store.unreachable' });
    await server.close();
    await expect(driver().readText('steps/a')).rejects.toMatchObject({ code: 'store.unreachable' });
  });

  it.each([
    ['an unknown key', { ...s3Credentials, AWS_ACCESS_KEY_ID: 'AKIDOTHER' }, 'AWS_ACCESS_KEY_ID'],
    ['a wrong secret', { ...s3Credentials, AWS_SECRET_ACCESS_KEY: 'wrong' }, 'AWS_SECRET_ACCESS_KEY'],
  ])('that refuses %s says what to check', async (_name, env, named) => {
    const error = await driver('a', env)
      .readText('steps/a')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store.refused', fix: expect.stringContaining(named) });
    expect(server.requests).toHaveLength(1);
  });

  it('needs credentials from the environment', () => {
    expect(() => driver('a', {})).toThrow(expect.objectContaining({ code: 'store.refused' }));
  });

  it('with another clock is followed', async () => {
    server.clockOffsetMs = 3_600_000;
    const a = driver();
    await a.writeText('steps/a', 'text');
    expect(await a.readText('steps/a')).toBe('text');
  });
});

it('loses no version when two machines register models at the same time', async () => {
  const registration = (digest: string) => ({
    name: 'delays & co',
    alias: 'champion',
    digest,
    runId: 'r',
    graphId: 'g',
    metrics: {},
    parity: null,
  });
  await Promise.all(['1', '2', '3'].map((id) => createStoreRegistry(driver(id)).register(registration(id.repeat(64)))));
  const registry = createStoreRegistry(driver());
  const digests = [1, 2, 3].map(async (version) => (await registry.resolve(`models:/delays & co/${version}`)).digest);
  expect((await Promise.all(digests)).toSorted()).toEqual(['1'.repeat(64), '2'.repeat(64), '3'.repeat(64)]);
});

describe('the address of a store', () => {
  it('is Amazon S3 without an endpoint, path style with one', () => {
    expect(parseS3Uri('s3://data/a/b?region=eu-west-1', {}).bucketUrl).toBe('https://data.s3.eu-west-1.amazonaws.com/');
    expect(parseS3Uri('s3://my.data', {}).bucketUrl).toBe('https://s3.us-east-1.amazonaws.com/my.data/');
    const minio = parseS3Uri('s3://data/a/b/', { AWS_ENDPOINT_URL: 'http://minio:9000/' });
    expect(minio).toMatchObject({ prefix: 'a/b/', bucketUrl: 'http://minio:9000/data/' });
  });

  it.each(['s3://', 's3://B', 's3://key:secret@data/x', 's3://data?endpoint=ftp://x', 's3://data?acl=public'])(
    'is refused: %s',
    (uri) => {
      expect(() => parseS3Uri(uri, {})).toThrow(expect.objectContaining({ code: 'cli.usage' }));
    },
  );
});
