import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let folder: string;
let dataDir: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  dataDir = join(folder, 'data');
});
afterAll(() => removeFolder(folder));

const penguins = join(repositoryRoot, 'resources/templates/penguins.slipway.json');

interface Json {
  [key: string]: unknown;
}

interface GraphJson {
  nodes: Record<string, { kind: string; version: number; params: Json }>;
  edges: { from: string; to: string }[];
  [key: string]: unknown;
}

/** A changed copy of the penguins sample, as a file. */
function graphFile(name: string, change: (graph: GraphJson) => void): string {
  const graph = JSON.parse(readFileSync(penguins, 'utf8')) as GraphJson;
  change(graph);
  const path = join(folder, `${name}.slipway.json`);
  writeFileSync(path, JSON.stringify(graph));
  return path;
}

interface Step {
  id: string;
  kind: string;
  status: string;
  key: string;
  durationMs: number;
  reason?: string;
}

describe('run', () => {
  it('ends with the result line, and runs nothing the second time', async () => {
    const first = await runSlipway(['run', penguins], dataDir);
    expect(first.code).toBe(0);
    expect(first.last).toMatchObject({ type: 'run.finished', status: 'succeeded', runId: expect.any(String) });
    const steps = first.last['steps'] as Step[];
    expect(steps.map((step) => step.status)).toEqual(steps.map(() => 'executed'));
    for (const step of steps) expect(step.key).toMatch(/^[0-9a-f]{64}$/);
    expect(steps.some((step) => step.kind.startsWith('serve.') || step.kind.startsWith('monitor.'))).toBe(false);
    const metrics = first.last['metrics'] as Record<string, Record<string, number>>;
    expect(metrics['evaluate']?.['accuracy']).toBeGreaterThan(0.9);
    const outputs = first.last['outputs'] as Record<string, { digest: string; type: string }>;
    expect(Object.values(outputs).every((output) => /^[0-9a-f]{64}$/.test(output.digest))).toBe(true);

    const second = await runSlipway(['run', penguins], dataDir);
    expect((second.last['steps'] as Step[]).map((step) => step.status)).toEqual(steps.map(() => 'cached'));
    expect(second.last['outputs']).toEqual(outputs);
    const models = await runSlipway(['models', 'list'], dataDir);
    expect(models.last['models']).toMatchObject([{ version: 1, aliases: ['champion'], parity: { passed: true } }]);
  });

  it('gives the same digests in another data directory', async () => {
    const here = await runSlipway(['run', penguins], dataDir);
    const there = await runSlipway(['run', penguins], join(folder, 'other'));
    expect(there.last['outputs']).toEqual(here.last['outputs']);
  });

  it('plans only what a changed parameter touches, and says why', async () => {
    await runSlipway(['run', penguins], dataDir);
    const { last } = await runSlipway(['plan', penguins, '--set', 'impute.numbers=mean'], dataDir);
    const steps = last['steps'] as { id: string; hit: boolean; reasons: string[]; estimate: { seconds: number } }[];
    const state = (id: string) => steps.find((step) => step.id === id);
    expect(state('split')?.hit).toBe(true);
    expect(state('impute')).toMatchObject({ hit: false, reasons: [expect.stringContaining('params.numbers')] });
    expect(state('register')?.hit).toBe(false);
    expect(state('impute')?.estimate.seconds).toBeGreaterThan(0);
  });

  it('stops at the node --to names', async () => {
    const { last } = await runSlipway(['run', penguins, '--to', 'split'], join(folder, 'to'));
    const steps = last['steps'] as Step[];
    expect(steps.at(-1)?.id).toBe('split');
    expect(steps.every((step) => !step.kind.startsWith('train.'))).toBe(true);
  });

  it('refuses to run from a node that the one to stop at does not need', async () => {
    const { code, last } = await runSlipway(['run', penguins, '--from', 'evaluate', '--to', 'split'], dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'graph.invalid', message: expect.stringContaining('"evaluate"') } });
  });

  it('names a missing file at its node and skips what needs it', async () => {
    const path = graphFile('gone', (graph) => {
      const file = Object.values(graph.nodes).find((node) => node.kind === 'data.file');
      if (file !== undefined) file.params['path'] = 'no-such-file.csv';
    });
    const { code, last, stderr } = await runSlipway(['run', path], dataDir);
    expect(code).toBeGreaterThan(0);
    expect(JSON.stringify(last) + stderr).toContain('no-such-file.csv');
  });

  it('names a column that has disappeared', async () => {
    const path = graphFile('column', (graph) => {
      const impute = graph.nodes['impute'];
      if (impute !== undefined) impute.params['columns'] = ['no_such_column'];
    });
    const { code, last, lines } = await runSlipway(['run', path], dataDir);
    expect(code).toBe(1);
    expect(last).toMatchObject({ type: 'run.finished', status: 'failed' });
    const failed = lines.find((line) => line['type'] === 'step.finished' && line['status'] === 'failed');
    expect(JSON.stringify(failed)).toContain('no_such_column');
    const skipped = (last['steps'] as Step[]).find((step) => step.id === 'register');
    expect(skipped).toMatchObject({ status: 'skipped' });
  });
});

