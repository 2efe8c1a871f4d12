import { useState } from 'react';
import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import { HistogramChart } from '../charts/histogram-chart.tsx';
import { BarList } from '../charts/bar-list.tsx';
import { MiniBars } from '../charts/mini-bars.tsx';
import { formatCount, formatFull, formatNumber, formatPercent } from '../ui/format.ts';
import { EmptyState } from '../ui/state-block.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { headerBars, missingShare, valueText } from './column-summary.ts';

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
    <aside className="profile-detail" aria-label={`Column ${column.name}`}>
      {profile.histogram.length > 0 ? (
        <HistogramChart
          title={column.name}
          mono
          caption={`${formatCount(profile.sampled)} rows${profile.sampled < profile.rows ? ' looked at' : ''}`}
          height={140}
          base={column.type === 'timestamp' ? 'time' : 'number'}
          bins={profile.histogram}
        />
      ) : (
        <>
          <h3 className="mono">{column.name}</h3>
          {profile.top.length === 0 ? (
            <p className="mute small">No values to count.</p>
          ) : (
            <BarList
              label={`Most frequent values of ${column.name}`}
              labelWidth="96px"
              bars={profile.top.slice(0, 12).map((entry) => ({
                label: valueText(entry.value, profile),
                share: entry.count / Math.max(1, profile.top[0]?.count ?? 1),
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
  if (!detail) return <EmptyState text="This table has no columns." />;
  return (
    <div className="profile-view">
      <div className="dock-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col">Values</th>
              <th scope="col" className="n">
                Missing
              </th>
              <th scope="col" className="n">
                Distinct
              </th>
              <th scope="col" className="n">
                Min
              </th>
              <th scope="col" className="n">
                Max
              </th>
              <th scope="col" className="n">
                Mean
              </th>
              <th scope="col" className="n">
                SD
              </th>
              <th scope="col">Most frequent</th>
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
                  <td className={missing > 0 ? 'n missing' : 'n'} title={`${formatCount(profile.missing)} rows`}>
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
