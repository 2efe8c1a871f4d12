import './home.css';
import { useRef, useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { importGraph, newGraph, openPath, openTemplate, openWithDialog } from '../state/file-commands.ts';
import { openRecovery } from '../state/open-recovery.ts';
import { dropRecovery, listRecovery } from '../state/recovery.ts';
import { navigate, openOverlay } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatRelative } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { TemplatePicture } from './template-picture.tsx';
import { t } from './text.ts';

function Recovered() {
  const [copies, setCopies] = useState(listRecovery);
  if (copies.length === 0) return null;
  return (
    <section className="home-section">
      <h2>{t.unsavedWorkFromBefore}</h2>
      <ul>
        {copies.map((copy) => (
          <li key={copy.key} className="home-row">
            <Icon name="stale" small />
            <span className="clip">{copy.name}</span>
            <span className="mute small">{formatRelative(copy.savedMs)}</span>
            <span className="grow" />
            <Button
              variant="link"
              onClick={() => {
                openRecovery(copy);
                navigate('graph');
              }}
            >
              {t.open}
            </Button>
            <Button
              variant="quiet"
              small
              onClick={() => {
                dropRecovery(copy.key);
                setCopies(listRecovery());
              }}
            >
              {t.discard}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function HomeScreen() {
  const templates = useQuery('graph.templates', (signal) => engine.graph.templates(undefined, { signal }));
  const recent = useQuery('graph.list', (signal) => engine.graph.list(undefined, { signal }));
  const [opening, setOpening] = useState<string>();
  const picker = useRef<HTMLInputElement>(null);

  async function open(id: string, action: () => Promise<boolean>) {
    setOpening(id);
    await action();
    setOpening(undefined);
  }
  return (
    <div className="screen home">
      <header className="screen-head">
        <h1>{t.home}</h1>
        <span className="grow" />
        <Button icon="info" variant="quiet" onClick={() => openOverlay('tour')}>
          {t.tour}
        </Button>
        <Button onClick={() => picker.current?.click()}>{t.import}</Button>
        <input
          ref={picker}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label={t.importLabel}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = '';
            if (file) void importGraph(file);
          }}
        />
        <Button icon="open" onClick={() => void openWithDialog()}>
          {t.open}
        </Button>
        <Button variant="primary" icon="plus" onClick={newGraph}>
          {t.newGraph}
        </Button>
      </header>
      <div className="home-body">
        <Recovered />
        <section className="home-section">
          <h2>{t.recentGraphs}</h2>
          {recent.error && <ErrorState error={recent.error} onRetry={recent.refetch} />}
          {recent.loading && !recent.data && <Skeleton rows={3} waitsFor={t.theListOfGraphs} />}
          {recent.data?.length === 0 && <EmptyState text={t.noGraphSaved} />}
          <ul>
            {recent.data?.map((entry) => (
              <li key={entry.path}>
                <button
                  type="button"
                  className="home-row"
                  disabled={opening !== undefined}
                  onClick={() => void open(entry.path, () => openPath(entry.path))}
                >
                  <Icon name="graph" small />
                  <b>{entry.name}</b>
                  <span className="mono mute clip">{entry.path}</span>
                  <span className="grow" />
                  <span className="mute small num">{formatRelative(entry.modifiedMs)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
        <section className="home-section">
          <h2>{t.templates}</h2>
          {templates.error && <ErrorState error={templates.error} onRetry={templates.refetch} />}
          {templates.loading && !templates.data && <Skeleton rows={3} waitsFor={t.theTemplates} />}
          <ul className="template-list">
            {templates.data?.map((template) => (
              <li key={template.id}>
                <button
                  type="button"
                  className="template"
                  disabled={opening !== undefined}
                  onClick={() => void open(template.id, () => openTemplate(template.id))}
                >
                  <TemplatePicture id={template.id} />
                  <b>{template.name}</b>
                  <p>{template.description}</p>
                  <span className="mute small">{t.runsOn(template.targets.join(', '))}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}
