import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { DistributionOverlay } from '../charts/distribution-overlay.tsx';
import { formatCount, formatNumber } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { methodWord, pValueText, sortColumns, verdict } from './drift-words.ts';
import { t } from './text.ts';

function DriftTable({
  report,
  selected,
  onSelect,
}: {
  report: MonitorReport;
  selected: string | undefined;
  onSelect: (column: string) => void;
}) {
  const rolls = report.columns.some(({ rolling }) => rolling?.state === 'ok');
  return (
    <table className="list-table drift-table">
      <thead>
        <tr>
          <th scope="col">{t.column}</th>
          <th scope="col">{t.type}</th>
          <th scope="col">{t.verdict}</th>
          {rolls && (
            <th scope="col" title={t.beforeHint(formatCount(report.rollingRows ?? 0))}>
              {t.windowsBefore}
            </th>
          )}
          <th scope="col">{t.test}</th>
          <th scope="col" className="n">
            {t.statistic}
          </th>
          <th scope="col" className="n">
            {t.limit}
          </th>
          <th scope="col" className="n">
            p
          </th>
        </tr>
      </thead>
      <tbody>
        {sortColumns(report.columns).map((column) => {
          const says = verdict(column, report);
          return (
            <tr key={column.column} aria-selected={column.column === selected} onClick={() => onSelect(column.column)}>
              <td>
                <button type="button" className="row-link mono" onClick={() => onSelect(column.column)}>
                  {column.column}
                </button>
              </td>
              <td title={column.role && (column.role === 'figure' ? t.figureOfInput : t.ofPredictions)}>
                <TypeGlyph type={column.type} />
              </td>
              <td>
                <span className={`verdict ${says.tone}`} title={says.why}>
                  <Icon name={says.icon} small />
                  {says.word}
                </span>
              </td>
              {rolls && (
                <td>
                  {column.rolling?.state === 'ok' && (
                    <span className={`verdict ${column.rolling.drifted ? 'drifted' : 'ok'}`}>
                      <Icon name={column.rolling.drifted ? 'stale' : 'check'} small />
                      {column.rolling.drifted ? t.sudden : t.asBefore}
                    </span>
                  )}
                </td>
              )}
              <td className="mute">{methodWord(column.method)}</td>
              <td className="n">{column.statistic === null ? '–' : formatNumber(column.statistic)}</td>
              <td className="n">{column.threshold === null ? '–' : formatNumber(column.threshold)}</td>
              <td className="n">{pValueText(column.pValue)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function TooFewRows({ report }: { report: MonitorReport }) {
  const share = Math.min(1, report.currentRows / Math.max(1, report.minimumRows));
  return (
    <p className="too-few" role="status">
      <Icon name="never" small />
      {t.rowsNeededFor(formatCount(report.currentRows), formatCount(report.minimumRows))}
      <span className="progress" aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
    </p>
  );
}

/** The columns of a comparison with their verdicts, and both distributions of the chosen one. */
export function DriftColumns({
  report,
  chosen,
  onSelect,
}: {
  report: MonitorReport;
  chosen: MonitorReport['columns'][number] | undefined;
  onSelect: (column: string) => void;
}) {
  const few = report.currentRows < report.minimumRows;
  const ofTables = report.endpointId === null;
  return (
    <>
      <section className="cell">
        <h3 className="cell-title">
          {t.columns}
          <span className="mute small">
            {' '}
            {(ofTables ? t.againstReferenceRows : t.againstTrainingRows)(formatCount(report.referenceRows))}
          </span>
        </h3>
        {few && <TooFewRows report={report} />}
        <DriftTable report={report} selected={chosen?.column} onSelect={onSelect} />
        {report.hiddenColumns !== undefined && (
          <p className="mute small">{t.moreColumns(formatCount(report.hiddenColumns))}</p>
        )}
      </section>
      <section className="cell">
        {chosen === undefined ? null : chosen.distribution.length === 0 ? (
          <>
            <h3 className="cell-title mono">{chosen.column}</h3>
            <p className="mute">{verdict(chosen, report).why}</p>
          </>
        ) : (
          <>
            <DistributionOverlay
              title={chosen.column}
              caption={(ofTables ? t.rowsCounted : t.lastRequests)(formatCount(report.currentRows))}
              height={200}
              bins={chosen.distribution}
            />
            <p className="mid small overlay-note">
              {verdict(chosen, report).why}
              {chosen.pValue !== null && ` p ${pValueText(chosen.pValue)}, ${methodWord(chosen.method)}.`}
            </p>
          </>
        )}
      </section>
    </>
  );
}
