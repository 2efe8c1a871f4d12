import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { setDensity, setTheme, useUi } from '../state/ui-store.ts';
import { Field } from '../ui/field.tsx';
import { formatBytes, formatPlural } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';

export function SettingsScreen() {
  const theme = useUi((state) => state.theme);
  const density = useUi((state) => state.density);
  const { data, error, refetch } = useQuery('engine.info', (signal) => engine.engine.info(undefined, { signal }));
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>Settings</h1>
      </header>
      <div className="settings-form">
        <Field row label="Theme">
          {() => (
            <Segmented
              label="Theme"
              value={theme}
              onChange={setTheme}
              options={[
                { value: 'system', label: 'System' },
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
            />
          )}
        </Field>
        <Field row label="Rows">
          {() => (
            <Segmented
              label="Rows"
              value={density}
              onChange={setDensity}
              options={[
                { value: 'compact', label: 'Compact' },
                { value: 'comfortable', label: 'Comfortable' },
              ]}
            />
          )}
        </Field>
        {error && <ErrorState error={error} onRetry={refetch} />}
        {!data && !error && <Skeleton rows={6} />}
        {data && (
          <dl className="facts">
            <dt>Slipway</dt>
            <dd>{data.version}</dd>
            <dt>Engine on</dt>
            <dd>
              {data.hostname}, {data.platform}, Node {data.node}
            </dd>
            <dt>Machine</dt>
            <dd>
              {formatPlural(data.cores, 'core')}, {formatBytes(data.memoryBytes)} memory
              {data.gpus.length > 0 ? `, ${data.gpus.join(', ')}` : ', no GPU'}
            </dd>
            <dt>Data directory</dt>
            <dd className="mono wrap">{data.dataDir}</dd>
          </dl>
        )}
      </div>
    </div>
  );
}
