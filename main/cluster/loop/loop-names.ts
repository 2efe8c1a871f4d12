import { toDnsLabel } from '../dns-label.ts';
import type { PlannedEndpoint } from '../export-context.ts';
import type { Names } from '../names.ts';

/** A CronJob's name leaves room for what its Jobs add. */
const maxNameLength = 47;

export function monitorName(names: Names, endpoint: PlannedEndpoint): string {
  return toDnsLabel(`${names.graph}-${endpoint.service.id}-monitor`, maxNameLength);
}

export function retrainName(names: Names, endpoint: PlannedEndpoint): string {
  return toDnsLabel(`${names.graph}-${endpoint.service.id}-retrain`, maxNameLength);
}
