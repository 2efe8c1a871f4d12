import { AppError } from '../../shared/errors/app-error.ts';
import { listGraphics, probeDevices } from '../compute/devices/probe.ts';
import { workerNode } from '../product/worker-node.ts';

/** How many graphics processors steps may use at the same time, in place of as many as work. */
const countVariable = 'SLIPWAY_GPUS';

/** The graphics processors of this machine, looked for once, when first asked. */
export interface Gpus {
  /** Those that work, by name. */
  names(): Promise<string[]>;
  /** As many as steps may use at the same time. */
  count(): Promise<number>;
}

/** Throws `environment.missing` where `SLIPWAY_GPUS` is no number. */
export function createGpus(find: () => Promise<string[]> = usableGpus, env: NodeJS.ProcessEnv = process.env): Gpus {
  const set = env[countVariable]?.trim();
  if (set !== undefined && set !== '' && !/^\d{1,3}$/.test(set)) {
    throw new AppError(
      'environment.missing',
      `${countVariable} is “${set}”, which is no number of graphics processors.`,
      {
        fix: `Set it to a whole number, such as 1, or leave it out to use those that are found.`,
      },
    );
  }
  let found: Promise<string[]> | undefined;
  const names = () => (found ??= find());
  return { names, count: async () => (set === undefined || set === '' ? (await names()).length : Number(set)) };
}

/**
 * Graphics processors that work, by name: empty where none is listed, or where none of them runs a model. Probed only
 * where the system lists one.
 */
async function usableGpus(): Promise<string[]> {
  const listed = await listGraphics();
  if (listed.length === 0) return [];
  const { providers } = await probeDevices({ node: workerNode() });
  const works = providers.some(({ provider, state }) => provider !== 'cpu' && state === 'ready');
  return works ? listed.map(({ name }) => name) : [];
}
