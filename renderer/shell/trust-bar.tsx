import { useMemo, useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { refreshAnalysis } from '../state/analysis-store.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { select } from '../state/selection-store.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatPlural } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import './trust-bar.css';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';
import { showError } from '../ui/show-error.ts';

/** Says that the open graph comes from elsewhere, and what it would do; until the person decides, it does none of that. */
export function TrustBar() {
  const { screen } = useRoute();
  const path = useActiveGraph((graph) => graph.path);
  const document = useActiveGraph((graph) => graph.root);
  const [open, setOpen] = useState(false);
  const nodes = document?.nodes;
  // Moving a card changes the layout alone, and asks nothing anew.
  const key = useMemo(
    () => (path === undefined || nodes === undefined ? null : `trust:${path}:${JSON.stringify(nodes)}`),
    [path, nodes],
  );
  const trust = useQuery(key, (signal) =>
    engine.graph.trust({ document: document ?? {}, ...(path === undefined ? {} : { path }) }, { signal }),
  );
  const needs = trust.data?.needs ?? [];
  const digest = trust.data?.digest ?? undefined;
  if (screen !== 'graph' || path === undefined || needs.length === 0) return null;

  async function decide(): Promise<void> {
    if (path === undefined || digest === undefined) return;
    try {
      await engine.graph.decideTrust({ path, digest, state: 'trusted' });
      refreshAnalysis(0);
    } catch (error) {
      showError(error);
    }
    // Where the file has changed meanwhile, the list has too.
    trust.refetch();
  }

  return (
    <section className="trust-bar" aria-label={t.trustInThisGraph}>
      <div className="trust-line">
        <Icon name="stale" small />
        <span>{t.comesFromElsewhere(needs.length, formatPlural(needs.length, 'step'))}</span>
        <Button variant="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t.hideWhatItWouldDo : t.whatItWouldDo}
        </Button>
        <Button small onClick={() => void decide()}>
          {t.trustThisGraph}
        </Button>
      </div>
      {open && (
        <ul>
          {needs.map((need) => (
            <li key={`${need.node} ${need.what}`}>
              <Button
                variant="link"
                onClick={() => {
                  navigate('graph');
                  select([need.node]);
                }}
              >
                {need.title}
              </Button>{' '}
              <EngineText text={need.what} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
