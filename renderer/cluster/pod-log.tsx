import { useLayoutEffect, useRef } from 'react';
import { engine } from '../client/engine-client.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';

interface PodLogProps {
  context: string;
  namespace: string;
  pod: string;
  container: string;
  title: string;
}

/** The end of a step's log as the pod writes it. */
export function PodLog({ context, namespace, pod, container, title }: PodLogProps) {
  const { latest, error } = useSubscription(`cluster/log/${context}/${namespace}/${pod}/${container}`, (signal) =>
    engine.cluster.log({ context, namespace, pod, container }, { signal }),
  );
  const box = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    if (box.current && latest) box.current.scrollTop = box.current.scrollHeight;
  }, [latest]);
  return (
    <section className="cell" aria-label={t.log}>
      <header>
        <h2>{t.logOf(title)}</h2>
        <span className="mute small mono">{pod}</span>
      </header>
      {error ? (
        <ErrorState error={error} />
      ) : !latest ? (
        <Skeleton waitsFor={t.theLog} />
      ) : (
        // Scrolls by keyboard, so it takes focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre ref={box} tabIndex={0} className="cluster-log" aria-label={t.logOf(title)}>
          {latest.lines.length === 0 ? t.nothingIsWrittenYet : latest.lines.join('\n')}
        </pre>
      )}
    </section>
  );
}
