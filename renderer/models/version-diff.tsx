import { useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { metricName } from '../translation/metric-names.ts';
import { labelOf } from '../translation/kind-text.ts';
import { formatMetric } from '../ui/format.ts';
import { Select } from '../ui/select.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import type { ModelGroup } from './model-groups.ts';
import { t } from './text.ts';

/** Longer values, such as a script, are cut. */
const mostLetters = 120;

function shown(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'number') return formatMetric(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text;
}

/** What differs between the version that is shown and another one of the model. */
export function VersionDiff({ group, version }: { group: ModelGroup; version: number }) {
  const others = group.versions.filter((other) => other.version !== version);
  const [picked, setPicked] = useState<number>();
  const before = picked ?? others.find((other) => other.version < version)?.version ?? others[0]?.version;
  const { data, error, refetch } = useQuery(
    before === undefined ? null : `compare:${group.name}:${before}:${version}`,
    (signal) => engine.model.compare({ name: group.name, before: before ?? 0, after: version }, { signal }),
  );
  if (before === undefined) return <p className="mute">{t.onlyVersion}</p>;
  const rows = data
    ? [
        ...data.metrics.map((row) => ({ ...row, name: metricName(row.name) })),
        ...data.params.map((row) => ({ ...row, name: labelOf(row.name) })),
        ...data.inputs.map((row) => ({ ...row, name: t.column(row.name) })),
        ...data.trainingRows.map((row) => ({ ...row, name: t.trainingRows })),
      ]
    : [];
  return (
    <>
      <Select
        aria-label={t.compareWith}
        value={String(before)}
        options={others.map((other) => ({ value: String(other.version), label: t.versionNumber(other.version) }))}
        onChange={(next) => setPicked(Number(next))}
      />
      {error && <ErrorState error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton rows={3} waitsFor={t.theComparison} />}
      {data && rows.length === 0 && data.sources.added.length + data.sources.removed.length === 0 && (
        <p className="mute">{t.nothingDiffers}</p>
      )}
      {rows.length > 0 && (
        <table className="list-table compare-table">
          <thead>
            <tr>
              <th scope="col">{t.what}</th>
              <th scope="col" className="n">
                {t.versionNumber(before)}
              </th>
              <th scope="col" className="n">
                {t.versionNumber(version)}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <td>{row.name}</td>
                <td className="n mute">{shown(row.before)}</td>
                <td className="n">{shown(row.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data && data.sources.added.length + data.sources.removed.length > 0 && (
        <p className="mute small">{t.otherSources(data.sources.added.length, data.sources.removed.length)}</p>
      )}
    </>
  );
}
