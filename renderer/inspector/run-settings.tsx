import { useState } from 'react';
import type { GraphNode } from '../../shared/graph/document.ts';
import { type NodeDefinition, runsOnDevice } from '../../shared/node/define-node.ts';
import { type RunSettings, setRunSettings } from '../state/graph-commands.ts';
import { Field } from '../ui/field.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { t } from './form-text.ts';

const bytesPerMiB = 2 ** 20;
const auto = 'auto';
const deviceNames: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
};

interface NumberSetting {
  label: string;
  value: number | undefined;
  min: number;
  max: number;
  whole?: boolean;
  unit?: string;
  placeholder: string;
  set: (value: number | undefined) => RunSettings;
}

/** How often, how long and with what a step is run, which changes nothing of its result. */
export function RunSettingsForm({
  nodeId,
  node,
  definition,
}: {
  nodeId: string;
  node: GraphNode;
  definition: NodeDefinition;
}) {
  const { retry, timeoutMs, resources } = node;
  const numbers: NumberSetting[] = [
    {
      label: t.attempts,
      value: retry?.attempts,
      min: 1,
      max: 20,
      whole: true,
      placeholder: '1',
      set: (value) => ({ retry: { ...retry, attempts: value } }),
    },
    {
      label: t.pauseBefore,
      value: retry?.backoffMs === undefined ? undefined : retry.backoffMs / 1000,
      min: 0,
      max: 3600,
      unit: 's',
      placeholder: '0',
      set: (value) => ({ retry: { ...retry, backoffMs: value === undefined ? undefined : value * 1000 } }),
    },
    {
      label: t.timeLimit,
      value: timeoutMs === undefined ? undefined : timeoutMs / 1000,
      min: 0.001,
      max: 31_536_000,
      unit: 's',
      placeholder: t.noLimit,
      set: (value) => ({ timeoutMs: value === undefined ? undefined : value * 1000 }),
    },
    {
      label: t.memory,
      value: resources?.memoryBytes === undefined ? undefined : resources.memoryBytes / bytesPerMiB,
      min: 1,
      max: 2 ** 24,
      whole: true,
      unit: 'MiB',
      placeholder: t.asEstimated,
      set: (value) => ({
        resources: { ...resources, memoryBytes: value === undefined ? undefined : value * bytesPerMiB },
      }),
    },
    {
      label: t.threads,
      value: resources?.cpu,
      min: 1,
      max: 1024,
      whole: true,
      placeholder: t.asEstimated,
      set: (value) => ({ resources: { ...resources, cpu: value } }),
    },
  ];
  // What was set once is shown; it stays open while the last of it is taken back.
  const [isOpen] = useState(retry !== undefined || timeoutMs !== undefined || resources !== undefined);
  return (
    <details className="param-section run-settings" open={isOpen}>
      <summary>{t.running}</summary>
      {numbers.map(({ label, value, min, max, whole, unit, placeholder, set }) => (
        <Field key={label} row label={label}>
          {(ids) => (
            <NumberField
              {...ids}
              value={value}
              min={min}
              max={max}
              step={whole ? 1 : undefined}
              unit={unit}
              placeholder={placeholder}
              onChange={(next) => {
                const fits = next === undefined || (next >= min && next <= max && (!whole || Number.isInteger(next)));
                if (fits) setRunSettings(nodeId, label, set(next));
              }}
            />
          )}
        </Field>
      ))}
      {runsOnDevice(definition, node.params) && (
        <Field row label={t.device}>
          {(ids) => (
            <Select
              {...ids}
              value={node.device ?? auto}
              options={[...new Set([auto, ...Object.keys(deviceNames), node.device ?? auto])].map((value) => ({
                value,
                label: value === auto ? t.deviceAuto : (deviceNames[value] ?? value),
              }))}
              onChange={(value) => setRunSettings(nodeId, t.device, { device: value === auto ? undefined : value })}
            />
          )}
        </Field>
      )}
    </details>
  );
}
