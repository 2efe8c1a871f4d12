import { type InputColumn, type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import { titleOfKind } from '../translation/kind-titles.ts';
import { metricName } from '../translation/metric-names.ts';
import { BarList } from '../charts/bar-list.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { formatCount, formatDuration, formatPercent, formatPlural, shortDigest } from '../ui/format.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { formatCell } from './cell-format.ts';
import { useArtifactJson } from './use-artifact-json.ts';
import { engineText } from '../translation/engine-text.ts';
import { t } from './text.ts';

function curveIndex(values: readonly number[]): number[] {
  return values.map((_, index) => index + 1);
}

function TrainingCurve({ curve }: { curve: ModelManifest['training']['curve'] }) {
  const series = [
    { label: t.train, tone: 'ref' as const, x: curveIndex(curve.train), y: curve.train },
    { label: t.validation, tone: 'now' as const, x: curveIndex(curve.valid), y: curve.valid },
  ].filter((line) => line.y.length > 0);
  return (
    <LineChart
      title={t.training}
      caption={t.perRound(metricName(curve.metric))}
      wholeBase
      series={series}
      height={180}
      baseLabel="round"
      digits={4}
    />
  );
}

function exampleText(input: InputColumn, value: unknown): string {
  if (input.type === 'tensor') return '';
  return formatCell(value, input).text.slice(0, 40);
}

function paramText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** What a model takes and gives, how it was trained and what it looks at. */
export function ModelParts({ manifest }: { manifest: ModelManifest }) {
  const { training, trainer } = manifest;
  return (
    <div className="result-parts">
      <section>
        <h3>{t.takes}</h3>
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">{t.rawColumn}</th>
              <th scope="col">{t.type}</th>
              <th scope="col">{t.example}</th>
            </tr>
          </thead>
          <tbody>
            {manifest.inputs.map((input) => (
              <tr key={input.name}>
                <td className="mono">{input.name}</td>
                <td>
                  <TypeGlyph type={input.type} />
                  {input.size !== undefined && <span className="mute small"> {t.values(formatCount(input.size))}</span>}
                </td>
                <td className="clip mute">{exampleText(input, manifest.example[input.name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <h3>{t.gives}</h3>
        <dl className="facts">
          <dt>{t.task}</dt>
          <dd>
            {manifest.task === 'binary' ? t.twoClasses : manifest.task === 'multiclass' ? t.severalClasses : t.aNumber}
          </dd>
          <dt>{t.label}</dt>
          <dd>
            <span className="mono">{manifest.label.column}</span> <TypeGlyph type={manifest.label.type} />
          </dd>
          {manifest.classes.length > 0 && (
            <>
              <dt>{t.classes}</dt>
              <dd>{manifest.classes.slice(0, 20).map(String).join(', ')}</dd>
            </>
          )}
          <dt>{t.trainer}</dt>
          <dd title={trainer.kind}>{titleOfKind(trainer.kind)}</dd>
          {manifest.python !== undefined && (
            <>
              <dt>{t.runsIn}</dt>
              <dd title={engineText(manifest.python.why)}>
                {t.inPython(manifest.python.version, manifest.python.type)}
                <div className="mono mute">{manifest.python.interpreter}</div>
              </dd>
            </>
          )}
          <dt>{t.rows}</dt>
          <dd>{formatCount(training.rows)}</dd>
          {training.seconds !== undefined && (
            <>
              <dt>{t.time}</dt>
              <dd>{formatDuration(training.seconds * 1000)}</dd>
            </>
          )}
          <dt>{t.table}</dt>
          <dd className="mono" title={training.table}>
            {shortDigest(training.table)}
          </dd>
          {manifest.features.length > 0 && (
            <>
              <dt>{t.features}</dt>
              <dd>
                {t.perRow(
                  formatPlural(manifest.features.length, 'feature'),
                  formatPlural(
                    manifest.features.reduce((sum, feature) => sum + feature.width, 0),
                    'value',
                  ),
                )}
              </dd>
            </>
          )}
        </dl>
      </section>
      {training.curve.train.length > 1 && (
        <section>
          <TrainingCurve curve={training.curve} />
        </section>
      )}
      {manifest.importance.length > 0 && (
        <section>
          <BarList
            title={t.importance}
            label={t.featureImportance}
            mono
            labelWidth="minmax(60px, 130px)"
            bars={manifest.importance.slice(0, 14).map((entry) => ({
              label: entry.feature,
              share: entry.value / Math.max(1e-12, manifest.importance[0]?.value ?? 1),
              value: entry.value,
              text: formatPercent(entry.value),
            }))}
          />
        </section>
      )}
      <section>
        <h3>{t.settings}</h3>
        <dl className="facts">
          {Object.entries(trainer.params).map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt className="mono">{name}</dt>
              <dd className="mono clip">{paramText(value)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

export function ModelView({ digest }: { digest: string }) {
  const { data, error, refetch } = useArtifactJson(digest, 'model.json', modelManifestSchema);
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!data) return <Skeleton waitsFor={t.theModel} />;
  return (
    <div className="dock-scroll result-view">
      <ModelParts manifest={data} />
    </div>
  );
}
