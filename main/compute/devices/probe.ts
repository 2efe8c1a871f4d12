import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ExecutionProvider } from '../onnx/session.ts';
import type { DeviceReport, GraphicsDevice, ProviderReport } from './device-report.ts';

export interface ProbeOptions {
  /** Node that runs the child processes. */
  node: string;
  /** Default: those that can exist on this system. */
  providers?: readonly ExecutionProvider[];
  /** Per provider; default 20 s. */
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
}

const child = join(import.meta.dirname, 'probe-provider.ts');
const defaultTimeoutMs = 20_000;

/** Providers that ONNX Runtime can have on a system. */
export function possibleProviders(platform: NodeJS.Platform): ExecutionProvider[] {
  if (platform === 'win32') return ['cpu', 'webgpu', 'dml', 'cuda'];
  if (platform === 'darwin') return ['cpu', 'webgpu', 'coreml'];
  return ['cpu', 'webgpu', 'cuda'];
}

/**
 * Which execution providers work here, each tried in a child process with a small model whose result is known, and the
 * graphics processors of the machine. Never throws: what goes wrong is in the report.
 */
export async function probeDevices(options: ProbeOptions): Promise<DeviceReport> {
  const graphics = listGraphics();
  const providers: ProviderReport[] = [];
  // One at a time: two drivers that start together have been the first to hang.
  for (const provider of options.providers ?? possibleProviders(process.platform)) {
    providers.push(await probeProvider(provider, options));
  }
  return { providers, graphics: await graphics };
}

/** Graphics processors with a driver; an emulated display adapter counts, an unknown one does not. */
export async function listGraphics(): Promise<GraphicsDevice[]> {
  try {
    const { graphics } = await import('systeminformation');
    const { controllers } = await graphics();
    return controllers.flatMap(({ vendor, model, vram, memoryTotal }) => {
      const name = model.startsWith(vendor) ? model : `${vendor} ${model}`.trim();
      const mebibytes = memoryTotal ?? vram;
      return name === '' ? [] : [{ name, memoryBytes: mebibytes ? mebibytes * 2 ** 20 : null }];
    });
  } catch {
    return [];
  }
}

function probeProvider(provider: ExecutionProvider, options: ProbeOptions): Promise<ProviderReport> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return new Promise((resolve) => {
    const process_ = spawn(options.node, [child, provider], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const startedMs = Date.now();
    let output = '';
    let errors = '';
    process_.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    process_.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4_000);
    });
    process_.on('error', (error) => resolve({ provider, state: 'failed', reason: error.message }));
    process_.on('close', (code, signal) => {
      const report = parseReport(output);
      if (report !== undefined) {
        resolve(report.reason === undefined ? report : { ...report, reason: explain(provider, report.reason, errors) });
        return;
      }
      const late = Date.now() - startedMs >= timeoutMs;
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      const reason = late
        ? `Its driver did not answer within ${timeoutMs / 1000} s.`
        : `Its driver ended the process ${how}${lastLine(errors)}`;
      resolve({ provider, state: 'failed', reason });
    });
  });
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? '.' : `: ${line}`;
}

function parseReport(text: string): ProviderReport | undefined {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '') as ProviderReport;
  } catch {
    return undefined;
  }
}

/** What ONNX Runtime says when a provider is missing, in words a person can act on. */
function explain(provider: ExecutionProvider, reason: string, errors: string): string {
  if (/Couldn't load Vulkan/i.test(errors)) {
    return 'The Vulkan loader (libvulkan.so.1) is not installed; Debian and Ubuntu have it in libvulkan1.';
  }
  if (/not found|no available backend|not supported in this build|unsupported|Unknown provider/i.test(reason)) {
    return `This build of ONNX Runtime does not carry it (${reason}).`;
  }
  if (/Failed to get (an )?(a )?(WebGPU )?adapter|No supported adapters/i.test(reason)) {
    return 'There is no graphics processor with a Vulkan, Metal or Direct3D 12 driver.';
  }
  if (provider === 'cuda' && /cannot open shared object|LoadLibrary|Failed to load|libcu/i.test(reason)) {
    return `Its libraries, or NVIDIA's CUDA and cuDNN, are not installed (${reason}).`;
  }
  return reason;
}
