import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyParts, PlanStep } from '../../shared/plan/plan.ts';
import { stepKey } from '../../shared/plan/step-key.ts';
import type { StepItems } from '../../shared/node/runner.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';

const file = 'item.json';

/** Which part of a step's items is to be computed: those whose number leaves `index` when divided by `count`. */
export interface Share {
  index: number;
  count: number;
}

/**
 * Items of a step in a store, each under a key of its own that follows from the step's: whoever may read the step's
 * result may read them, and who asks for the same step elsewhere finds them.
 */
export function createStepItems(
  store: ArtifactStore,
  task: { step: PlanStep; parts: KeyParts; runId: string },
  share: Share | undefined,
): StepItems {
  const { step, runId } = task;
  const partsOf = (number: number): KeyParts => ({ ...task.parts, kind: `${task.parts.kind}#${number}` });
  return {
    ...(share === undefined ? {} : { share }),
    async get(number) {
      const record = await store.getStep(stepKey(partsOf(number)));
      const digest = record?.outputs['item']?.digest;
      const artifact = digest === undefined ? undefined : await store.open(digest);
      return artifact === undefined ? undefined : (JSON.parse(await readFile(artifact.path(file), 'utf8')) as unknown);
    },
    async put(number, value) {
      const parts = partsOf(number);
      const key = stepKey(parts);
      const folder = await store.createWorkDir();
      try {
        const path = join(folder, file);
        await writeFile(path, JSON.stringify(value));
        const producer = { kind: step.kind, version: step.version, key };
        const { digest, type } = await store.put(
          { type: 'report', files: { [file]: path }, meta: { item: number } },
          { producer, inputs: {} },
        );
        await store.putStep({ key, parts, outputs: { item: { digest, type } }, runId, durationMs: 0 });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
