import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { DesktopSettings } from '../desktop/desktop-settings.tsx';
import { EndpointKeys } from '../endpoints/endpoint-keys.tsx';
import { shell } from '../platform/shell.ts';
import { setDensity, setTheme, useUi } from '../state/ui-store.ts';
import { languages } from '../../shared/app/languages.ts';
import { chooseLanguage } from '../translation/kind-text.ts';
import { type LanguageChoice, languageNames, useLanguage } from '../translation/language.ts';
import { Field } from '../ui/field.tsx';
import { formatBytes, formatPlural } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { StoredResults } from './stored-results.tsx';
import { t } from './panels-text.ts';
import { t as shellText } from './text.ts';

export function SettingsScreen() {
  const theme = useUi((state) => state.theme);
  const choice = useLanguage((state) => state.choice);
  const density = useUi((state) => state.density);
  const { data, error, refetch } = useQuery('engine.info', (signal) => engine.engine.info(undefined, { signal }));
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{shellText.settings}</h1>
      </header>
      <div className="settings-form">
        <Field row label={t.theme}>
          {() => (
            <Segmented
              label={t.theme}
              value={theme}
              onChange={setTheme}
              options={[
                { value: 'system', label: t.system },
                { value: 'light', label: t.light },
                { value: 'dark', label: t.dark },
              ]}
            />
          )}
        </Field>
        <Field row label={t.language}>
          {() => (
            <Segmented<LanguageChoice>
              label={t.language}
              value={choice}
              onChange={(wanted) => void chooseLanguage(wanted)}
              options={[
                { value: 'system', label: t.system },
                ...languages.map((value) => ({ value, label: languageNames[value] })),
              ]}
            />
          )}
        </Field>
        <Field row label={t.rows}>
          {() => (
            <Segmented
              label={t.rows}
              value={density}
              onChange={setDensity}
              options={[
                { value: 'compact', label: t.compact },
                { value: 'comfortable', label: t.comfortable },
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
            <dt>{t.engineOn}</dt>
            <dd>{t.node(data.hostname, data.platform, data.node)}</dd>
            <dt>{t.machine}</dt>
            <dd>
              {formatPlural(data.cores, 'core')}, {formatBytes(data.memoryBytes)} {t.memory}
              {data.gpus.length > 0 ? `, ${data.gpus.join(', ')}` : t.noGPU}
            </dd>
            <dt>{t.dataDirectory}</dt>
            <dd className="mono wrap">{data.dataDir}</dd>
          </dl>
        )}
        <StoredResults />
        <EndpointKeys />
        {shell.desktop && <DesktopSettings desktop={shell.desktop} />}
      </div>
    </div>
  );
}
