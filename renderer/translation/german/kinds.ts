import { dataKinds } from './data-kinds.ts';
import { featureKinds } from './feature-kinds.ts';
import type { GermanKind } from './german-kind.ts';
import { monitorKinds } from './monitor-kinds.ts';
import { serveKinds } from './serve-kinds.ts';
import { trainKinds } from './train-kinds.ts';

export const germanKinds: Readonly<Record<string, GermanKind>> = {
  ...dataKinds,
  ...featureKinds,
  ...trainKinds,
  ...serveKinds,
  ...monitorKinds,
};
