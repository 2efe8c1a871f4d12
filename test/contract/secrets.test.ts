import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../main/engine/engine.ts';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres-server.ts';
import { removeFolder } from '../support/remove-folder.ts';

const programs = postgresPrograms();
if (programs === undefined)
  process.stderr.write('SKIPPED: PostgreSQL is not installed, so secrets are not followed.\n');
const dir = mkdtempSync(join(tmpdir(), 'slipway-secrets-'));

describe.skipIf(programs === undefined)('a secret', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
    process.env['SLIPWAY_SECRET_CONTRACT_DB'] = server.password;
  });
  afterAll(async () => {
    delete process.env['SLIPWAY_SECRET_CONTRACT_DB'];
    server?.remove();
    await removeFolder(dir);
  });

  it('reaches the step that names it, and nothing that is stored or said', async () => {
    const engine = await createEngine({ dataDir: dir });
    const { host, port, user } = server;
    const node = (params: object) => ({
      kind: 'data.postgres',
      version: 1,
      params: { host, port, user, refresh: 'never', ...params },
    });
    const password = { secret: 'CONTRACT_DB' };
    const document = {
      format: 'slipway/graph',
      formatVersion: 1,
      id: 'secrets',
      name: 'Secrets',
      nodes: {
        good: node({ password, query: 'SELECT 1 AS one' }),
        // The server repeats the text of a query in its message.
        telling: node({ password, query: `SELECT '${server.password.replaceAll("'", "''")}'::int AS one` }),
        unknown: node({ password: { secret: 'NOT_THERE' }, query: 'SELECT 1 AS one' }),
      },
      edges: [],
      parameters: {},
      groups: {},
      layout: { nodes: {}, frames: [] },
    };
    const events: RunEvent[] = [];
    try {
      const { runId } = await engine.startRun({ document, baseDir: dir });
      for await (const event of engine.runEvents(runId, 0)) events.push(event);
    } finally {
      await engine.close();
    }
    const finished = new Map(events.flatMap((event) => (event.type === 'step.finished' ? [[event.id, event]] : [])));
    expect(finished.get('good')?.status).toBe('executed');
    expect(finished.get('telling')?.error?.message).toContain('•••');
    expect(finished.get('unknown')?.error).toMatchObject({
      code: 'environment.missing',
      fix: expect.stringContaining('SLIPWAY_SECRET_NOT_THERE'),
    });
    // The query of `telling` is a param and has the text in SQL's quotes; its key parts keep it as the graph does.
    const said = events.map((event) => JSON.stringify(event)).join('\n');
    expect(said).not.toContain(JSON.stringify(server.password).slice(1, -1));
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      expect(bytes.includes(server.password), file.name).toBe(false);
    }
  });
});
