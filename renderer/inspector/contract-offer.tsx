import { useEffect, useState } from 'react';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { engine } from '../client/engine-client.ts';
import { useActiveRun } from '../canvas/use-node-status.ts';
import { toEngineError } from '../client/engine-error.ts';
import { setParam } from '../state/graph-commands.ts';
import { activeGraph, useActiveGraph } from '../state/graph-store.ts';
import { startRun } from '../state/run-commands.ts';
import { Button } from '../ui/button.tsx';
import { showToast } from '../ui/toast.tsx';
import { useInputDigests } from './input-digests.ts';
import { addExpectations } from './add-expectations.ts';
import { t } from './form-text.ts';

const port = 'input';

/** Writes a contract from the table that comes in; where that has not been made yet, runs what makes it, and no more. */
export function ContractOffer({ nodeId }: { nodeId: string }) {
  const source = useActiveGraph(
    ({ document }) => parsePortRef(document.edges.find(({ to }) => to === `${nodeId}.${port}`)?.from ?? '')?.node,
  );
  const digests = useInputDigests(nodeId, [port]);
  const digest = digests === undefined ? undefined : (JSON.parse(digests) as Record<string, string>)[port];
  const [wanted, setWanted] = useState(false);
  /** The run that makes the table has begun, or could not. */
  const [started, setStarted] = useState(false);
  const status = useActiveRun((run) => run.status);
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    if (!wanted || digest === undefined) return;
    const abort = new AbortController();
    engine.artifact
      .contract({ digest }, { signal: abort.signal })
      .then(({ expectations }) => {
        if (abort.signal.aborted) return;
        setWanted(false);
        const before = activeGraph()?.document.nodes[nodeId]?.params['expectations'];
        const { all, added } = addExpectations(before, expectations);
        if (added > 0) setParam(nodeId, 'expectations', all);
        showToast({ text: added > 0 ? t.contractAdded(added) : t.contractKnown });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const { message, fix } = toEngineError(error);
        setWanted(false);
        setProblem([message, fix].filter(Boolean).join(' '));
      });
    return () => abort.abort();
  }, [wanted, digest, nodeId]);

  useEffect(() => {
    if (!wanted || !started || digest !== undefined || status === 'running' || status === 'succeeded') return;
    setWanted(false);
    setProblem(t.contractFailed);
  }, [wanted, started, digest, status]);

  if (source === undefined) return <p className="field-note">{t.contractNeedsTable}</p>;
  return (
    <div className="contract-offer">
      {wanted ? (
        <>
          <span className="mute small" role="status">
            {digest === undefined ? t.contractWaits : t.contractReads}
          </span>
          <Button small variant="quiet" onClick={() => setWanted(false)}>
            {t.cancel}
          </Button>
        </>
      ) : (
        <Button
          small
          onClick={() => {
            setProblem(undefined);
            setWanted(true);
            setStarted(false);
            if (digest === undefined) void startRun({ to: source }).then(() => setStarted(true));
          }}
        >
          {digest === undefined ? t.contractRun : t.contractInfer}
        </Button>
      )}
      {problem !== undefined && <p className="field-error">{problem}</p>}
    </div>
  );
}
