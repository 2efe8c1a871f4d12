import { z } from 'zod';
import { searchReportSchema } from '../../shared/model/search-report.ts';
import { type EvaluationReport, evaluationReportSchema } from '../../shared/model/report.ts';
import { explanationReportSchema } from '../../shared/model/explanation-report.ts';
import { metricName } from '../translation/metric-names.ts';
import { BarList } from '../charts/bar-list.tsx';
import { CalibrationChart } from '../charts/calibration-chart.tsx';
import { ConfusionMatrix } from '../charts/confusion-matrix.tsx';
import { HistogramChart } from '../charts/histogram-chart.tsx';
import { ScatterChart } from '../charts/scatter-chart.tsx';
import { PrChart, RocChart } from '../charts/score-curve.tsx';
import { formatCount, formatFull, formatMetric, formatPercent } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { dataReportSchema, ExpectationsView, FactsView } from './data-report-view.tsx';
import { DriftReportView, driftReportSchema } from './drift-report-view.tsx';
import { ExplanationView } from './explanation-view.tsx';
import { ParityBox } from './parity-box.tsx';
import { CheapestThreshold, FairnessTable, GainChart, ReferenceTable, SliceTable } from './report-parts.tsx';
import { CalibratedParts, FoldTable } from './fold-table.tsx';
import { SearchView } from './search-view.tsx';
import { useArtifactJson } from './use-artifact-json.ts';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';

const chartHeight = 210;
const reportSchema = z.union([
  dataReportSchema,
  driftReportSchema,
  searchReportSchema,
  explanationReportSchema,
  evaluationReportSchema,
]);

function prevalenceOf(report: EvaluationReport): number | undefined {
  const counts = report.confusion?.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = counts?.reduce((sum, count) => sum + count, 0) ?? 0;
  return counts && counts.length === 2 && total > 0 ? (counts[1] ?? 0) / total : undefined;
}

