import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import type { DeviceReport } from '../../compute/devices/device-report.ts';
import { probeDevices } from '../../compute/devices/probe.ts';
import { machineMemoryBytes } from '../../engine/machine-memory.ts';
import { workerNode } from '../../product/worker-node.ts';
import { makeDataDir, resolveDataDir } from '../../store/data-dir.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

interface Check {
  id: string;
  state: 'ok' | 'warning' | 'error';
  message: string;
  fix?: string;
}

const gibibyte = 1024 ** 3;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Says what this machine can do, what is wrong with it and what to do about it.',
  usage: '[--context CONTEXT]',
  positionals: 0,
  options: { context: { type: 'string' } },
  optionHelp: { context: 'check this context of the kubeconfig instead of this machine' },
  async run(context) {
    const cluster = context.text('context');
    if (cluster !== undefined) return checkCluster(context, cluster);
    const dataDir = resolveDataDir(context.dataDir);
    const checks: Check[] = [
      nodeCheck(),
      processorCheck(),
      await dataDirCheck(dataDir),
      await diskCheck(dataDir),
      packageCheck('sample-data', 'vega-datasets/package.json', 'Sample data of the templates'),
      packageCheck('onnxruntime', 'onnxruntime-node/package.json', 'ONNX Runtime'),
      packageCheck('duckdb', '@duckdb/node-api/package.json', 'DuckDB'),
      ...deviceChecks(await probeDevices({ node: workerNode() })),
      await portCheck(4680),
    ];
    const rows = checks.map((check) => [check.state, check.id, `${check.message}${check.fix ? ` ${check.fix}` : ''}`]);
    context.output.result({ checks }, textTable(rows));
    return checks.some((check) => check.state === 'error') ? 3 : 0;
  },
};

/** The cluster library is large: it is loaded only when it is asked for. */
async function checkCluster(context: CommandContext, name: string): Promise<number> {
  const { openCluster } = await import('../../cluster/api/cluster-client.ts');
  const { preflight } = await import('../../cluster/preflight.ts');
  const found = await preflight(openCluster(name));
  const rows = found.checks.map((check) => [
    check.state,
    check.id,
    `${check.message}${check.fix ? ` ${check.fix}` : ''}`,
  ]);
  const targets = found.targets.map((target) =>
    target.usable ? `${target.id} can be used` : `${target.id} lacks ${target.missing.join(', ')}`,
  );
  context.output.result(found, [textTable(rows), ...targets].join('\n'));
  return found.checks.some((check) => check.state === 'error') ? 3 : 0;
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 22) return { id: 'node', state: 'ok', message: `Node ${process.versions.node}.` };
  return {
    id: 'node',
    state: 'error',
    message: `Node ${process.versions.node} is too old for the engine.`,
    fix: 'Start it through npm run slipway, which brings Node 24.',
  };
}

function processorCheck(): Check {
  const message = `${availableParallelism()} cores, ${(machineMemoryBytes() / gibibyte).toFixed(1)} GiB memory, ${(process.availableMemory() / gibibyte).toFixed(1)} GiB free.`;
  const small = machineMemoryBytes() < 4 * gibibyte;
  return small
    ? { id: 'processor', state: 'warning', message, fix: 'Large tables need 4 GiB.' }
    : { id: 'processor', state: 'ok', message };
}

async function dataDirCheck(dataDir: string): Promise<Check> {
  try {
    makeDataDir(dataDir);
    // Ends with a separator: a file of that name is not taken for the folder.
    await access(join(dataDir, sep), constants.W_OK);
    return { id: 'data-directory', state: 'ok', message: `${dataDir} can be written.` };
  } catch (error) {
    return {
      id: 'data-directory',
      state: 'error',
      message: `${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      fix: 'Choose another with --data-dir or SLIPWAY_DATA_DIR.',
    };
  }
}

async function diskCheck(dataDir: string): Promise<Check> {
  const info = await statfs(existsSync(dataDir) ? dataDir : '/').catch(() => undefined);
  if (info === undefined) return { id: 'disk', state: 'warning', message: 'Free disk space is unknown.' };
  const free = (info.bavail * info.bsize) / gibibyte;
  const message = `${free.toFixed(1)} GiB free for ${dataDir}.`;
  return free < 5
    ? { id: 'disk', state: 'warning', message, fix: 'The flight-delays sample needs about 1 GiB; free some space.' }
    : { id: 'disk', state: 'ok', message };
}

function packageCheck(id: string, file: string, title: string): Check {
  try {
    createRequire(import.meta.url).resolve(file);
    return { id, state: 'ok', message: `${title} is installed.` };
  } catch (error) {
    // A package may keep its package.json private; then it is there all the same.
    if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
      return { id, state: 'ok', message: `${title} is installed.` };
    }
    return { id, state: 'error', message: `${title} is missing.`, fix: 'Run npm ci.' };
  }
}

const providerTitles = {
  cpu: 'ONNX Runtime on the CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
} as const;

/** A machine without a graphics processor is no problem; one that computes wrong numbers, or no working CPU, is. */
function deviceChecks({ providers, graphics }: DeviceReport): Check[] {
  const names = graphics.map(({ name, memoryBytes }) =>
    memoryBytes === null ? name : `${name} (${(memoryBytes / gibibyte).toFixed(1)} GiB)`,
  );
  const listed = names.length === 0 ? 'No graphics processor is listed.' : `Graphics: ${names.join(', ')}.`;
  return [
    { id: 'gpu', state: 'ok', message: listed },
    ...providers.map(({ provider, state, reason = '' }): Check => {
      const id = `device.${provider}`;
      const title = providerTitles[provider];
      if (state === 'ready') return { id, state: 'ok', message: `${title} works.` };
      if (provider === 'cpu') {
        return { id, state: 'error', message: `${title} does not work: ${reason}`, fix: 'Run npm ci.' };
      }
      if (state === 'wrong') {
        return { id, state: 'warning', message: `${title} gives wrong results. ${reason}`, fix: 'Update its driver.' };
      }
      return { id, state: 'ok', message: `${title} cannot be used; the CPU is. ${reason}` };
    }),
  ];
}

function portCheck(port: number): Promise<Check> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () =>
      resolve({
        id: 'port',
        state: 'warning',
        message: `Port ${port} is in use.`,
        fix: 'slipway ui --port 0 takes any free one.',
      }),
    );
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve({ id: 'port', state: 'ok', message: `Port ${port} is free.` }));
    });
  });
}
