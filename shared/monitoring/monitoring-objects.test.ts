import { expect, it } from 'vitest';
import { alertmanagerConfig } from './alertmanager-config.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';
import { type EndpointObjectives, prometheusRules } from './prometheus-rules.ts';

const objectives: EndpointObjectives = {
  model: 'flight-delays',
  owner: 'team-a@example.com',
  availability: 0.999,
  p99Ms: 50,
  minimumReplicas: 1,
  featureTtlSeconds: 3600,
  performance: { metric: 'rocAuc', limit: 0.69, higherIsBetter: true },
  watchedPerformance: true,
  drift: true,
};

it('names the owner on every alert and makes rules only of what is watched', () => {
  const alerts = prometheusRules(objectives).groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert));
  expect(alerts.map(({ labels }) => labels?.['owner'])).toEqual(alerts.map(() => 'team-a@example.com'));
  const names = alerts.map(({ alert }) => alert);
  expect(names).toEqual(expect.arrayContaining(['SlipwayDrift', 'SlipwayFeaturesStale', 'SlipwayRealizedPerformance']));
  const bare = prometheusRules({
    ...objectives,
    owner: '',
    drift: false,
    watchedPerformance: false,
    performance: undefined,
    featureTtlSeconds: undefined,
  });
  const few = bare.groups.flatMap(({ rules }) => rules);
  expect(few.map(({ alert }) => alert)).not.toEqual(expect.arrayContaining(['SlipwayDrift']));
  expect(few.some(({ labels }) => labels !== undefined && 'owner' in labels)).toBe(false);
});

it('turns the comparison of an error metric round', () => {
  const { groups } = prometheusRules({
    ...objectives,
    performance: { metric: 'mae', limit: 12, higherIsBetter: false },
  });
  const rule = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === 'SlipwayEstimatedPerformance');
  expect(rule?.expr).toBe('pipeline_estimated_performance{model="flight-delays",metric="mae"} > 12');
});

it('routes an owner to a receiver of its own and has every receiver it routes to', () => {
  const config = alertmanagerConfig({ owners: ['Team A', 'Team A', ''] });
  const known = new Set(config.receivers.map(({ name }) => name));
  const routed = [config.route.receiver, ...(config.route.routes ?? []).map(({ receiver }) => receiver)];
  expect(routed).toContain('owner-team-a');
  expect(routed.filter((name) => !known.has(name))).toEqual([]);
});

it('lays the panels of a dashboard out without overlap, in 24 columns', () => {
  const { panels } = grafanaDashboard(objectives) as { panels: { gridPos: { x: number; y: number; w: number } }[] };
  const cells = panels.flatMap(({ gridPos: { x, y, w } }) => Array.from({ length: w }, (_, i) => `${x + i}/${y}`));
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});
