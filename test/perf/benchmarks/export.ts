import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionOf } from '../../../nodes/catalog.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { exportContextOf } from '../../../main/cluster/context-of-graph.ts';
import { root as repository } from '../../e2e/app.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';

const mebibyte = 2 ** 20;
const rounds = 5;

/** 500 nodes: one file, then queries in ten chains of equal length. */
function graphOf500(): unknown {
  const nodes: Record<string, unknown> = {
    source: { kind: 'data.file', version: 1, params: { path: 'pkg:vega-datasets/data/penguins.json' } },
  };
  const edges: { from: string; to: string }[] = [];
  for (let i = 1; i < 500; i++) {
    nodes[`query_${i}`] = { kind: 'data.sql', version: 1, params: { query: `SELECT *, ${i} AS n FROM input` } };
    edges.push({ from: i <= 10 ? 'source.table' : `query_${i - 10}.table`, to: `query_${i}.input` });
  }
  return { format: 'slipway/graph', formatVersion: 1, id: 'large', name: 'Large', nodes, edges };
}

/** The whole command: reading, validating, planning, checking every object, writing. */
function exportSeconds(folder: string, log: (text: string) => void): number {
  const graph = join(folder, 'large.slipway.json');
  writeFileSync(graph, JSON.stringify(graphOf500()));
  const times = Array.from({ length: rounds }, (_, round) => {
    const started = performance.now();
    const args = ['export', graph, '--target', 'argo', '--out', join(folder, `bundle-${round}`), '--json'];
    const { status, stderr } = spawnSync(process.execPath, [join(repository, 'main/cli/slipway.ts'), ...args]);
    if (status !== 0) throw new Error(`export failed: ${stderr.toString()}`);
    return (performance.now() - started) / 1000;
  });
  log(`export of 500 nodes: ${times.map((seconds) => seconds.toFixed(2)).join(', ')} s`);
  return median(times);
}

function bytesBelow(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The root file system as the Containerfile has it, built from scratch; undefined where its packages cannot be had. */
function buildRoot(folder: string, log: (text: string) => void): string | undefined {
  const out = join(folder, 'root');
  const built = spawnSync('bash', [join(repository, 'resources/container/build-root.sh'), '--debian', out]);
  if (built.status === 0) return out;
  log(`the root file system cannot be built here: ${built.stderr.toString().trim().slice(-600)}`);
  return undefined;
}

function logParts(out: string, total: number, log: (text: string) => void): void {
  const modules = join(out, 'opt/slipway/app/node_modules');
  const sizes: [string, number][] = [
    ['Node', bytesBelow(join(out, 'opt/slipway/bin'))],
    ...readdirSync(modules, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }): [string, number] => [name, bytesBelow(join(modules, name))]),
  ];
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 9);
  const rest = total - largest.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [name, bytes] of [...largest, ['the rest', rest] as const]) {
    log(`  ${(bytes / mebibyte).toFixed(1).padStart(6)} MiB  ${name}`);
  }
}

/** From the start of the container's command to the first line of the kind's own code, in that root file system. */
async function stepStartMs(out: string, log: (text: string) => void): Promise<number | undefined> {
  const template = readFileSync(join(repository, 'resources/templates/penguins.slipway.json'), 'utf8');
  const { plan } = exportContextOf(readGraphText(template, definitionOf));
  writeFileSync(join(out, 'tmp/plan.json'), JSON.stringify(plan));
  const enter = process.getuid?.() === 0 ? ['chroot', out] : ['unshare', '--map-root-user', 'chroot', out];
  const engine = ['/opt/slipway/bin/node', '/opt/slipway/app/main/cli/slipway.ts'];
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const store = `/tmp/store-${round}`;
    mkdirSync(join(out, store));
    const step = ['--plan', '/tmp/plan.json', '--step', plan.steps[0]?.id ?? '', '--store', `file://${store}`];
    const startedMs = Date.now();
    const child = spawn(enter[0] ?? '', [...enter.slice(1), ...engine, 'run', '--json', ...step], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SLIPWAY_DATA_DIR: `/tmp/data-${round}`, HOME: '/tmp' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const code = await new Promise((resolve) => {
      child.on('error', () => resolve(-1));
      child.on('close', resolve);
    });
    const begun = /"type":"step.started".*"time":(\d+)/.exec(text)?.[1];
    if (code !== 0 || begun === undefined) {
      log(`the step did not run in the root file system (${enter[0]}): ${errors.slice(-600)}`);
      return undefined;
    }
    // The first round warms the disk, as the other pods of a run find it.
    if (round > 0) times.push(Number(begun) - startedMs);
  }
  log(`step start: ${times.join(', ')} ms`);
  return median(times);
}

export const exportCosts: Benchmark = {
  async measure(log) {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-export-'));
    try {
      const figures: Record<string, number> = { graph500Seconds: exportSeconds(folder, log) };
      const out = buildRoot(folder, log);
      if (out === undefined) return { figures, skipped: ['stepStartMs', 'imageMiB'] };
      const total = bytesBelow(out);
      logParts(out, total, log);
      figures['imageMiB'] = total / mebibyte;
      const started = await stepStartMs(out, log);
      if (started === undefined) return { figures, skipped: ['stepStartMs'] };
      figures['stepStartMs'] = started;
      return { figures, skipped: [] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
