import type { MonitorReport } from '../rpc/engine-contract.ts';

export interface DriftPage {
  title: string;
  report: MonitorReport;
  /** Size of the difference per column, in [0, 1]. */
  effects: Readonly<Record<string, number | null>>;
  /** How each column differs; may lack columns. */
  words: Readonly<Record<string, string>>;
}

type Column = MonitorReport['columns'][number];

/** Columns drawn; the rest is in the table only. */
const maxDrawn = 200;

/** A drift report as one page of HTML without scripts, fonts or pictures from elsewhere. */
export function driftHtml({ title, report, effects, words }: DriftPage): string {
  const columns = report.columns.toSorted(
    (a, b) => Number(b.drifted) - Number(a.drifted) || (effects[b.column] ?? 0) - (effects[a.column] ?? 0),
  );
  const drifted = columns.filter((column) => column.drifted).length;
  const drawn = columns.filter(({ distribution }) => distribution.length > 0).slice(0, maxDrawn);
  const verdict = report.drifted
    ? `${drifted} of ${columns.length} columns differ`
    : `No drift in ${columns.length} columns`;
  const rows = (count: number) => new Intl.NumberFormat('en-GB').format(count);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="${report.drifted ? 'bad' : 'good'}"><b>${verdict}</b></p>
<p>${rows(report.referenceRows)} reference rows, ${rows(report.currentRows)} current rows, compared on
${new Date(report.timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.</p>
</header>
<table>
<thead><tr><th>Column</th><th>Type</th><th>Verdict</th><th>Test</th><th class="n">Statistic</th><th class="n">Limit</th>
<th class="n">p</th><th class="n">Difference</th></tr></thead>
<tbody>
${columns.map((column) => tableRow(column, effects[column.column] ?? null)).join('\n')}
</tbody>
</table>
<main>
${drawn.map((column) => section(column, words[column.column] ?? '')).join('\n')}
</main>
<footer><p>A column has drifted when its two-sample test says so at a false discovery rate over all columns. The difference
runs from 0 (alike) to 1 (nothing in common).</p></footer>
</body>
</html>
`;
}

function tableRow(column: Column, effect: number | null): string {
  const number = (value: number | null) => (value === null ? '–' : escapeHtml(String(Number(value.toPrecision(4)))));
  const state = column.state === 'ok' ? (column.drifted ? 'Drifted' : 'Alike') : column.state.replaceAll('-', ' ');
  const name = escapeHtml(column.column);
  return (
    `<tr class="${column.drifted ? 'drifted' : ''}"><td><code>${name}</code></td><td>${escapeHtml(column.type)}</td>` +
    `<td>${escapeHtml(state)}</td><td>${escapeHtml(column.method.replaceAll('-', ' '))}</td>` +
    `<td class="n">${number(column.statistic)}</td><td class="n">${number(column.threshold)}</td>` +
    `<td class="n">${number(column.pValue)}</td><td class="n">${number(effect)}</td></tr>`
  );
}

const width = 460;
const height = 130;
const foot = 16;

/** Reference as filled bars, current as an outline over it. */
function section({ column, drifted, distribution }: Column, words: string): string {
  const top = Math.max(0.01, ...distribution.flatMap(({ reference, current }) => [reference, current]));
  const step = width / distribution.length;
  const y = (share: number) => round((height - foot) * (1 - share / top));
  const bars = distribution.map(({ label, reference, current }, i) => {
    const x = round(i * step);
    const name = `${label}: reference ${percent(reference)}, current ${percent(current)}`;
    return (
      `<g><title>${escapeHtml(name)}</title>` +
      `<rect class="ref" x="${x}" y="${y(reference)}" width="${round(step - 1)}" height="${round(height - foot - y(reference))}"/>` +
      `<rect class="hit" x="${x}" y="0" width="${round(step)}" height="${height - foot}"/></g>`
    );
  });
  const outline = distribution
    .map(({ current }, i) => `${i === 0 ? 'M' : 'L'}${round(i * step)} ${y(current)}H${round((i + 1) * step)}`)
    .join('');
  const [first, last] = [distribution[0]?.label ?? '', distribution.at(-1)?.label ?? ''];
  return `<section class="${drifted ? 'drifted' : ''}">
<h2><code>${escapeHtml(column)}</code></h2>
<p>${escapeHtml(words)}</p>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Shares of ${escapeHtml(column)}">${bars.join('')}
<path class="cur" d="${outline}"/>
<text x="0" y="${height - 3}">${escapeHtml(first)}</text>
<text x="${width}" y="${height - 3}" text-anchor="end">${escapeHtml(last)}</text></svg>
</section>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#13212a;--mute:#5f6e75;--line:#dce0da;--now:#ae1668;--ref:#7c8b91;--bad:#805300;--good:#20694a}
@media (prefers-color-scheme:dark){:root{--paper:#1b2327;--ink:#e8eceb;--mute:#9fadb2;--line:#37444a;--now:#f17ab5;--ref:#8a9aa0;--bad:#f0b95c;--good:#7fcfa6}}
body{margin:0 auto;max-width:1040px;padding:24px;background:var(--paper);color:var(--ink);font:14px/1.45 system-ui,sans-serif}
h1{font-size:22px;margin:0}h2{font-size:14px;margin:0}
header p,section p,footer p{margin:4px 0;color:var(--mute)}
header .bad b,.drifted td:nth-child(3){color:var(--bad)}header .good b{color:var(--good)}
table{border-collapse:collapse;width:100%;margin:16px 0;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:4px 8px;border-bottom:1px solid var(--line)}th{color:var(--mute);font-weight:500}.n{text-align:right}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:20px}
section{border-top:2px solid var(--line);padding-top:8px;min-width:0}section.drifted{border-color:var(--now)}
svg{width:100%;height:auto;overflow:visible}text{font-size:10px;fill:var(--mute)}
.ref{fill:var(--ref);opacity:.45}.cur{fill:none;stroke:var(--now);stroke-width:1.6}.hit{fill:transparent}
@media print{section{break-inside:avoid}}
`;
