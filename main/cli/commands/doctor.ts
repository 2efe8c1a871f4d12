import { createInterface } from 'node:readline/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
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
  usage: '[--context CONTEXT | --install-cuda [--yes]]',
  positionals: 0,
  options: { context: { type: 'string' }, 'install-cuda': { type: 'boolean' }, yes: { type: 'boolean' } },
  optionHelp: {
    context: 'check this context of the kubeconfig instead of this machine',
    'install-cuda': "download ONNX Runtime's CUDA libraries, several hundred MB, from nuget.org; asks first",
    yes: 'agree to the download without being asked',
  },
  async run(context) {
    const cluster = context.text('context');
    if (cluster !== undefined) return checkCluster(context, cluster);
    if (context.flag('install-cuda')) return downloadCuda(context);
    const dataDir = resolveDataDir(context.dataDir);
    const checks = await checkMachine({ dataDir, devices: await probeDevices({ node: workerNode() }), port: uiPort });
    const rows = checks.map((check) => [check.state, check.id, `${check.message}${check.fix ? ` ${check.fix}` : ''}`]);
    context.output.result({ checks }, textTable(rows));
    return checks.some((check) => check.state === 'error') ? 3 : 0;
  },
};

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
