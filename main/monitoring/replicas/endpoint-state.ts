import { z } from 'zod';
import { digestSchema } from '../../../shared/artifact/manifest.ts';
import { loopEventSchema } from '../../../shared/rpc/engine-contract.ts';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { endpointFolder } from './endpoint-archive.ts';

const driftReadingSchema = z.object({
  kind: z.literal('drift'),
  drifted: z.boolean(),
  alarm: z.boolean(),
  broken: z.boolean(),
  columns: z.array(z.object({ column: z.string(), method: z.string(), score: z.number() })),
});

const performanceReadingSchema = z.object({
  kind: z.literal('performance'),
  metric: z.string(),
  estimated: z.number().nullable(),
  realized: z.number().nullable(),
  alarms: z.object({ estimated: z.boolean(), realized: z.boolean() }),
});

const featuresReadingSchema = z.object({
  kind: z.literal('features'),
  features: z.array(z.object({ view: z.string(), feature: z.string(), rows: z.number(), skew: z.number() })),
});

/** The newest verdicts of the monitors about the model an endpoint serves. */
export const readingsSchema = z.object({
  timeMs: z.number(),
  model: digestSchema,
  readings: z.array(
    z.discriminatedUnion('kind', [driftReadingSchema, performanceReadingSchema, featuresReadingSchema]),
  ),
});
export type Readings = z.infer<typeof readingsSchema>;

/** A version that all replicas serve next to their own. */
export const trialSchema = z.object({
  model: digestSchema,
  version: z.number().int(),
  shadow: z.boolean(),
  percent: z.number(),
  startedMs: z.number(),
  /** When whoever conducts it was last at work: a trial that nobody looks after any more is over. */
  aliveMs: z.number(),
});
export type Trial = z.infer<typeof trialSchema>;

/** What one replica has answered, while a version is on trial. */
export const replicaCountsSchema = z.object({
  replica: z.string(),
  timeMs: z.number(),
  /** Start of the process: counts begin there. */
  startedMs: z.number(),
  trial: trialSchema.nullable(),
  versions: z.array(
    z.object({
      version: z.string(),
      digest: digestSchema,
      rows: z.number(),
      requests: z.number(),
      failed: z.number(),
      inferMs: z.number().nullable(),
      shadow: z.object({ failed: z.number(), answered: z.number() }),
    }),
  ),
});
export type ReplicaCounts = z.infer<typeof replicaCountsSchema>;

/** What the retraining of an endpoint decided so far. */
export const loopStateSchema = z.object({
  events: z.array(loopEventSchema),
  /** Evaluation of a model, by its digest. */
  reports: z.record(z.string(), z.string()),
});
export type LoopState = z.infer<typeof loopStateSchema>;

/** Longer than any pause of whoever conducts a trial, and than clocks of machines differ. */
const abandonedMs = 180_000;
const maxTextBytes = 8 * 2 ** 20;

/** Small texts of an endpoint in the store its replicas and monitors share. Damaged ones count as missing. */
export interface EndpointState {
  readings(): Promise<Readings | undefined>;
  setReadings(readings: Readings): Promise<void>;
  /** Undefined where none is on, or it was abandoned. */
  trial(): Promise<Trial | undefined>;
  setTrial(trial: Trial | undefined): Promise<void>;
  /** Replicas that said something within `maxAgeMs`. */
  replicas(maxAgeMs: number): Promise<ReplicaCounts[]>;
  setReplica(counts: ReplicaCounts): Promise<void>;
  loop(): Promise<LoopState>;
  setLoop(state: LoopState): Promise<void>;
  setReport(nodeId: string, report: unknown): Promise<void>;
}

export function createEndpointState(driver: ArtifactDriver, name: string): EndpointState {
  const folder = endpointFolder(name);
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await driver.readText(`${folder}/${path}`);
    if (text === undefined || text.length > maxTextBytes) return undefined;
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }
  const write = (path: string, value: unknown) => driver.writeText(`${folder}/${path}`, `${JSON.stringify(value)}\n`);
  return {
    readings: () => read('readings.json', readingsSchema),
    setReadings: (readings) => write('readings.json', readings),
    trial: async () => {
      const trial = await read('trial.json', trialSchema.nullable());
      return trial == null || Date.now() - trial.aliveMs > abandonedMs ? undefined : trial;
    },
    setTrial: (trial) => write('trial.json', trial ?? null),
    replicas: async (maxAgeMs) => {
      const found: ReplicaCounts[] = [];
      for (const file of await driver.list(`${folder}/replicas`)) {
        const counts = await read(`replicas/${file}`, replicaCountsSchema);
        if (counts !== undefined && Date.now() - counts.timeMs <= maxAgeMs) found.push(counts);
      }
      return found;
    },
    setReplica: (counts) => write(`replicas/${counts.replica.replaceAll(/[^A-Za-z0-9-]/g, '-')}.json`, counts),
    loop: async () => (await read('loop.json', loopStateSchema)) ?? { events: [], reports: {} },
    setLoop: (state) => write('loop.json', state),
    setReport: (nodeId, report) => write(`reports/${nodeId}.json`, report),
  };
}
