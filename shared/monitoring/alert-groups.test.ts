import { expect, it } from 'vitest';
import type { Alert } from '../rpc/engine-contract.ts';
import { groupAlerts, stateOfAlert } from './alert-groups.ts';

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  id,
  graphId: 'g',
  nodeId: 'drift',
  kind: 'drift',
  severity: 'warning',
  title: id,
  explanation: { sentences: [], columns: [], performance: null, examples: [] },
  startedMs: 0,
  resolvedMs: null,
  acknowledgedMs: null,
  deliveredMs: null,
  silenced: false,
  ...more,
});

const alerts = [
  alert('old', { resolvedMs: 5 }),
  alert('seen', { acknowledgedMs: 3 }),
  alert('new', { startedMs: 9 }),
  alert('worst', { kind: 'break', severity: 'critical' }),
  alert('other', { nodeId: 'performance', kind: 'realized-drop', startedMs: 20, resolvedMs: 30 }),
];

it('groups by monitor or cause, what is open and critical first', () => {
  const names = (by: 'monitor' | 'cause') =>
    groupAlerts(alerts, by).map(({ key, open, alerts: own }) => [key, open, own.map(({ id }) => id).join(' ')]);
  expect(names('monitor')).toEqual([
    ['g/drift', 3, 'worst new seen old'],
    ['g/performance', 0, 'other'],
  ]);
  expect(names('cause')).toEqual([
    ['break', 1, 'worst'],
    ['drift', 2, 'new seen old'],
    ['realized-drop', 0, 'other'],
  ]);
  expect(groupAlerts([], 'monitor')).toEqual([]);
});

it('names the state: over, silenced, acknowledged or open', () => {
  expect([...alerts, alert('quiet', { silenced: true, acknowledgedMs: 1 })].map(stateOfAlert)).toEqual([
    'over',
    'acknowledged',
    'open',
    'open',
    'over',
    'silenced',
  ]);
});
