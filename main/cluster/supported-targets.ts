import { AppError } from '../../shared/errors/app-error.ts';
import type { ExportContext } from './export-context.ts';
import { exportTargets, renderBundle } from './targets.ts';

/** Ids of the targets that can express the plan. */
export function supportedTargets(context: ExportContext): string[] {
  return exportTargets
    .filter((target) => {
      try {
        renderBundle(target.id, context);
        return true;
      } catch (error) {
        // It can be expressed once there is a model.
        if (error instanceof AppError && error.code === 'export.no-model') return true;
        if (error instanceof AppError && error.code === 'export.unsupported') return false;
        throw error;
      }
    })
    .map((target) => target.id);
}
