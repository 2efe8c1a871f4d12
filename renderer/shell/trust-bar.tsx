import { useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { useQuery } from '../client/use-query.ts';
import { refreshAnalysis } from '../state/analysis-store.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { select } from '../state/selection-store.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatPlural } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { showToast } from '../ui/toast.tsx';
import './trust-bar.css';

/** Says that the open graph comes from elsewhere, and what it would do; until the person decides, it does none of that. */
export function TrustBar() {
  const { screen } = useRoute();
  const path = useActiveGraph((graph) => graph.path);
  const document = useActiveGraph((graph) => graph.document);
  const [open, setOpen] = useState(false);
  const key = path === undefined || document === undefined ? null : `trust:${path}:${JSON.stringify(document.nodes)}`;
  const trust = useQuery(key, (signal) =>
    engine.graph.trust({ document: document ?? {}, ...(path === undefined ? {} : { path }) }, { signal }),
  );
  const needs = trust.data?.needs ?? [];
  if (screen !== 'graph' || path === undefined || needs.length === 0) return null;

  async function decide(): Promise<void> {
    if (path === undefined) return;
    try {
      await engine.graph.decideTrust({ path, state: 'trusted' });
      trust.refetch();
      refreshAnalysis(0);
    } catch (error) {
      showToast({ text: toEngineError(error).message, tone: 'failed' });
    }
  }

  return (
    <section className="trust-bar" aria-label="Trust in this graph">
      <div className="trust-line">
        <Icon name="stale" small />
        <span>
          This graph comes from elsewhere. It may read files and compute; {formatPlural(needs.length, 'step')} that{' '}
          {needs.length === 1 ? 'does' : 'do'} more will not run until you trust it.
        </span>
        <span className="grow" />
        <Button variant="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide what it would do' : 'What it would do'}
        </Button>
        <Button small onClick={() => void decide()}>
          Trust this graph
        </Button>
      </div>
      {open && (
        <ul>
          {needs.map((need) => (
            <li key={need.node}>
              <Button
                variant="link"
                onClick={() => {
                  navigate('graph');
                  select([need.node]);
                }}
              >
                {need.title}
              </Button>{' '}
              {need.what}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
