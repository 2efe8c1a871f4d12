import { z } from 'zod';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { modelVersionSchema } from '../../shared/rpc/engine-contract.ts';
import type { ModelRegistration, ModelRegistry } from '../store/model-registry.ts';

/** Where a registration comes from. */
interface RegistrationOrigin {
  runId: string;
  graphId: string;
  /** The node that registers. With it, repeating its last registration leaves an alias that a person moved alone. */
  nodeId?: string;
}

/** What a register step writes into the `meta` of the model it hands on. */
const registeredMetaSchema = z.object({
  registration: z.object({ name: z.string(), alias: z.string().optional(), approval: z.boolean().optional() }),
  parity: modelVersionSchema.shape.parity.optional(),
});

/** The registration a model artifact asks for; undefined for every other artifact. */
export function registrationOf(manifest: ArtifactManifest, origin: RegistrationOrigin): ModelRegistration | undefined {
  const meta = registeredMetaSchema.safeParse(manifest.meta);
  if (!meta.success) return undefined;
  const { name, alias, approval } = meta.data.registration;
  return {
    // A step's result does not depend on its graph, so the graph's name for the model is filled in here.
    name: name === '' ? origin.graphId : name,
    alias,
    ...(approval === true ? { needsApproval: true } : {}),
    digest: manifest.digest,
    ...origin,
    metrics: metricsOf(manifest),
    parity: meta.data.parity ?? null,
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
