import { useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useManifest } from '../state/artifact-store.ts';
import { useAskedModel } from '../state/model-trust-store.ts';
import { titleOfKind } from '../translation/kind-titles.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { showError } from '../ui/show-error.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { showToast } from '../ui/toast.tsx';
import '../results/results.css';
import './models.css';
import { t } from './text.ts';

/** What Python would run for a model from elsewhere, and the person's word that it may. */
export function ModelTrustDialog({ onClose }: { onClose: () => void }) {
  const { digest = '', onTrusted } = useAskedModel();
  const [busy, setBusy] = useState(false);
  const trust = useQuery(digest === '' ? null : `model-trust/${digest}`, (signal) =>
    engine.model.trust({ digest }, { signal }),
  );
  const versions = useQuery('model-trust/versions', (signal) => engine.model.list(undefined, { signal }));
  const artifact = useManifest(digest);
  const version = versions.data?.find((candidate) => candidate.digest === digest);
  const estimator = trust.data?.estimator;

  async function decide(): Promise<void> {
    setBusy(true);
    try {
      await engine.model.decideTrust({ digest });
      onClose();
      showToast({ text: t.pythonMayLoadIt });
      onTrusted?.();
    } catch (error) {
      setBusy(false);
      showError(error);
    }
  }

  return (
    <Dialog
      title={t.trustThisModel}
      width="560px"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button variant="primary" disabled={busy || !estimator} onClick={() => void decide()}>
            {t.trustModel}
          </Button>
        </>
      }
    >
      {trust.error ? (
        <ErrorState error={trust.error} onRetry={trust.refetch} />
      ) : trust.data === undefined ? (
        <Skeleton waitsFor={t.theModel} />
      ) : estimator ? (
        <>
          <p>{t.loadingRunsCode}</p>
          <dl className="facts trust-facts">
            {version && (
              <>
                <dt>{t.model}</dt>
                <dd>
                  {version.name} · {t.versionNumber(version.version)}
                </dd>
                <dt>{t.graph}</dt>
                <dd className="mono">{version.graphId}</dd>
              </>
            )}
            {artifact && (
              <>
                <dt>{t.madeBy}</dt>
                <dd>{titleOfKind(artifact.producer.kind)}</dd>
              </>
            )}
            <dt>{t.pythonObject}</dt>
            <dd className="mono">{estimator.type}</dd>
            <dt>{t.runBy}</dt>
            <dd className="mono">
              {estimator.interpreter} ({estimator.version})
            </dd>
            <dt>{t.fileDigest}</dt>
            <dd className="mono">{estimator.sha256}</dd>
          </dl>
          <p className="mute small">{t.trustOnlyKnown}</p>
        </>
      ) : (
        <p>{t.runsNoCode}</p>
      )}
    </Dialog>
  );
}
