import type { Names } from './names.ts';

/** How a container learns where the store is: its address from the ConfigMap, credentials from a Secret, never values. */
export function storeEnvironment(names: Names): { envFrom: unknown[]; env: Record<string, unknown>[] } {
  return {
    envFrom: [{ secretRef: { name: names.storeSecret, optional: true } }],
    env: [
      {
        name: 'SLIPWAY_STORE',
        valueFrom: { configMapKeyRef: { name: names.storeSettings, key: 'SLIPWAY_STORE' } },
      },
      { name: 'SLIPWAY_DATA_DIR', value: '/tmp/slipway' },
      { name: 'HOME', value: '/tmp' },
    ],
  };
}
