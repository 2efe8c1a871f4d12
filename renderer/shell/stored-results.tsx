import { useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatBytes, formatPlural } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { showToast } from '../ui/toast.tsx';
import { t } from './panels-text.ts';
import { showError } from '../ui/show-error.ts';

const bytesPerGigabyte = 1e9;

interface Collected {
  removedArtifacts: number;
  freedBytes: number;
  keptArtifacts: number;
  keptBytes: number;
}

/** Room for stored results: says first what would go, and removes it when told to. */
export function StoredResults() {
  const [gigabytes, setGigabytes] = useState<number>();
  const [found, setFound] = useState<Collected>();
  const [busy, setBusy] = useState(false);

  async function collect(dryRun: boolean): Promise<void> {
    setBusy(true);
    try {
      const collected = await engine.artifact.collectGarbage({
        dryRun,
        ...(gigabytes === undefined ? {} : { maxBytes: Math.floor(gigabytes * bytesPerGigabyte) }),
      });
      setFound(dryRun ? collected : undefined);
      if (!dryRun)
        showToast({ text: t.resultsRemoved(countOf(collected.removedArtifacts), formatBytes(collected.freedBytes)) });
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="stored-results" aria-label={t.storedResults}>
      <h2>{t.storedResults}</h2>
      <p className="mute small">{t.storedResultsNote}</p>
      <Field row label={t.keepAtMost}>
        {(ids) => (
          <NumberField
            {...ids}
            value={gigabytes}
            min={0}
            unit="GB"
            placeholder={t.noLimitOfSize}
            onChange={(value) => {
              if (value !== undefined && !(value >= 0)) return;
              setGigabytes(value);
              setFound(undefined);
            }}
          />
        )}
      </Field>
      <div className="row-actions">
        <Button disabled={busy} onClick={() => void collect(true)}>
          {t.seeWhatCanGo}
        </Button>
        {found && found.removedArtifacts > 0 && (
          <Button variant="danger" disabled={busy} onClick={() => void collect(false)}>
            {t.removeResults(countOf(found.removedArtifacts))}
          </Button>
        )}
      </div>
      {found && (
        <p role="status">
          {found.removedArtifacts === 0
            ? t.nothingToRemove(countOf(found.keptArtifacts), formatBytes(found.keptBytes))
            : t.wouldRemove(
                countOf(found.removedArtifacts),
                formatBytes(found.freedBytes),
                countOf(found.keptArtifacts),
                formatBytes(found.keptBytes),
              )}
        </p>
      )}
    </section>
  );
}

function countOf(results: number): string {
  return formatPlural(results, 'result');
}
