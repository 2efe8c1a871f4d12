import { expect, it } from 'vitest';
import { newRunView } from '../state/run-view.ts';
import { applyRunEvent } from '../state/run-view.ts';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { comparedVariants } from './compared-variants.ts';

const variant = { of: 'evaluate', node: 'trees', name: 'deep' };
const result = { kind: 'k', status: 'executed', key: 'k', durationMs: 1, outputs: {} } as const;
const events: RunEvent[] = [
  {
    type: 'run.started',
    runId: 'r',
    seq: 1,
    time: 1,
    graphId: 'g',
    steps: ['evaluate', 'evaluate--trees_deep', 'other'].map((id) => ({ id, kind: 'k' })),
  },
  { type: 'step.finished', runId: 'r', seq: 2, time: 2, id: 'evaluate', ...result },
  { type: 'step.finished', runId: 'r', seq: 3, time: 3, id: 'evaluate--trees_deep', ...result, variant },
  {
    type: 'run.finished',
    runId: 'r',
    seq: 4,
    time: 4,
    status: 'succeeded',
    steps: [],
    outputs: {},
    metrics: { evaluate: { rocAuc: 0.7 }, 'evaluate--trees_deep': { rocAuc: 0.8, recall: 0.5 }, other: { rmse: 1 } },
  },
];

it('puts the metrics of an evaluation beside those of its variants', () => {
  const view = events.reduce(applyRunEvent, newRunView('r', 'g'));
  expect(comparedVariants(view)).toEqual([
    {
      of: 'evaluate',
      metrics: ['rocAuc', 'recall'],
      rows: [
        { step: 'evaluate', variant: undefined, values: { rocAuc: 0.7 } },
        {
          step: 'evaluate--trees_deep',
          variant: { node: 'trees', name: 'deep' },
          values: { rocAuc: 0.8, recall: 0.5 },
        },
      ],
    },
  ]);
  expect(comparedVariants(newRunView('r', 'g'))).toEqual([]);
});
