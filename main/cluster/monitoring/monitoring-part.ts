import type { BundlePart } from '../bundle-part.ts';
import type { ExportContext } from '../export-context.ts';
import type { Names } from '../names.ts';

export function monitoringPart(_context: ExportContext, _names: Names): BundlePart {
  return { groups: [], readme: { about: [] } };
}
