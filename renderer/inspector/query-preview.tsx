import { useEffect, useState } from 'react';
import type { TablePage } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { type QueryResult, useQuery } from '../client/use-query.ts';
import { formatCell } from '../results/cell-format.ts';
import { useInputDigests } from './input-digests.ts';
import { t } from './form-text.ts';
import { EngineError } from '../ui/engine-text.tsx';

const settleMs = 500;
const shownRows = 8;

/** What is typed, once it has rested for half a second. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** First rows of a query over the newest results of its inputs, a moment after each change. */
export function QueryPreview({ nodeId, ports, query }: { nodeId: string; ports: readonly string[]; query: string }) {
  const settled = useSettled(query);
  const digests = useInputDigests(nodeId, ports);
  const empty = settled.trim() === '' || ports.length === 0;
  const result = useQuery(digests === undefined || empty ? null : `preview:${digests}:${settled}`, (signal) =>
    engine.artifact.query(
      { query: settled, inputs: JSON.parse(digests ?? '{}') as Record<string, string>, limit: shownRows },
      { signal },
    ),
  );
  if (empty) return null;
  if (digests === undefined) return <p className="field-note">{t.previewNeedsInputs}</p>;
  return <PreviewedRows result={result} note={t.previewNote} noRows={t.previewNoRows} />;
}

/**
 * What a formula gives for the first rows of the newest result of its input, as training and serving compute it, a moment
 * after each change.
 */
export function FormulaPreview({ nodeId, port, formula }: { nodeId: string; port: string; formula: string }) {
  const settled = useSettled(formula);
  const digests = useInputDigests(nodeId, [port]);
  // Nothing is asked for what is no longer typed.
  const asked = digests !== undefined && settled.trim() !== '' && settled === formula;
  const result = useQuery(asked ? `formula:${digests}:${settled}` : null, (signal) => {
    const digest = (JSON.parse(digests ?? '{}') as Record<string, string>)[port] ?? '';
    return engine.artifact.formula({ formula: settled, digest, limit: shownRows }, { signal });
  });
  if (formula.trim() === '') return null;
  if (digests === undefined) return <p className="field-note">{t.previewNeedsInputs}</p>;
  return <PreviewedRows result={result} note={t.formulaNote} noRows={t.formulaNoRows} />;
}

function PreviewedRows({
  result: { data, error, loading },
  note,
  noRows,
}: {
  result: QueryResult<TablePage>;
  note: (rows: number) => string;
  noRows: string;
}) {
  if (error)
    return (
      <p className="field-error">
        <EngineError error={error} />
      </p>
    );
  if (!data) return <p className="field-note">{loading ? t.previewLoading : ''}</p>;
  return (
    <div className="query-preview">
      {/* Scrolls by keyboard, so it takes focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="query-rows" role="region" aria-label={t.preview} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {data.columns.map((column) => (
                <th key={column.name} scope="col" className="mono" title={column.sqlType}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows are their position
              <tr key={index}>
                {data.columns.map((column, at) => {
                  const cell = formatCell(row[at], column);
                  return (
                    <td key={column.name} className={cell.kind}>
                      {cell.text}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="field-note">{data.rows.length === 0 ? noRows : note(data.rows.length)}</p>
    </div>
  );
}
