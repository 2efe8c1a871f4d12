import { expect, it } from 'vitest';
import { driftHtml } from './drift-html.ts';

const hostile = '<img src=x onerror=alert(1)>"\'';
const page = driftHtml({
  title: hostile,
  report: {
    nodeId: '',
    endpointId: null,
    timeMs: 0,
    referenceRows: 50_000,
    currentRows: 500,
    minimumRows: 50,
    columns: [
      {
        column: 'calm',
        type: 'float64',
        method: 'kolmogorov-smirnov',
        statistic: 0.01,
        threshold: 0.05,
        pValue: 0.7,
        drifted: false,
        state: 'ok',
        distribution: [{ label: '0 – 1', reference: 1, current: 1 }],
      },
      {
        column: hostile,
        type: 'string',
        method: 'chi-square',
        statistic: 99,
        threshold: 10,
        pValue: 1e-9,
        drifted: true,
        state: 'ok',
        distribution: [{ label: hostile, reference: 0.4, current: 0.9 }],
      },
    ],
    drifted: true,
    history: [],
  },
  effects: { calm: 0.01, [hostile]: 0.5 },
  words: { [hostile]: hostile },
});

it('takes no markup from names, labels or words', () => {
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;');
});

it('needs nothing from elsewhere and runs nothing', () => {
  expect(page).not.toMatch(/<script|https?:|url\(|@import|<link/);
});

it('puts what drifted first and draws both samples', () => {
  expect(page.indexOf('&lt;img src=x onerror', page.indexOf('<tbody>'))).toBeLessThan(page.indexOf('calm'));
  expect(page.match(/class="cur"/g)).toHaveLength(2);
  expect(page).toContain('1 of 2 columns differ');
});
