import { AppError } from '../../shared/errors/app-error.ts';
import type { ExportContext } from './export-context.ts';
import { exportTargets } from './targets.ts';

/** Ids of the targets that can express the plan. */
export function supportedTargets(context: ExportContext): string[] {
  return exportTargets
    .filter((target) => {
      try {
        target.render(context);
        return true;
      } catch (error) {
        if (error instanceof AppError && error.code === 'export.unsupported') return false;
        throw error;
      }
    })
    .map((target) => target.id);
}