describe('mistyped input', () => {
  it.each(['species.no_such_param=1', 'species.l2=much', 'nobody.l2=1'])('refuses --set %s', async (override) => {
    const { code, last } = await runSlipway(['run', penguins, '--set', override], dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'params.invalid' } });
  });

  it('shows an artifact only when the digest names one', async () => {
    await runSlipway(['run', penguins], dataDir);
    const { last } = await runSlipway(['artifacts', 'list'], dataDir);
    const [one] = last['artifacts'] as { digest: string }[];
    const found = await runSlipway(['artifacts', 'show', one?.digest.slice(0, 16) ?? ''], dataDir);
    expect(found.last).toMatchObject({ artifact: { digest: one?.digest }, intact: true });
    expect((await runSlipway(['artifacts', 'show', ''], dataDir)).code).toBe(2);
  });
});

describe('bad graphs', () => {
  const bad: [string, string, RegExp][] = [
    ['truncated JSON', readFileSync(penguins, 'utf8').slice(0, 500), /JSON|line|end/i],
    ['no graph', '[1, 2]', /graph|object/i],
    ['newer format', JSON.stringify({ ...JSON.parse(readFileSync(penguins, 'utf8')), formatVersion: 99 }), /newer|99/i],
  ];
  it.each(bad)('%s: validate exits 2 with a diagnostic', async (name, text, message) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.slipway.json`);
    writeFileSync(path, text);
    const { code, last } = await runSlipway(['validate', path], dataDir);
    expect(code).toBe(2);
    expect(last['ok']).toBe(false);
    expect(JSON.stringify(last['diagnostics'])).toMatch(message);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each([
    ['cycle', (graph: GraphJson) => graph.edges.push({ from: 'clean.table', to: 'clean.input' })],
    ['dangling edge', (graph: GraphJson) => graph.edges.push({ from: 'nobody.table', to: 'clean.input' })],
    ['unknown kind', (graph: GraphJson) => (graph.nodes['odd'] = { kind: 'data.telepathy', version: 1, params: {} })],
    ['wrong type', (graph: GraphJson) => graph.edges.push({ from: 'evaluate.report', to: 'endpoint.model' })],
  ])('%s is a diagnostic with node and code', async (name, change) => {
    const path = graphFile(name.replaceAll(' ', '-'), change);
    const { code, last } = await runSlipway(['validate', path], dataDir);
    expect(code).toBe(2);
    const errors = (last['diagnostics'] as Json[]).filter((entry) => entry['severity'] === 'error');
    expect(errors.length).toBeGreaterThan(0);
    for (const entry of errors) {
      expect(entry['code']).toMatch(/^[a-z]+\.[a-z-]+$/);
      expect(String(entry['message']).length).toBeGreaterThan(10);
    }
  });

  it('says of a graph of a newer version that it cannot be kept up because of that', async () => {
    const path = graphFile('newer-up', (graph) => (graph['formatVersion'] = 99));
    const { code, last } = await runSlipway(['up', path, '--http', '0'], dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'graph.too-new', message: expect.stringContaining('99') } });
  });

  it('says which file is missing', async () => {
    const { code, last } = await runSlipway(['run', join(folder, 'nothing.slipway.json')], dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'graph.not-found' } });
  });
});

describe('surroundings', () => {
  it.skipIf(process.platform === 'win32')('makes a data directory that only its user can read', async () => {
    const fresh = join(folder, 'private');
    await runSlipway(['runs', 'list'], fresh);
    expect(statSync(fresh).mode & 0o777).toBe(0o700);
    expect(statSync(join(fresh, 'slipway.db')).mode & 0o777).toBe(0o600);
  });

  it('cancels its run when nobody reads its output any more', async () => {
    const fresh = join(folder, 'pipe');
    // It trains for minutes and says so ten times a second: however late the reader goes, there is a run to cancel.
    const long = graphFile('long', (graph) => {
      const params = { label: 'species', epochs: 10_000, batchSize: 1, validationShare: 0 };
      Object.assign(graph.nodes['species'] ?? {}, { kind: 'train.mlp', version: 1, params });
    });
    const args = [join(repositoryRoot, 'main/cli/slipway.ts'), 'run', long, '--json', '--data-dir', fresh];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
    const { last } = await runSlipway(['runs', 'list'], fresh);
    expect(last['runs']).toMatchObject([{ status: 'cancelled' }]);
  });

  it('refuses a data directory that cannot be used and names it', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, last } = await runSlipway(['run', penguins], join(file, 'below'));
    expect(code).toBe(3);
    expect((last['error'] as { message: string; fix: string }).message).toContain(file);
    expect((last['error'] as { fix: string }).fix).toMatch(/--data-dir/);
  });

  it('looks at a graph without a data directory that it may write', async () => {
    const missing = join(folder, 'nowhere', 'data');
    expect((await runSlipway(['validate', penguins], missing)).last).toMatchObject({ ok: true });
    const planned = await runSlipway(['plan', penguins], missing);
    expect(planned.code).toBe(0);
    expect(existsSync(missing)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('names a data directory that cannot be made', async () => {
    const { code, last } = await runSlipway(['run', penguins], '/proc/slipway-data');
    expect(code).toBe(3);
    expect(JSON.stringify(last)).toContain('/proc/slipway-data');
    expect((await runSlipway(['validate', penguins], '/proc/slipway-data')).code).toBe(0);
  });

  it('refuses a port in use before it runs anything', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const fresh = join(folder, 'port-data');
    const { code, last } = await runSlipway(['up', penguins, '--http', String(port)], fresh);
    server.close();
    expect(code).toBe(3);
    expect(last).toMatchObject({ error: { code: 'port.in-use' } });
    expect((await runSlipway(['runs'], fresh)).last).toMatchObject({ runs: [] });
  });

  it.each(['no-such.pem', penguins])('refuses the certificate %s before it runs anything', async (cert) => {
    const fresh = join(folder, 'tls-data');
    const args = ['up', penguins, '--http', '0', '--tls-cert', cert, '--tls-key', cert];
    const { code, last } = await runSlipway(args, fresh);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'cli.usage', message: expect.stringContaining(cert) } });
    expect(existsSync(fresh)).toBe(false);
  });

  it('says that a port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, last } = await runSlipway(['serve', 'models:/penguins@champion', '--http', String(port)], dataDir);
    server.close();
    expect(code).toBe(3);
    expect(last).toMatchObject({ error: { code: 'port.in-use', message: expect.stringContaining(String(port)) } });
  });

  it('refuses another host without a word on keys', async () => {
    const args = ['serve', 'models:/penguins@champion', '--host', '0.0.0.0', '--http', '0'];
    const { code, last } = await runSlipway(args, dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'serve.host-needs-keys' } });
  });

  it.each([
    [['fly']],
    [['run', penguins, '--no-such-option']],
    [['run', penguins, 'another.json']],
    [['export', penguins]],
    [['models', 'promote', 'x']],
    [['models', 'sell', 'x']],
    [['keys', 'sell']],
    [['graph', 'merge', penguins, penguins, penguins, '--out', '/no/such/folder/graph.json']],
    [['models', 'show', 'penguins', '1']],
    [['templates', 'list', 'penguins']],
    [['templates', 'new', 'penguins', '--out', '/no/such/folder/graph.json']],
    [['export', penguins, '--target', 'kubernetes', '--out', '']],
    [['up', penguins, '--http', '-1']],
    [['run', penguins, '--step', 'clean']],
    [['run', penguins, '--store', 's3://bucket/prefix']],
    [['run', penguins, '--target', 'ray', '--image', 'engine']],
    [['run', penguins, '--plan', 'plan.json', '--step', 'clean', '--store', 'file:///nowhere']],
    [['run', '--plan', 'plan.json', '--step', 'clean', '--store', 'file:///nowhere', '--to', 'clean']],
    [['up', penguins, '--http', '18790', '--grpc', '18790']],
    [['up', penguins, '--http', '18790', '--streams', '18790']],
    [['up', penguins, '--http', ' ']],
    [['up', penguins, '--http', '0x50']],
    [['serve', 'models:/penguins@champion', '--http', '18790', '--grpc', '18790']],
  ])('exits 2 for %j', async (args) => {
    const { code, last } = await runSlipway(args, dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'cli.usage' } });
  });

  it('tells a table that is not there from one that has drifted', async () => {
    const { code, last } = await runSlipway(['drift', 'no-such.csv', penguins, '--fail-on-drift'], dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'data.not-found', message: expect.stringContaining('no-such.csv') } });
    const cut = join(folder, 'cut.json');
    writeFileSync(cut, '{"a":');
    const broken = await runSlipway(['drift', cut, penguins, '--fail-on-drift'], dataDir);
    expect(broken.code).toBe(2);
    expect(broken.last).toMatchObject({ error: { code: 'data.unreadable', fix: expect.any(String) } });
    expect(JSON.stringify(broken.last)).not.toContain('DESCRIBE');
  });

  it('names the file with rows to score that is not there', async () => {
    await runSlipway(['run', penguins], dataDir);
    const args = ['score', 'models:/penguins@champion', 'no-such.csv', '--out', join(folder, 'scored.csv')];
    const { code, last } = await runSlipway(args, dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'data.not-found', message: expect.stringContaining('no-such.csv') } });
  });

  it.skipIf(process.platform !== 'linux')('says that a bundle cannot be written there', async () => {
    const args = ['export', penguins, '--target', 'kubernetes', '--out', '/proc/slipway/bundle'];
    const { code, last } = await runSlipway(args, dataDir);
    expect(code).toBe(3);
    expect(last).toMatchObject({ error: { message: expect.stringContaining('/proc/slipway/bundle') } });
  });

  it('finds a file wrong that is named as the data directory', async () => {
    const file = join(folder, 'doctored');
    writeFileSync(file, '');
    const { code, last } = await runSlipway(['doctor'], file);
    expect(code).toBe(3);
    expect(last['checks']).toContainEqual(expect.objectContaining({ id: 'data-directory', state: 'error' }));
  });

  it('gives its help as JSON too', async () => {
    const { code, last } = await runSlipway(['validate', '--help'], dataDir);
    expect(code).toBe(0);
    expect(last).toMatchObject({ help: expect.stringContaining('slipway validate GRAPH') });
  });

  it('downloads nothing before somebody agrees', async () => {
    const { code, last } = await runSlipway(['doctor', '--install-cuda'], dataDir);
    expect(code).toBe(2);
    expect(last).toMatchObject({ error: { code: 'cli.usage', fix: 'Add --yes to agree.' } });
  });

  it('finds nothing wrong with this machine, or says what', async () => {
    const { code, last } = await runSlipway(['doctor'], dataDir);
    const checks = last['checks'] as { id: string; state: string; message: string }[];
    expect(checks.length).toBeGreaterThan(5);
    expect(code).toBe(checks.some((check) => check.state === 'error') ? 3 : 0);
  });
});

describe('export', () => {
  it('writes the same bytes again and needs no run', async () => {
    const [a, b] = [join(folder, 'bundle-a'), join(folder, 'bundle-b')];
    const fresh = join(folder, 'never-ran');
    const first = await runSlipway(['export', penguins, '--target', 'kubernetes', '--out', a], fresh);
    const second = await runSlipway(['export', penguins, '--target', 'kubernetes', '--out', b], fresh);
    expect(first.code).toBe(0);
    expect(first.last).toEqual(second.last);
    const files = readdirSync(a, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBe((first.last['files'] as string[]).length);
    for (const file of first.last['files'] as string[]) {
      expect(readFileSync(join(a, file), 'utf8')).toBe(readFileSync(join(b, file), 'utf8'));
    }
  });

  it('shows that every exported step gives what the local run gave', async () => {
    const args = ['export', penguins, '--target', 'argo', '--out', join(folder, 'bundle-p'), '--check-parity'];
    const { code, last } = await runSlipway(args, dataDir);
    expect(code).toBe(0);
    const parity = last['parity'] as { passed: boolean; outputs: { output: string; equal: boolean }[] };
    expect(parity.passed).toBe(true);
    expect(parity.outputs.map(({ output }) => output)).toContain('register.model');
    expect(readFileSync(join(folder, 'bundle-p', 'PARITY.md'), 'utf8')).toContain('`register.model`');
  });
});
