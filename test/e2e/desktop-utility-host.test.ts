import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { removeFolder } from '../support/remove-folder.ts';
import { patienceMs } from './app.ts';
import { desktopFolders, findElectron, openDisplay } from './desktop-runtime.ts';

const runtime = findElectron();
const why = 'reason' in runtime ? ` (skipped: ${runtime.reason})` : '';

/** Says where it listens as `slipway ui` does, answers with what it was given, and crashes when asked. */
const entry = `
import { createServer } from 'node:http';
const token = 't' + process.pid;
createServer((request, response) => {
  if (request.url.includes('crash')) process.exit(9);
  response.end(JSON.stringify({ args: process.argv.slice(2), worker: process.env.SLIPWAY_WORKER_NODE }));
}).listen(0, '127.0.0.1', function () {
  process.stdout.write(JSON.stringify({ type: 'ui.ready', url: 'http://127.0.0.1:' + this.address().port + '/#token=' + token }) + '\\n');
});
`;

// The engine itself cannot be loaded by the Node of older runtimes; this entry needs nothing native.
describe.skipIf('reason' in runtime)(`an engine in Electron's utility process${why}`, () => {
  it('is started with its ports and environment, and again after a crash', async () => {
    if ('reason' in runtime) return;
    const display = await openDisplay();
    const { folder, profile, env } = desktopFolders(display.name);
    const app = mkdtempSync(join(tmpdir(), 'slipway-utility-'));
    try {
      writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'utility-host', main: 'main.cjs' }));
      writeFileSync(join(app, 'entry.mjs'), entry);
      await build({
        entryPoints: [join(import.meta.dirname, 'utility-host-main.ts')],
        outfile: join(app, 'main.cjs'),
        bundle: true,
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        external: ['electron'],
        logLevel: 'warning',
      });
      const output = execFileSync(
        join(runtime.dir, 'electron'),
        ['--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, app],
        {
          env: { ...env, SLIPWAY_TEST_ENTRY: join(app, 'entry.mjs') },
          encoding: 'utf8',
          timeout: 2 * patienceMs,
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
      const found = output
        .split('\n')
        .filter((line) => line.startsWith('FOUND '))
        .map((line) => JSON.parse(line.slice('FOUND '.length)) as Record<string, unknown>);
      expect(found.find((line) => 'error' in line)).toBeUndefined();
      const states = found.flatMap((line) => ('state' in line ? [line['state']] : []));
      expect(states).toEqual(['ready', 'restarting', 'ready']);
      const answers = found
        .filter((line) => 'answer' in line)
        .map((line) => JSON.parse(String(line['answer'])) as unknown);
      expect(answers).toHaveLength(2);
      expect(answers[1]).toEqual({
        args: ['ui', '--json', '--port', '0'],
        worker: '/opt/node',
      });
      const [first, second] = ['first', 'second'].map((name) => found.find((line) => name in line)?.[name]);
      expect(second).not.toEqual(first);
      expect(found).toContainEqual({ log: 'The engine ended with code 9.' });
    } finally {
      display.close();
      await removeFolder(app);
      await removeFolder(folder);
    }
  });
});
