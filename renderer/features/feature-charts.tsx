import { LineChart } from '../charts/line-chart.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';

const height = 180;

/** The values of a feature, and how many are missing, over the event times of its view. */
export function FeatureCharts({ digest, feature }: { digest: string; feature: string }) {
  const { data, error, refetch } = useQuery(`feature-history/${digest}/${feature}`, (signal) =>
    engine.feature.history({ digest, feature }, { signal }),
  );
  if (!data) {
    return error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={4} waitsFor={t.theHistory} />;
  }
  const { spans } = data;
  const x = spans.map(({ fromMs }) => fromMs);
  const isNumber = spans.some(({ middle }) => middle !== null);
  return (
    <div className="feature-charts">
      {isNumber ? (
        <LineChart
          title={t.overTime(feature)}
          caption={t.overTimeNote}
          height={height}
          base="time"
          baseLabel={t.eventTimes}
          series={[
            {
              label: t.median,
              tone: 'blue',
              x,
              y: spans.map(({ middle }) => middle),
              band: { low: spans.map(({ low }) => low), high: spans.map(({ high }) => high) },
            },
          ]}
        />
      ) : (
        <LineChart
          title={t.distinctOverTime(feature)}
          height={height}
          base="time"
          baseLabel={t.eventTimes}
          valueFrom={0}
          series={[{ label: t.distinct, tone: 'blue', x, y: spans.map(({ distinct }) => distinct) }]}
        />
      )}
      <LineChart
        title={t.missingOverTime}
        height={height}
        base="time"
        baseLabel={t.eventTimes}
        unit="%"
        valueFrom={0}
        valueTo={100}
        series={[{ label: t.missing, tone: 'blue', x, y: spans.map(({ missing }) => missing * 100) }]}
      />
    </div>
  );
}
