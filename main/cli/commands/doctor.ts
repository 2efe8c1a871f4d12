import { createInterface } from 'node:readline/promises';
import { type DeviceSharing, type DeviceUse, deviceSharingSchema } from '../../../shared/devices/device-sharing.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readDeviceUses } from '../../compute/devices/device-lease.ts';
import { readDeviceSharing, writeDeviceSharing } from '../../compute/devices/device-sharing.ts';
import { probeDevices } from '../../compute/devices/probe.ts';
import { installCuda } from '../../doctor/install-cuda.ts';
import { checkMachine } from '../../doctor/machine-checks.ts';
import { workerNode } from '../../product/worker-node.ts';
import { resolveDataDir } from '../../store/data-dir.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

/** Of `slipway ui`, when none is named. */
const uiPort = 4680;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Says what this machine can do, what is wrong with it and what to do about it.',
  usage: '[--context CONTEXT | --install-cuda [--yes] | --gpu-first ROLE --gpu-memory MIB]',
  positionals: 0,
  options: {
    context: { type: 'string' },
    'install-cuda': { type: 'boolean' },
    yes: { type: 'boolean' },
    'gpu-first': { type: 'string' },
    'gpu-memory': { type: 'string' },
  },
  optionHelp: {
    context: 'check this context of the kubeconfig instead of this machine',
    'install-cuda': "download ONNX Runtime's CUDA libraries, several hundred MB, from nuget.org; asks first",
    yes: 'agree to the download without being asked',
    'gpu-first': 'who goes first where endpoints and trainings want a graphics processor: serving, training or nobody',
    'gpu-memory': 'memory of the graphics processor that all may take together, in MiB, or none for no bound',
  },
  async run(context) {
    const cluster = context.text('context');
    if (cluster !== undefined) return checkCluster(context, cluster);
    if (context.flag('install-cuda')) return downloadCuda(context);
    const [first, memory] = [context.text('gpu-first'), context.text('gpu-memory')];
    if (first !== undefined || memory !== undefined) return shareDevices(context, first, memory);
    const dataDir = resolveDataDir(context.dataDir);
    const checks = await checkMachine({ dataDir, devices: await probeDevices({ node: workerNode() }), port: uiPort });
    const rows = checks.map((check) => [check.state, check.id, `${check.message}${check.fix ? ` ${check.fix}` : ''}`]);
    const devices = { sharing: readDeviceSharing(), uses: readDeviceUses() };
    context.output.result({ checks, devices }, [textTable(rows), ...sharingLines(devices)].join('\n'));
    return checks.some((check) => check.state === 'error') ? 3 : 0;
  },
};

/** Holds at once for endpoints and trainings that run. Errors: `cli.usage`, `disk.read-only`. */
function shareDevices(context: CommandContext, first: string | undefined, memory: string | undefined): number {
  const before = readDeviceSharing();
  const wanted = deviceSharingSchema.safeParse({
    first: first ?? before.first,
    memoryMiB: memory === undefined ? before.memoryMiB : memory === 'none' ? null : Number(memory),
  });
  if (!wanted.success) {
    throw new AppError('cli.usage', 'The graphics processor cannot be shared like that.', {
      fix: 'Give serving, training or nobody to --gpu-first, and a whole number of MiB or none to --gpu-memory.',
    });
  }
  writeDeviceSharing(wanted.data);
  const devices = { sharing: readDeviceSharing(), uses: readDeviceUses() };
  const { sharing } = devices;
  if (sharing.first !== wanted.data.first || sharing.memoryMiB !== wanted.data.memoryMiB) {
    context.output.log('SLIPWAY_GPU_FIRST or SLIPWAY_GPU_MEMORY_MIB is set in the environment, which goes before it.');
  }
  context.output.result({ devices }, sharingLines(devices).join('\n'));
  return 0;
}

const whoIsFirst: Readonly<Record<DeviceSharing['first'], string>> = {
  serving: 'endpoints go first, trainings wait for them',
  training: 'trainings go first, endpoints wait for them',
  nobody: 'nobody waits for the other',
};

/** Who has a graphics processor and who yields. */
function sharingLines({ sharing, uses }: { sharing: DeviceSharing; uses: readonly DeviceUse[] }): string[] {
  const { first, memoryMiB } = sharing;
  const bound = memoryMiB === null ? 'no bound of memory' : `${memoryMiB} MiB of memory for all`;
  const rows = uses.map(({ role, what, provider, bytes, waitedMs }) => [
    `  ${role}`,
    what,
    provider,
    `${Math.ceil(bytes / 2 ** 20)} MiB`,
    `waited ${(waitedMs / 1_000).toFixed(1)} s`,
  ]);
  return [
    `Graphics processor: ${whoIsFirst[first]}; ${bound}.`,
    uses.length === 0 ? '  Nobody has a model there.' : textTable(rows),
  ];
}

/** Errors: `cli.usage` where nobody can agree, and those of the download. */
async function downloadCuda(context: CommandContext): Promise<number> {
  if (!context.flag('yes')) {
    if (!process.stdin.isTTY) {
      throw new AppError('cli.usage', 'This downloads several hundred MB.', { fix: 'Add --yes to agree.' });
    }
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await prompt.question(
      "Download ONNX Runtime's CUDA libraries (several hundred MB) from nuget.org? [y/N] ",
    );
    prompt.close();
    if (!/^y(es)?$/i.test(answer.trim())) return 0;
  }
  for await (const text of installCuda(context.signal)) context.output.log(text);
  context.output.result({ installed: true }, 'Done. "slipway doctor" says whether this machine can use them.');
  return 0;
}

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
