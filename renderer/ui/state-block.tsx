import { type ReactNode, useEffect, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import { topicOfError } from '../../shared/errors/codes.ts';
import { germanErrorTitle } from '../translation/kind-text.ts';
import { Button } from './button.tsx';
import { CopyDetails } from './copy-details.tsx';
import { EngineText } from './engine-text.tsx';
import { Icon } from './icons/icon.tsx';
import { t } from './text.ts';
import { translatedText } from '../translation/engine-text.ts';

/** One sentence, one primary action, at most one more. */
export function EmptyState({ text, children }: { text: ReactNode; children?: ReactNode }) {
  return (
    <div className="state-block">
      <p>{text}</p>
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

/** What happened, what to do, the code and its details; the rest of the screen keeps working. */
export function ErrorState({
  error,
  onRetry,
  children,
}: {
  error: WireError;
  onRetry?: (() => void) | undefined;
  /** What else helps. */
  children?: ReactNode;
}) {
  const said = translatedText(error.message);
  // Where the words have no translation, the sort of error stands before them in the language of the app.
  const sort = said === undefined ? germanErrorTitle(topicOfError(error.code)) : undefined;
  return (
    <div className="state-block failed" role="alert">
      <p className="headline">
        <Icon name="failed" small />
        {sort ?? said ?? error.message}
      </p>
      {sort !== undefined && <p lang="en">{error.message}</p>}
      {error.fix && (
        <p>
          <EngineText text={error.fix} />
        </p>
      )}
      <p className="mute small mono">
        {error.code}{' '}
        <a className="link-button" href={`#/help/${encodeURIComponent(`errors/${topicOfError(error.code)}`)}`}>
          {t.whatHelps}
        </a>
      </p>
      <div className="actions">
        {onRetry && (
          <Button small onClick={onRetry}>
            {t.tryAgain}
          </Button>
        )}
        {children}
        <CopyDetails error={error} />
      </div>
    </div>
  );
}

/** Hairlines in final positions after 150 ms; after 3 s it says what it waits for. */
export function Skeleton({ rows = 5, waitsFor = t.theEngine }: { rows?: number; waitsFor?: string }) {
  const [phase, setPhase] = useState<'quiet' | 'lines' | 'says'>('quiet');
  useEffect(() => {
    const lines = setTimeout(() => setPhase('lines'), 150);
    const says = setTimeout(() => setPhase('says'), 3000);
    return () => {
      clearTimeout(lines);
      clearTimeout(says);
    };
  }, []);
  if (phase === 'quiet') return null;
  return (
    <div className="skeleton" role="status" aria-label={t.waitsFor(waitsFor)}>
      {phase === 'says' && <p className="mute">{t.waitsFor(waitsFor)}</p>}
      {Array.from({ length: rows }, (_, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- identical lines
        <i key={index} />
      ))}
    </div>
  );
}
