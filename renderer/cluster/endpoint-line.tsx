import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { BundleSource, ClusterStatus, ForwardedModel } from '../../shared/rpc/cluster-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons/icon.tsx';
import { EngineError } from '../ui/engine-text.tsx';
import { ForwardedPlayground } from './forwarded-playground.tsx';
import { t } from './text.ts';

interface EndpointLineProps {
  context: string;
  namespace: string;
  endpoint: ClusterStatus['endpoints'][number];
  /** Absent where nobody knows any more what was applied. */
  bundle: BundleSource | undefined;
}

/** How many replicas of an endpoint answer, a way to them from this machine, and a form to ask them. */
export function EndpointLine({ context, namespace, endpoint, bundle }: EndpointLineProps) {
  const [forwarded, setForwarded] = useState<{ url: string; models?: ForwardedModel[] | undefined }>();
  const [failure, setFailure] = useState<WireError>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);

  async function open() {
    if (bundle === undefined) return;
    const controller = new AbortController();
    abort.current = controller;
    setFailure(undefined);
    try {
      const input = { context, namespace, bundle, endpoint: endpoint.name };
      for await (const now of await engine.cluster.forward(input, { signal: controller.signal })) setForwarded(now);
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) setFailure(toEngineError(error));
    } finally {
      setForwarded(undefined);
    }
  }

  return (
    <>
      <div className="cluster-endpoint">
        <span className={`state-word ${endpoint.ready >= endpoint.wanted && endpoint.ready > 0 ? 'live' : 'queued'}`}>
          <Icon name="endpoints" small />
          {endpoint.name}
        </span>
        <span>
          {t.readyOf(endpoint.ready, endpoint.wanted)} {endpoint.reason}
        </span>
        {forwarded === undefined ? (
          <Button
            small
            disabled={endpoint.ready === 0 || bundle === undefined}
            hint={endpoint.ready === 0 ? t.noReplica : undefined}
            onClick={() => void open()}
          >
            {t.openHere}
          </Button>
        ) : (
          <>
            <a className="mono" href={`${forwarded.url}/v2/openapi.json`} target="_blank" rel="noreferrer">
              {forwarded.url}
            </a>
            <Button small onClick={() => abort.current?.abort()}>
              {t.closeHere}
            </Button>
          </>
        )}
        {failure && (
          <span role="alert" className="small">
            <EngineError error={failure} />
          </span>
        )}
      </div>
      {forwarded?.models && <ForwardedPlayground url={forwarded.url} models={forwarded.models} />}
    </>
  );
}
