import { z } from 'zod';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { modelVersionSchema } from '../../shared/rpc/engine-contract.ts';
import type { ModelRegistration, ModelRegistry } from '../store/model-registry.ts';

/** `meta.registration` of a model artifact: what the register step asks for. */
const registrationSchema = z.object({
  name: z.string(),
  alias: z.string().optional(),
  metrics: modelVersionSchema.shape.metrics.optional(),
  parity: modelVersionSchema.shape.parity.optional(),
});

export interface RegistrationOrigin {
  runId: string;
  graphId: string;
  /** The node that registers: with it, repeating its last registration leaves aliases moved by hand alone. */
  nodeId?: string;
}

/** The registration a model artifact asks for; undefined for every other artifact. */
export function registrationOf(manifest: ArtifactManifest, origin: RegistrationOrigin): ModelRegistration | undefined {
  const wanted = registrationSchema.safeParse(manifest.meta['registration']);
  if (!wanted.success) return undefined;
  const { name, alias, metrics, parity } = wanted.data;
  return {
    name,
    alias,
    digest: manifest.digest,
    ...origin,
    metrics: metrics ?? metricsOf(manifest),
    parity: parity ?? null,
  };
}

/** Enters a model in the registry when its artifact asks for it. Repeating it changes nothing. */
export function registerOutput(registry: ModelRegistry, manifest: ArtifactManifest, origin: RegistrationOrigin): void {
  const registration = registrationOf(manifest, origin);
  if (registration !== undefined) registry.register(registration);
}

/** The numbers under `metrics` of an artifact's meta. */
export function metricsOf(manifest: ArtifactManifest): Record<string, number> {
  const metrics = manifest.meta['metrics'];
  if (typeof metrics !== 'object' || metrics === null) return {};
  return Object.fromEntries(
    Object.entries(metrics).filter(([, value]) => typeof value === 'number' && Number.isFinite(value)),
  );
}
