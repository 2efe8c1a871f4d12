import type { ReadinessReport } from './readiness.ts';

const marks = { met: 'met', missing: '**missing**', stale: '**stale**', waived: 'waived' } as const;

/** `2026-03-01 14:32 UTC`. */
function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/** The report as a page for the people who will run it; what is missing comes first. */
export function readinessMarkdown(name: string, report: ReadinessReport): string {
  const order = ['missing', 'stale', 'waived', 'met'];
  const rows = report.items
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .map((item) => {
      const time = item.evidence?.timeMs;
      const evidence = [item.evidence?.text, time === undefined ? undefined : timeText(time)];
      const columns = [
        item.title,
        marks[item.state],
        evidence.filter((part) => part !== undefined).join(' '),
        item.why,
        item.action?.label ?? '',
      ];
      return `| ${columns.map(cell).join(' | ')} |`;
    });
  return [
    `# Readiness of ${name}`,
    '',
    `${report.met} of ${report.total} met, ${report.score} %.`,
    '',
    '| Item | State | Evidence | Why | To do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
