import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { prometheusRules } from '../../shared/monitoring/prometheus-rules.ts';
import { removeFolder } from '../support/remove-folder.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const withPromtool = it.skipIf(!hasPromtool);
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-rules-'));
  const rules = prometheusRules({
    model: 'delays',
    owner: 'ops',
    availability: 0.999,
    p99Ms: 50,
    minimumReplicas: 1,
    featureTtlSeconds: 3600,
    performance: { metric: 'rocAuc', limit: 0.69, higherIsBetter: true },
    drift: true,
  });
  writeFileSync(join(dir, 'rules.yaml'), stringify(rules));
});

afterAll(() => removeFolder(dir));

withPromtool('gives rules that promtool accepts (needs promtool)', () => {
  const output = execFileSync('promtool', ['check', 'rules', join(dir, 'rules.yaml')], { encoding: 'utf8' });
  expect(output).toMatch(/SUCCESS: 1[0-9] rules found/);
});

withPromtool('fires when an endpoint fails, drifts or does worse, and only then (needs promtool)', () => {
  const series = (name: string, values: string) => ({ series: name, values });
  const labels = (severity: string) => ({ severity, model: 'delays', owner: 'ops' });
  const drift = {
    summary: 'Inputs of delays drift',
    description: 'Recent requests differ from the training data; see the drift scores by column.',
  };
  const realized = {
    summary: 'Realized performance of delays has dropped',
    description: 'rocAuc is 0.610; the limit is 0.69.',
  };
  const burn = {
    summary: 'delays burns its error budget 14.4 times faster than it may',
    description: '2% of requests failed over 1h; 0.100 % may.',
  };
  const test = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '30s',
    tests: [
      {
        interval: '30s',
        input_series: [
          // 1 in 50 requests fails: 20 times the budget of 1 in 1,000.
          series('pipeline_inference_requests_total{model="delays",version="1",code="200"}', '0+98x240'),
          series('pipeline_inference_requests_total{model="delays",version="1",code="500"}', '0+2x240'),
          series('pipeline_inference_queued_rows{model="delays",version="1"}', '0x240'),
          series('pipeline_monitor_alarm{model="delays",kind="drift"}', '0x100 1x140'),
          series('pipeline_realized_performance{model="delays",metric="rocAuc"}', '0.72x100 0.61x140'),
          series('pipeline_estimated_performance{model="delays",metric="rocAuc"}', '0.72x240'),
        ],
        alert_rule_test: [
          { eval_time: '40m', alertname: 'SlipwayDrift', exp_alerts: [] },
          {
            eval_time: '110m',
            alertname: 'SlipwayDrift',
            exp_alerts: [{ exp_labels: labels('warning'), exp_annotations: drift }],
          },
          {
            eval_time: '110m',
            alertname: 'SlipwayRealizedPerformance',
            exp_alerts: [{ exp_labels: { ...labels('critical'), metric: 'rocAuc' }, exp_annotations: realized }],
          },
          { eval_time: '110m', alertname: 'SlipwayEstimatedPerformance', exp_alerts: [] },
          {
            eval_time: '110m',
            alertname: 'SlipwayErrorBudgetBurnsFast',
            exp_alerts: [{ exp_labels: labels('critical'), exp_annotations: burn }],
          },
          { eval_time: '110m', alertname: 'SlipwaySilence', exp_alerts: [] },
          { eval_time: '110m', alertname: 'SlipwayModelNotLoaded', exp_alerts: [] },
        ],
      },
    ],
  };
  writeFileSync(join(dir, 'test.yaml'), stringify(test));
  const run = spawnSync('promtool', ['test', 'rules', join(dir, 'test.yaml')], { encoding: 'utf8', cwd: dir });
  expect(run.stdout + run.stderr).toContain('SUCCESS');
  expect(run.status).toBe(0);
});

const bundles = join(import.meta.dirname, '..', 'golden', 'bundles');
const ruleFiles = readdirSync(bundles)
  .map((bundle) => ({ bundle, path: join(bundles, bundle, 'components/monitoring/objects.yaml') }))
  .filter(({ path }) => existsSync(path));

it('covers bundles', () => {
  expect(ruleFiles.length).toBeGreaterThan(5);
});

it.skipIf(!hasPromtool).each(ruleFiles)(
  'gives $bundle rules that promtool accepts (needs promtool)',
  ({ bundle, path }) => {
    const objects = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as RuleObject);
    const rules = objects.filter(({ kind }) => kind === 'PrometheusRule');
    expect(rules.length).toBeGreaterThan(0);
    for (const [index, { spec }] of rules.entries()) {
      const file = join(dir, `${bundle}-${index}.yaml`);
      writeFileSync(file, stringify(spec));
      expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
    }
  },
);

interface RuleObject {
  kind: string;
  spec: unknown;
}
