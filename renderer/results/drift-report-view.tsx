import { useState } from 'react';
import { z } from 'zod';
import { driftHtml } from '../../shared/monitoring/drift-html.ts';
import { monitorReportSchema } from '../../shared/rpc/engine-contract.ts';
import { saveFile } from '../charts/save-file.ts';
import { DriftColumns } from '../monitors/drift-columns.tsx';
import { sortColumns } from '../monitors/drift-words.ts';
import { WholeRows } from '../monitors/whole-rows.tsx';
import { Button } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import '../monitors/monitors.css';
import { t } from './text.ts';

export const driftReportSchema = z.object({
  type: z.literal('drift'),
  report: monitorReportSchema,
  effects: z.record(z.string(), z.number().nullable()),
  words: z.record(z.string(), z.string()),
});

/** How the two tables of a Compare tables step differ. */
export function DriftReportView({ answer, nodeId }: { answer: z.output<typeof driftReportSchema>; nodeId: string }) {
  const { report, effects, words } = answer;
  const [wanted, setWanted] = useState<string>();
  const sorted = sortColumns(report.columns);
  const chosen = sorted.find(({ column }) => column === wanted) ?? sorted[0];
  const over = sorted.filter(({ drifted }) => drifted).length;
  const says = chosen === undefined ? '' : (words[chosen.column] ?? '');
  return (
    <div className="dock-scroll result-view">
      <p className={report.drifted ? 'compare-verdict drifted' : 'compare-verdict'}>
        {t.columnsDiffer(formatCount(over), formatCount(sorted.length))}{' '}
        {chosen && over > 0 && says !== '' && (
          <span className="mid">
            <code>{chosen.column}</code>: {says}
          </span>
        )}{' '}
        <Button
          small
          icon="export"
          onClick={() => {
            const page = driftHtml({ title: nodeId, report: { ...report, timeMs: Date.now() }, effects, words });
            saveFile('drift.html', new Blob([page], { type: 'text/html' }));
          }}
        >
          {t.saveAsHtml}
        </Button>
      </p>
      <div className="ruled monitor-grid compare-grid">
        {report.multivariate && <WholeRows drift={report.multivariate} />}
        <DriftColumns report={report} chosen={chosen} onSelect={setWanted} />
      </div>
    </div>
  );
}
