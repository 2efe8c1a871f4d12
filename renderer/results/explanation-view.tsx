import type { ExplanationReport } from '../../shared/model/explanation-report.ts';
import { BarList } from '../charts/bar-list.tsx';
import { BeeswarmChart } from '../charts/beeswarm-chart.tsx';
import { DependenceChart } from '../charts/dependence-chart.tsx';
import { IntervalChart } from '../charts/interval-chart.tsx';
import { formatCount, formatMetric, formatPercent } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { methodName, scaleName } from '../ui/score-scale.ts';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';

const chartHeight = 200;
const mostColumns = 15;

/** What a model uses, on held-out rows: importance, contributions, dependence, interactions. */
export function ExplanationView({ report }: { report: ExplanationReport }) {
  const { permutation, shap } = report;
  const loss = permutation.metric === 'rmse' ? 'RMSE' : t.logLoss;
  const explained = explainedOf(report);
  return (
    <div className="dock-scroll result-view">
      <div className="metric-row">
        <div className="metric">
          <b>{formatMetric(permutation.loss)}</b>
          <span>{loss}</span>
        </div>
        <div className="metric">
          <b>{formatCount(report.rows)}</b>
          <span>{t.heldOutRows}</span>
        </div>
        <div className="metric">
          <b>{explained}</b>
          <span>{t.isExplained}</span>
        </div>
      </div>
      {[...report.warnings, ...(shap.note === undefined ? [] : [shap.note])].map((warning) => (
        <p key={warning} className="result-warning">
          <Icon name="stale" small />
          <EngineText text={warning} />
        </p>
      ))}
      <ExplanationParts report={report} />
    </div>
  );
}

/** The charts of an explanation. */
export function ExplanationParts({ report }: { report: ExplanationReport }) {
  const { permutation, shap, dependence, interactions, model } = report;
  const loss = permutation.metric === 'rmse' ? 'RMSE' : t.logLoss;
  const explained = explainedOf(report);
  const swarm = shap.columns.flatMap(({ column, points }) => (points === undefined ? [] : [{ column, points }]));
  const classes = shap.classes ?? [];
  return (
    <div className="result-parts">
      <section>
        <IntervalChart
          title={t.permutationImportance}
          caption={t.shufflingCosts(loss, permutation.repeats)}
          unit={loss}
          bars={permutation.columns.slice(0, mostColumns).map(({ column, increase, low, high }) => ({
            label: column,
            value: increase,
            low,
            high,
          }))}
        />
      </section>
      <section>
        <IntervalChart
          title={t.meanContribution}
          caption={scaleName(shap.scale)}
          unit={scaleName(shap.scale)}
          bars={shap.columns.slice(0, mostColumns).map(({ column, mean }) => ({ label: column, value: mean }))}
        />
        <p className="mute small">{methodName(shap.method)}.</p>
      </section>
      {swarm.length > 0 && (
        <section className="wide">
          <BeeswarmChart title={t.contributionsOfRows} caption={t.colourIsValue} columns={swarm} />
        </section>
      )}
      {dependence.map((part) => (
        <section key={part.column}>
          <DependenceChart {...part} caption={t.predictionOf(explained)} height={chartHeight} />
        </section>
      ))}
      {classes.length > 0 && (
        <section className="wide">
          <h3>{t.meanContributionByClass}</h3>
          <table className="list-table">
            <thead>
              <tr>
                <th scope="col">{t.columnHead}</th>
                {classes.map((label) => (
                  <th key={String(label)} scope="col" className="n">
                    {String(label)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shap.columns.slice(0, mostColumns).map(({ column, byClass }) => (
                <tr key={column}>
                  <td className="mono">{column}</td>
                  {classes.map((label, i) => (
                    <td key={String(label)} className="n">
                      {formatMetric(byClass?.[i] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {interactions.length > 0 && (
        <section>
          <BarList
            title={t.interactions}
            mono
            labelWidth="minmax(60px, 200px)"
            bars={interactions.map(({ columns, strength }) => ({
              label: columns.join(' × '),
              share: strength,
              value: strength,
              text: formatPercent(strength),
            }))}
          />
          <p className="mute small">{t.interactionsSay}</p>
        </section>
      )}
      {model.some(({ value }) => value > 0) && (
        <section>
          <BarList
            title={t.importanceWhileLearning}
            mono
            labelWidth="minmax(60px, 130px)"
            bars={model.slice(0, mostColumns).map(({ feature, value }) => ({
              label: feature,
              share: value / Math.max(1e-12, model[0]?.value ?? 1),
              value,
              text: formatPercent(value),
            }))}
          />
        </section>
      )}
    </div>
  );
}

function explainedOf({ class: label, label: column }: ExplanationReport): string {
  return label === null ? column : `${column} = ${String(label)}`;
}
