import type { OutputRef } from '../../shared/events/run-events.ts';
import type { Lineage } from '../../shared/graph/port-types.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import type { StepRecord } from '../store/artifact-store.ts';
import type { InputRef } from './execute-step.ts';
import type { Kinds } from './kinds.ts';

/** An output of a step in a graph. */
export interface ResolvedOutput extends OutputRef {
  lineage?: Lineage | undefined;
}

/** Outputs of a record as this step of the graph has them: lineage is that of the place, not of the content. */
export function resolveOutputs(
  kinds: Kinds,
  step: PlanStep,
  inputs: Record<string, InputRef[]>,
  record: StepRecord,
): Record<string, ResolvedOutput> {
  const definition = kinds.definitionOf(step.kind);
  const ports = definition === undefined ? { inputs: {}, outputs: {} } : portsOf(definition, step.params);
  const first = Object.keys(ports.inputs)
    .map((port) => inputs[port]?.[0])
    .find((ref) => ref !== undefined);
  return Object.fromEntries(
    Object.entries(record.outputs).map(([port, output]) => {
      const declared = Object.hasOwn(ports.outputs, port) ? ports.outputs[port]?.lineage : undefined;
      const lineage = output.lineage ?? declared ?? first?.lineage;
      return [port, { digest: output.digest, type: output.type, ...(lineage === undefined ? {} : { lineage }) }];
    }),
  );
}

/** References of a step's inputs; undefined when some output is not known. */
export function resolveInputs(
  step: PlanStep,
  outputsOf: (step: string) => Record<string, ResolvedOutput> | undefined,
): Record<string, InputRef[]> | undefined {
  const inputs: Record<string, InputRef[]> = {};
  for (const [port, sources] of Object.entries(step.inputs)) {
    inputs[port] = [];
    for (const source of sources) {
      const output = outputsOf(source.step)?.[source.port];
      if (output === undefined) return undefined;
      inputs[port].push({
        digest: output.digest,
        ...(output.lineage === undefined ? {} : { lineage: output.lineage }),
      });
    }
  }
  return inputs;
}

/** `{digest, type}` only, as events and plans carry it. */
export function toOutputRefs(outputs: Record<string, ResolvedOutput>): Record<string, OutputRef> {
  return Object.fromEntries(Object.entries(outputs).map(([port, { digest, type }]) => [port, { digest, type }]));
}