function PerClass({ report }: { report: EvaluationReport }) {
  const figure = (value: number | null) => <td className="n">{value === null ? '–' : formatMetric(value)}</td>;
  return (
    <table className="list-table">
      <thead>
        <tr>
          <th scope="col">{t.class}</th>
          <th scope="col" className="n">
            {t.rows}
          </th>
          <th scope="col" className="n">
            {t.precision}
          </th>
          <th scope="col" className="n">
            {t.recall}
          </th>
          <th scope="col" className="n">
            F1
          </th>
          <th scope="col" className="n">
            ROC AUC
          </th>
        </tr>
      </thead>
      <tbody>
        {report.perClass?.map((entry) => (
          <tr key={String(entry.label)}>
            <td>{String(entry.label)}</td>
            <td className="n">{formatCount(entry.rows)}</td>
            {figure(entry.precision)}
            {figure(entry.recall)}
            {figure(entry.f1)}
            {figure(entry.rocAuc)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function intervalTitle({ intervals, confidence }: EvaluationReport, name: string, value: number): string {
  const interval = intervals?.[name];
  if (interval === undefined) return formatFull(value);
  const range = `${formatFull(interval.low)} – ${formatFull(interval.high)}`;
  return `${formatFull(value)}, ${t.intervalOf(formatPercent(confidence ?? 0.95))}: ${range}`;
}

/** A model measured on held-out rows: metrics, curves, confusion, residuals, parity. */
/** A report of any kind; those of no known form are shown as their facts. */
export function ReportView({ digest, nodeId }: { digest: string; nodeId: string }) {
  const { data: report, error, refetch } = useArtifactJson(digest, 'report.json', reportSchema);
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!report) return <Skeleton waitsFor={t.theReport} />;
  if (!('type' in report)) return <EvaluationView report={report} />;
  if (report.type === 'search') return <SearchView search={report} importance={report.importance} />;
  if (report.type === 'explanation') return <ExplanationView report={report} />;
  if (report.type === 'drift') return <DriftReportView answer={report} nodeId={nodeId} />;
  if (report.type === 'expectations') return <ExpectationsView report={report} nodeId={nodeId} />;
  return <FactsView report={report} />;
}

function EvaluationView({ report }: { report: EvaluationReport }) {
  const classes = report.classes.map(String);
  return (
    <div className="dock-scroll result-view">
      <div className="metric-row">
        {Object.entries(report.metrics).map(([name, value]) => (
          <div key={name} className="metric" title={intervalTitle(report, name, value)}>
            <b>{formatMetric(value)}</b>
            <span>{metricName(name)}</span>
          </div>
        ))}
        <div className="metric">
          <b>{formatCount(report.rows)}</b>
          <span>{t.heldOutRows}</span>
        </div>
      </div>
      {report.warnings?.map((warning) => (
        <p key={warning} className="result-warning">
          <Icon name="stale" small />
          <EngineText text={warning} />
        </p>
      ))}
      <div className="result-parts">
        {report.crossValidation && (
          <section className="wide">
            <h3>{t.folds}</h3>
            <FoldTable given={report.crossValidation} />
          </section>
        )}
        {report.calibrated && <CalibratedParts given={report.calibrated} height={chartHeight} />}
        {report.roc && (
          <section>
            <RocChart points={report.roc} auc={report.metrics.rocAuc} height={chartHeight} />
          </section>
        )}
        {report.precisionRecall && (
          <section>
            <PrChart
              points={report.precisionRecall}
              averagePrecision={report.metrics.averagePrecision}
              prevalence={prevalenceOf(report)}
              height={chartHeight}
            />
          </section>
        )}
        {report.points && report.points.length > 0 && (
          <section>
            <ScatterChart points={report.points} height={chartHeight} />
          </section>
        )}
        {report.residuals && report.residuals.length > 0 && (
          <section>
            <HistogramChart
              title={t.residuals}
              caption={t.actualMinusPredicted}
              height={chartHeight}
              bins={report.residuals}
              mark={{ value: 0, label: t.noError }}
            />
          </section>
        )}
        {report.confusion && (
          <section>
            <ConfusionMatrix title={t.confusion} classes={classes} counts={report.confusion} />
            {report.labelBalance && report.task === 'binary' && (
              <p className="mute small">
                {t.ofTheRows(
                  report.labelBalance
                    .map((entry) => `${String(entry.label)} ${formatPercent(entry.rows / Math.max(1, report.rows))}`)
                    .join(', '),
                )}
              </p>
            )}
          </section>
        )}
        {report.calibration && report.calibration.length > 1 && !report.calibrated && (
          <section>
            <CalibrationChart bins={report.calibration} height={chartHeight} />
          </section>
        )}
        {report.perClass && (
          <section>
            <h3>{t.byClass}</h3>
            <PerClass report={report} />
          </section>
        )}
        {report.importance && report.importance.length > 0 && (
          <section>
            <BarList
              title={t.importance}
              label={t.featureImportance}
              mono
              labelWidth="minmax(60px, 130px)"
              bars={report.importance.slice(0, 10).map((entry) => ({
                label: entry.feature,
                share: entry.value / Math.max(1e-12, report.importance?.[0]?.value ?? 1),
                value: entry.value,
                text: formatPercent(entry.value),
              }))}
            />
          </section>
        )}
        {(report.intervals ?? report.baseline ?? report.comparison) && (
          <section className="wide">
            <h3>{t.certainty}</h3>
            <ReferenceTable report={report} />
          </section>
        )}
        {report.lift && report.lift.length > 0 && (
          <section>
            <GainChart lift={report.lift} height={chartHeight} />
          </section>
        )}
        {report.cheapest && (
          <section>
            <h3>{t.decision}</h3>
            <CheapestThreshold choice={report.cheapest} />
          </section>
        )}
        {report.slices && report.slices.length > 0 && (
          <section className="wide">
            <h3>{t.slices}</h3>
            <SliceTable slices={report.slices} loss={report.task === 'regression' ? t.squaredError : t.logLoss} />
          </section>
        )}
        {report.fairness && (
          <section className="wide">
            <h3>{t.groups}</h3>
            <FairnessTable fairness={report.fairness} />
          </section>
        )}
        {!report.crossValidation && !report.calibrated && (
          <section>
            <h3>{t.parity}</h3>
            <ParityBox parity={report.parity} />
          </section>
        )}
      </div>
    </div>
  );
}
