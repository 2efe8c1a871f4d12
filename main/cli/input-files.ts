import { toAppError } from '../../shared/errors/app-error.ts';
import type { Output } from './output.ts';

/**
 * For commands that are given tables: one that cannot be used is bad input (exit code 2). In a run the same `data.*` error
 * is a failed step (1), and 1 may mean something else to such a command, as with `drift --fail-on-drift`.
 */
export async function withInputFiles(output: Output, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const { code, category } = toAppError(error);
    if (!code.startsWith('data.') || category !== 'user') throw error;
    output.error(error);
    return 2;
  }
}
