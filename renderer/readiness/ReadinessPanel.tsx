import './readiness.css';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReadinessItem } from '../../shared/readiness/readiness.ts';
import { readinessMarkdown } from '../../shared/readiness/readiness-markdown.ts';
import { saveFile } from '../charts/save-file.ts';
import { activeGraph, useGraphs } from '../state/graph-store.ts';
import { openOverlay } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { TextInput } from '../ui/field.tsx';
import { formatMoment, formatRelative } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { PopoverPanel } from '../ui/popover-panel.tsx';
import { orderItems } from './item-order.ts';
import { mend } from './mend.ts';
import { waive } from './waive.ts';
import { refreshReadiness, useReadiness } from './readiness-store.ts';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';
import { engineText } from '../translation/engine-text.ts';

const looks = (): Record<ReadinessItem['state'], { icon: IconName; word: string }> => ({
  missing: { icon: 'failed', word: t.missing },
  stale: { icon: 'stale', word: t.stale },
  met: { icon: 'check', word: t.met },
  waived: { icon: 'minus', word: t.waived },
});

function Item({ item }: { item: ReadinessItem }) {
  const { icon, word } = looks()[item.state];
  const { action, evidence } = item;
  const step = action?.step;
  return (
    <li className={`readiness-item is-${item.state}`}>
      <Icon name={icon} small />
      <div>
        <b>{engineText(item.title)}</b>
        <span className="visually-hidden">, {word}</span>
        {evidence && (
          <p className="mid">
            <EngineText text={evidence.text} />
            {evidence.timeMs !== undefined && (
              <span className="mute" title={formatMoment(evidence.timeMs)}>
                {' '}
                {formatRelative(evidence.timeMs)}
              </span>
            )}
          </p>
        )}
        {item.state !== 'met' && <p className="mute">{engineText(item.why)}</p>}
        {action && !step && <p className="mute">{engineText(action.label)}.</p>}
      </div>
      <WaiveButton item={item} />
      {action && step && (
        <div className="readiness-action">
          <Button
            small
            onClick={() => {
              openOverlay(undefined);
              mend(step);
            }}
          >
            {engineText(action.label)}
          </Button>
        </div>
      )}
    </li>
  );
}

/** Says why an item does not apply here, or takes that back. */
function WaiveButton({ item }: { item: ReadinessItem }) {
  const [reason, setReason] = useState<string>();
  if (item.state === 'met') return null;
  if (item.state === 'waived') {
    return (
      <Button small variant="quiet" onClick={() => waive(item.id, undefined)}>
        {t.takeBack}
      </Button>
    );
  }
  if (reason === undefined) {
    return (
      <Button small variant="quiet" onClick={() => setReason('')}>
        {t.waive}
      </Button>
    );
  }
  const given = reason.trim() !== '';
  return (
    <form
      className="waive-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (given) waive(item.id, reason.trim());
        setReason(undefined);
      }}
    >
      <TextInput
        value={reason}
        onChange={setReason}
        placeholder={t.whyNot}
        aria-label={t.whyNot}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- asked for by a press
        autoFocus
      />
      <Button small disabled={!given} type="submit">
        {t.waiveNow}
      </Button>
    </form>
  );
}

/** What stands between the graph and production, from evidence; what is missing comes first. */
export function ReadinessPanel() {
  const tabId = useGraphs((state) => state.active);
  const { report, error, looking, tabId: reportTab } = useReadiness();
  const list = useRef<HTMLUListElement>(null);
  const drawn = useRef<readonly string[]>([]);
  useEffect(() => void refreshReadiness(), []);
  const shown = reportTab === tabId ? report : undefined;
  const items = useMemo(() => {
    // Nothing moves away from under the pointer or the focus.
    const isUsed = list.current?.matches(':hover, :focus-within') ?? false;
    return shown && orderItems(shown.items, isUsed ? drawn.current : []);
  }, [shown]);
  useEffect(() => {
    drawn.current = items?.map(({ id }) => id) ?? [];
  }, [items]);
  return (
    <PopoverPanel label={t.readiness} className="readiness-panel" busy={looking} onClose={() => openOverlay(undefined)}>
      <header className="readiness-head">
        <h2>{t.readiness}</h2>
        {shown && <span className="num">{t.of(shown.met, shown.total)}</span>}
        <span className="grow" />
        {shown && (
          <Button
            small
            icon="export"
            onClick={() => {
              const name = activeGraph()?.root.name ?? 'graph';
              const text = readinessMarkdown(name, shown);
              saveFile(
                `readiness-${activeGraph()?.root.id ?? 'graph'}.md`,
                new Blob([text], { type: 'text/markdown' }),
              );
            }}
          >
            {t.markdown}
          </Button>
        )}
        <IconButton icon="close" small label={t.close} onClick={() => openOverlay(undefined)} />
      </header>
      {shown && (
        <div className="progress readiness-share" aria-hidden="true">
          <i style={{ width: `${shown.score}%` }} />
        </div>
      )}
      {error && <ErrorState error={error} onRetry={() => void refreshReadiness()} />}
      {!shown && !error && <Skeleton rows={6} waitsFor={t.theLook} />}
      {items && (
        <ul ref={list}>
          {items.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ul>
      )}
    </PopoverPanel>
  );
}
