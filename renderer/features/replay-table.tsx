import { useState } from 'react';
import type { FeatureSkew } from '../../shared/rpc/feature-schemas.ts';
import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, formatFixed, formatNumber } from '../ui/format.ts';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

function share(equal: number, rows: number): string {
  return rows === 0 ? '–' : `${formatFixed((100 * equal) / rows, 2)} %`;
}

/** Logged requests with their features computed again as of their time, when asked for. */
export function ReplayTable({ view }: { view: string }) {
  const [skew, setSkew] = useState<readonly FeatureSkew[]>();
  const [busy, setBusy] = useState(false);
  const connected = useOnline();
  const replay = () => {
    setBusy(true);
    engine.feature
      .skew({ name: view })
      .then(setSkew, showError)
      .finally(() => setBusy(false));
  };
  const rows = skew?.flatMap(({ endpoint, model, features }) =>
    features.map((feature) => ({ endpoint, model, ...feature })),
  );
  return (
    <section aria-busy={busy}>
      <div className="feature-replay">
        <h2>{t.replay}</h2>
        <span className="mute small">{t.replayNote}</span>
        <span className="grow" />
        <Button small disabled={!connected || busy} onClick={replay}>
          {t.replayNow}
        </Button>
      </div>
      {rows?.length === 0 && <p className="mute">{t.nothingLogged}</p>}
      {rows !== undefined && rows.length > 0 && (
        <table className="list-table" aria-label={t.replay}>
          <thead>
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col">{t.usedBy}</th>
              <th scope="col" className="n">
                {t.requests}
              </th>
              <th scope="col" className="n">
                {t.equal}
              </th>
              <th scope="col" className="n">
                {t.largestDifference}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.endpoint} ${row.model.version} ${row.feature}`}>
                <td>{row.feature}</td>
                <td>{t.modelVersion(row.model.name, row.model.version)}</td>
                <td className="n">{formatCount(row.rows)}</td>
                <td className="n">{share(row.equal, row.rows)}</td>
                <td className="n">{row.largestDifference === null ? '–' : formatNumber(row.largestDifference)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
