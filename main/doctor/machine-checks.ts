import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { MachineCheck } from '../../shared/doctor/machine-check.ts';
import type { DeviceReport } from '../compute/devices/device-report.ts';
import { interpreterOf, pythonEnvironment } from '../compute/python/interpreter.ts';
import { machineMemoryBytes } from '../engine/machine-memory.ts';
import { makeDataDir } from '../store/data-dir.ts';
import { whyNoCuda } from './install-cuda.ts';

const gibibyte = 1024 ** 3;

export interface MachineChecks {
  dataDir: string;
  devices: DeviceReport;
  /** Port that is to be free; undefined where this process has it. */
  port: number | undefined;
}

/** What this machine can do, what is wrong with it and what to do about it. Never throws. */
export async function checkMachine({ dataDir, devices, port }: MachineChecks): Promise<MachineCheck[]> {
  return [
    nodeCheck(),
    processorCheck(),
    await dataDirCheck(dataDir),
    await diskCheck(dataDir),
    packageCheck('sample-data', 'vega-datasets/package.json', 'Sample data of the templates'),
    packageCheck('onnxruntime', 'onnxruntime-node/package.json', 'ONNX Runtime'),
    packageCheck('duckdb', '@duckdb/node-api/package.json', 'DuckDB'),
    ...deviceChecks(devices),
    await pythonCheck(),
    await kubeconfigCheck(),
    ...(port === undefined ? [] : [await portCheck(port)]),
  ];
}

function nodeCheck(): MachineCheck {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 22) return { id: 'node', state: 'ok', message: `Node ${process.versions.node}.` };
  return {
    id: 'node',
    state: 'error',
    message: `Node ${process.versions.node} is too old for the engine.`,
    fix: 'Start it through npm run slipway, which brings Node 24.',
  };
}

function processorCheck(): MachineCheck {
  const message = `${availableParallelism()} cores, ${(machineMemoryBytes() / gibibyte).toFixed(1)} GiB memory, ${(process.availableMemory() / gibibyte).toFixed(1)} GiB free.`;
  const small = machineMemoryBytes() < 4 * gibibyte;
  return small
    ? { id: 'processor', state: 'warning', message, fix: 'Large tables need 4 GiB.' }
    : { id: 'processor', state: 'ok', message };
}

async function dataDirCheck(dataDir: string): Promise<MachineCheck> {
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

async function diskCheck(dataDir: string): Promise<MachineCheck> {
  const info = await statfs(existsSync(dataDir) ? dataDir : '/').catch(() => undefined);
  if (info === undefined) return { id: 'disk', state: 'warning', message: 'Free disk space is unknown.' };
  const free = (info.bavail * info.bsize) / gibibyte;
  const message = `${free.toFixed(1)} GiB free for ${dataDir}.`;
  return free < 5
    ? { id: 'disk', state: 'warning', message, fix: 'The flight-delays sample needs about 1 GiB; free some space.' }
    : { id: 'disk', state: 'ok', message };
}

function packageCheck(id: string, file: string, title: string): MachineCheck {
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
function deviceChecks({ providers, graphics }: DeviceReport): MachineCheck[] {
  const names = graphics.map(({ name, memoryBytes }) =>
    memoryBytes === null ? name : `${name} (${(memoryBytes / gibibyte).toFixed(1)} GiB)`,
  );
  const listed = names.length === 0 ? 'No graphics processor is listed.' : `Graphics: ${names.join(', ')}.`;
  return [
    { id: 'gpu', state: 'ok', message: listed },
    ...providers.map(({ provider, state, reason = '' }): MachineCheck => {
      const id = `device.${provider}`;
      const title = providerTitles[provider];
      if (state === 'ready') return { id, state: 'ok', message: `${title} works.` };
      if (provider === 'cpu') {
        return { id, state: 'error', message: `${title} does not work: ${reason}`, fix: 'Run npm ci.' };
      }
      if (state === 'wrong') {
        return { id, state: 'warning', message: `${title} gives wrong results. ${reason}`, fix: 'Update its driver.' };
      }
      const message = `${title} cannot be used; the CPU is. ${reason}`;
      if (provider !== 'cuda' || !names.some((name) => /nvidia/i.test(name)) || whyNoCuda() !== undefined) {
        return { id, state: 'ok', message };
      }
      const fix = 'slipway doctor --install-cuda downloads its libraries; NVIDIA brings CUDA 12 and cuDNN 9.';
      return { id, state: 'warning', message, fix, action: 'install-cuda' };
    }),
  ];
}

function portCheck(port: number): Promise<MachineCheck> {
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

/** Only steps with a script or an estimator in Python need it. */
async function pythonCheck(): Promise<MachineCheck> {
  const interpreter = interpreterOf('', process.cwd());
  const id = 'python';
  try {
    const { stdout } = await promisify(execFile)(interpreter, ['-c', versionScript], {
      env: pythonEnvironment(),
      timeout: pythonTimeoutMs,
    });
    const { version, packages } = JSON.parse(stdout) as { version: string; packages: string[] };
    const has =
      packages.length === 0 ? 'without pandas, scikit-learn, LightGBM or PyTorch' : `with ${packages.join(', ')}`;
    return { id, state: 'ok', message: `Python ${version} (${interpreter}) ${has}.` };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return {
      id,
      state: 'ok',
      message: missing
        ? `There is no ${interpreter}; only Python steps need one.`
        : `${interpreter} does not start (${toAppError(error).message.split('\n')[0]}); only Python steps need it.`,
      fix: 'Install Python 3.9 or newer, or name one in SLIPWAY_PYTHON.',
    };
  }
}

const pythonTimeoutMs = 10_000;
const versionScript = `
import importlib.util, json, platform
names = {"pandas": "pandas", "sklearn": "scikit-learn", "lightgbm": "LightGBM", "torch": "PyTorch"}
print(json.dumps({"version": platform.python_version(), "packages": [t for n, t in names.items() if importlib.util.find_spec(n)]}))
`;

/** Reads the file only; whether the cluster answers is what the Cluster screen and `doctor --context` say. */
async function kubeconfigCheck(): Promise<MachineCheck> {
  const id = 'kubeconfig';
  try {
    // The library that reads it is large.
    const { listContexts } = await import('../cluster/api/kube-contexts.ts');
    const contexts = listContexts();
    if (contexts.length === 0) {
      const fix = 'Name a kubeconfig in KUBECONFIG to export to a cluster.';
      return { id, state: 'ok', message: 'No cluster is set up here.', fix };
    }
    const current = contexts.find((context) => context.current);
    const names = contexts.map(({ name }) => name).join(', ');
    return {
      id,
      state: 'ok',
      message: `${contexts.length === 1 ? 'One context' : `${contexts.length} contexts`} in the kubeconfig: ${names}${current === undefined ? '' : `; ${current.name} is current`}.`,
      fix: 'slipway doctor --context NAME asks a cluster.',
    };
  } catch (error) {
    const { message, fix } = toAppError(error);
    return { id, state: 'warning', message, ...(fix === undefined ? {} : { fix }) };
  }
}
