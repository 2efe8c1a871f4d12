import { useState } from 'react';
import type { DatasetDiff } from '../../shared/rpc/dataset-schemas.ts';
import { DistributionOverlay } from '../charts/distribution-overlay.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Field } from '../ui/field.tsx';
import { formatCount, formatNumber } from '../ui/format.ts';
import { Select } from '../ui/select.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import type { Dataset, StoredVersion } from './datasets.ts';
import { t } from './text.ts';

function schemaWords({ column, change, before, after }: DatasetDiff['schema'][number]): string {
  if (change === 'added') return t.columnAdded(column, after ?? '');
  if (change === 'removed') return t.columnRemoved(column, before ?? '');
  return t.columnChanged(column, before ?? '', after ?? '');
}

function Summary({ diff }: { diff: DatasetDiff }) {
  const { added, removed } = diff.rows;
  return (
    <ul className="diff-words">
      <li>{added + removed === 0 ? t.rowsSame : t.rowsChanged(formatCount(added), formatCount(removed))}</li>
      {diff.schema.map((change) => (
        <li key={change.column}>{schemaWords(change)}</li>
      ))}
      {diff.notCompared > 0 && <li>{t.notCompared(diff.notCompared)}</li>}
    </ul>
  );
}

function Columns({ diff, before, after }: { diff: DatasetDiff; before: number; after: number }) {
  const [wanted, setWanted] = useState<string>();
  const columns = [...diff.columns].sort((a, b) => Number(b.differs) - Number(a.differs));
  const chosen = columns.find(({ column }) => column === wanted) ?? columns[0];
  return (
    <div className="diff-columns">
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.column}</th>
            <th scope="col">{t.distribution}</th>
            <th scope="col" className="n">
              {t.statistic}
            </th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ column, differs, state, statistic }) => (
            <tr key={column} aria-selected={column === chosen?.column} onClick={() => setWanted(column)}>
              <td>
                <button type="button" className="row-link mono" onClick={() => setWanted(column)}>
                  {column}
                </button>
              </td>
              <td className={differs ? 'diff-differs' : 'mute'}>
                {differs ? t.differs : state === 'ok' ? t.same : t.noVerdict}
              </td>
              <td className="n">{statistic === null ? '–' : formatNumber(statistic)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen !== undefined && chosen.distribution.length > 0 && (
        <DistributionOverlay
          title={chosen.column}
          caption={t.overlayCaption(before, after)}
          height={200}
          bins={chosen.distribution}
        />
      )}
    </div>
  );
}

/** What differs between another version of the dataset, the one before unless chosen, and this one. */
export function VersionDifferences({ dataset, version }: { dataset: Dataset; version: StoredVersion }) {
  const others = dataset.versions.filter(({ number, stored }) => stored && number !== version.number);
  const before = others.find(({ number }) => number < version.number) ?? others[0];
  const [chosen, setChosen] = useState<string>();
  const other = others.find(({ number }) => String(number) === chosen) ?? before;
  const { data, error, refetch } = useQuery(
    other === undefined || !version.stored ? null : `diff/${other.digest}/${version.digest}`,
    (signal) => engine.dataset.diff({ before: other?.digest ?? '', after: version.digest }, { signal }),
  );
  if (!version.stored) return <EmptyState text={t.removedNote} />;
  if (other === undefined) return <EmptyState text={t.oneVersion} />;
  return (
    <div className="diff-view">
      <div className="diff-with">
        <Field label={t.compareWith}>
          {(ids) => (
            <Select
              {...ids}
              value={String(other.number)}
              onChange={setChosen}
              options={others.map(({ number }) => ({ value: String(number), label: t.version(number) }))}
            />
          )}
        </Field>
      </div>
      {error && <ErrorState error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton rows={6} waitsFor={t.theComparison} />}
      {data && (
        <>
          <Summary diff={data} />
          <Columns diff={data} before={other.number} after={version.number} />
        </>
      )}
    </div>
  );
}
