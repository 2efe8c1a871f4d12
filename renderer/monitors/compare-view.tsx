import { useState } from 'react';
import { driftHtml } from '../../shared/monitoring/drift-html.ts';
import { saveFile } from '../charts/save-file.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { PathField } from '../inspector/path-field.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatCount, formatPlural } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { DriftColumns } from './drift-columns.tsx';
import { sortColumns } from './drift-words.ts';
import { WholeRows } from './whole-rows.tsx';
import { t } from './text.ts';

const extensions = ['parquet', 'csv', 'tsv', 'json', 'ndjson'];

const methods = () =>
  [
    { value: 'two-sample', label: t.byTests, hint: t.byTestsHint },
    { value: 'distance', label: t.byDistances, hint: t.byDistancesHint },
    { value: 'evidently', label: t.asEvidently, hint: t.asEvidentlyHint },
  ] satisfies { value: Method; label: string; hint: string }[];

type Method = 'two-sample' | 'distance' | 'evidently';

interface Question {
  reference: string;
  current: string;
  method: Method;
}

/** Compares any two tables column by column, whether or not a model has to do with them. */
export function CompareView() {
  const [reference, setReference] = useState('');
  const [current, setCurrent] = useState('');
  const [method, setMethod] = useState<Method>('two-sample');
  const [asked, setAsked] = useState<Question>();
  const [wanted, setWanted] = useState<string>();
  const query = useQuery(asked === undefined ? null : `compare/${JSON.stringify(asked)}`, (signal) =>
    engine.monitor.compare(asked as Question, { signal }),
  );
  const answer = query.data;
  const sorted = sortColumns(answer?.report.columns ?? []);
  const chosen = sorted.find(({ column }) => column === wanted) ?? sorted[0];
  const over = sorted.filter(({ drifted }) => drifted).length;
  return (
    <>
      <div className="screen-head">
        <div className="head-name">
          <h1>{t.compareTwoTables}</h1>
          <div className="mute small">{t.compareSummary}</div>
        </div>
        <span className="grow" />
        {answer && asked && (
          <Button
            icon="export"
            onClick={() => {
              const title = t.against(nameOf(asked.current), nameOf(asked.reference));
              const page = driftHtml({ title, ...answer });
              saveFile('drift.html', new Blob([page], { type: 'text/html' }));
            }}
          >
            {t.saveAsHtml}
          </Button>
        )}
      </div>
      <div className="monitor-body">
        <form
          className="compare-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (reference !== '' && current !== '') setAsked({ reference, current, method });
          }}
        >
          <Field label={t.reference}>
            {(ids) => <PathField ids={ids} value={reference} extensions={extensions} onChange={setReference} />}
          </Field>
          <Field label={t.current}>
            {(ids) => <PathField ids={ids} value={current} extensions={extensions} onChange={setCurrent} />}
          </Field>
          <Segmented label={t.method} value={method} options={methods()} onChange={setMethod} />
          <Button variant="primary" type="submit" disabled={reference === '' || current === ''}>
            {t.compare}
          </Button>
        </form>
        {query.error ? (
          <ErrorState error={query.error} onRetry={query.refetch} />
        ) : asked === undefined ? (
          <EmptyState text={t.chooseTwoTables} />
        ) : !answer ? (
          <Skeleton rows={6} waitsFor={t.theComparison} />
        ) : (
          <>
            <p className={answer.report.drifted ? 'compare-verdict drifted' : 'compare-verdict'} role="status">
              {over > 0
                ? t.columnsDiffer(formatCount(over), formatCount(sorted.length))
                : answer.report.multivariate?.drifted
                  ? t.onlyRowsDiffer
                  : t.noDriftIn(formatPlural(sorted.length, 'column'))}{' '}
              {over > 0 && chosen && (answer.words[chosen.column] ?? '') !== '' && (
                <span className="mid">
                  <code>{chosen.column}</code>: {answer.words[chosen.column]}
                </span>
              )}
            </p>
            <div className="ruled monitor-grid compare-grid">
              {answer.report.multivariate && <WholeRows drift={answer.report.multivariate} />}
              <DriftColumns report={answer.report} chosen={chosen} onSelect={setWanted} />
            </div>
          </>
        )}
      </div>
    </>
  );
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
