import { useState } from 'react';
import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import { HistogramChart } from '../charts/histogram-chart.tsx';
import { BarList } from '../charts/bar-list.tsx';
import { MiniBars } from '../charts/mini-bars.tsx';
import { formatCount, formatFull, formatNumber, formatPercent } from '../ui/format.ts';
import { EmptyState } from '../ui/state-block.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { headerBars, missingShare, valueText } from './column-summary.ts';
import { t } from './text.ts';

function Number3({ value }: { value: number | null }) {
  return <td className="n">{value === null ? '–' : <span title={formatFull(value)}>{formatNumber(value)}</span>}</td>;
}

function Bound({ profile, value }: { profile: ColumnProfile; value: unknown }) {
  if (value === null || value === undefined) return <td className="n">–</td>;
  return <td className="n">{typeof value === 'number' ? formatNumber(value) : valueText(value, profile)}</td>;
}

function ColumnDetail({ profile }: { profile: ColumnProfile }) {
  const { column } = profile;
  const known = profile.rows - profile.missing;
  return (
    <aside className="profile-detail" aria-label={t.columnNamed(column.name)}>
      {profile.histogram.length > 0 ? (
        <HistogramChart
          title={column.name}
          mono
          caption={t.rowsLooked(formatCount(profile.sampled), profile.sampled < profile.rows ? t.lookedAt : '')}
          height={140}
          base={column.type === 'timestamp' ? 'time' : 'number'}
          bins={profile.histogram}
        />
      ) : (
        <>
          {profile.top.length === 0 ? (
            <>
              <h3 className="mono">{column.name}</h3>
              <p className="mute small">{t.noValuesToCount}</p>
            </>
          ) : (
            <BarList
              title={column.name}
              monoTitle
              label={t.mostFrequentValuesOf(column.name)}
              labelWidth="96px"
              bars={profile.top.slice(0, 12).map((entry) => ({
                label: valueText(entry.value, profile),
                share: entry.count / Math.max(1, profile.top[0]?.count ?? 1),
                value: entry.count,
                text: formatPercent(entry.count / Math.max(1, known)),
              }))}
            />
          )}
        </>
      )}
    </aside>
  );
}

/** Every column with its picture, missing and distinct values, range, mean and spread. */
export function ProfileView({ profiles }: { profiles: readonly ColumnProfile[] }) {
  const [chosen, setChosen] = useState<string>();
  const detail = profiles.find((profile) => profile.column.name === chosen) ?? profiles[0];
  if (!detail) return <EmptyState text={t.thisTableHasNoColumns} />;
  return (
    <div className="profile-view">
      <div className="dock-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">{t.columnHead}</th>
              <th scope="col">{t.type}</th>
              <th scope="col">{t.valuesHead}</th>
              <th scope="col" className="n">
                {t.missingHead}
              </th>
              <th scope="col" className="n">
                {t.distinct}
              </th>
              <th scope="col" className="n">
                {t.min}
              </th>
              <th scope="col" className="n">
                {t.max}
              </th>
              <th scope="col" className="n">
                {t.mean}
              </th>
              <th scope="col" className="n">
                {t.sd}
              </th>
              <th scope="col">{t.mostFrequent}</th>
            </tr>
          </thead>
          <tbody>
            {profiles.map((profile) => {
              const bars = headerBars(profile);
              const missing = missingShare(profile);
              const { name } = profile.column;
              return (
                <tr key={name} aria-selected={detail.column.name === name} onClick={() => setChosen(name)}>
                  <td>
                    <button type="button" className="row-link mono" onClick={() => setChosen(name)}>
                      {name}
                    </button>
                  </td>
                  <td>
                    <TypeGlyph type={profile.column.type} />
                  </td>
                  <td className="picture">
                    <MiniBars
                      counts={bars.counts}
                      lastIsRest={bars.rest}
                      height={20}
                      {...(bars.marked === undefined ? {} : { marked: bars.marked })}
                    />
                  </td>
                  <td className={missing > 0 ? 'n missing' : 'n'} title={t.rowCount(formatCount(profile.missing))}>
                    {formatPercent(missing)}
                  </td>
                  <td className="n">{formatCount(profile.distinct)}</td>
                  <Bound profile={profile} value={profile.min} />
                  <Bound profile={profile} value={profile.max} />
                  <Number3 value={profile.mean} />
                  <Number3 value={profile.sd} />
                  <td className="clip">
                    {profile.top
                      .slice(0, 3)
                      .map((entry) => valueText(entry.value, profile))
                      .join(', ')}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <ColumnDetail profile={detail} />
    </div>
  );
}
