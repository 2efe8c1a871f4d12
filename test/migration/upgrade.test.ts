import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../main/store/database.ts';
import { endProcess, startSlipway } from '../e2e/app.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

/**
 * Each file is the data directory that the product of its time left after `slipway run` of the sample graph penguins: one for
 * each generation of the database. A new migration brings one more.
 */
const archives = join(import.meta.dirname, 'data-directories');
const migrations = readdirSync(join(repositoryRoot, 'main/store/migrations')).filter((name) => name.endsWith('.sql'));
const penguins = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
const folder = mkdtempSync(join(tmpdir(), 'slipway-upgrade-'));
afterAll(() => removeFolder(folder));

function unpack(generation: string): string {
  const dataDir = join(folder, generation);
  mkdirSync(dataDir);
  execFileSync('tar', ['-xzf', join(archives, `${generation}.tar.gz`), '-C', dataDir]);
  return dataDir;
}

const versionOf = (dataDir: string): number => userVersionOf(join(dataDir, 'slipway.db'));

const userVersionOf = (file: string): number => {
  const database = new Database(file, { readonly: true });
  const version = Number(database.pragma('user_version', { simple: true }));
  database.close();
  return version;
};

const generations = readdirSync(archives).map((name) => name.replace('.tar.gz', ''));

it('there is a data directory of every generation', () => {
  expect(generations.map((name) => Number(name.slice(0, 4)))).toEqual(
    migrations.map((name) => Number(name.slice(0, 4))),
  );
});

describe.each(generations)('a data directory of generation %s', (generation) => {
  it('opens with everything in it, and is used on', async () => {
    const dataDir = unpack(generation);
    expect(versionOf(dataDir)).toBe(Number(generation.slice(0, 4)));

    const before = await runSlipway(['models', 'list'], dataDir);
    expect(before.code).toBe(0);
    expect(JSON.stringify(before.last)).toContain('penguins');
    expect(versionOf(dataDir)).toBe(migrations.length);
    // What the product of its time can read is kept, for who goes back to it.
    const kept = readdirSync(dataDir).filter((name) => name.startsWith('slipway-version-'));
    const from = Number(generation.slice(0, 4));
    expect(kept).toEqual(from === migrations.length ? [] : [`slipway-version-${from}.db`]);
    for (const name of kept) expect(userVersionOf(join(dataDir, name))).toBe(from);
    const runs = await runSlipway(['runs'], dataDir);
    expect(JSON.stringify(runs.last)).toContain('"succeeded"');

    // The model of the old product answers.
    const { child, event } = await startSlipway(
      ['serve', 'models:/penguins@champion', '--http', '0', '--data-dir', dataDir],
      'endpoint.ready',
    );
    try {
      const http = String(event['http']);
      const answer = await fetch(`${http}/v1/models/penguins/predict`, {
        method: 'POST',
        body: JSON.stringify({
          rows: [
            { beak_length_mm: 40.3, beak_depth_mm: 18, flipper_length_mm: 195, body_mass_g: 3250, island: 'Torgersen' },
          ],
        }),
      });
      expect(answer.status).toBe(200);
      expect(JSON.stringify(await answer.json())).toContain('"Adelie"');
    } finally {
      await endProcess(child);
    }

    // The graph runs again beside the old results, and nothing old is lost.
    const run = await runSlipway(['run', penguins], dataDir);
    expect(run.last).toMatchObject({ type: 'run.finished', status: 'succeeded' });
    const again = await runSlipway(['run', penguins], dataDir);
    const states = (again.last['steps'] as { status: string }[]).map(({ status }) => status);
    expect(new Set(states)).toEqual(new Set(['cached']));
    const collected = await runSlipway(['artifacts', 'gc'], dataDir);
    expect(collected.code).toBe(0);
    const database = openDatabase(dataDir);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(database.prepare('SELECT count(*) AS count FROM runs').get()).toEqual({ count: 3 });
    database.close();
  });
});
