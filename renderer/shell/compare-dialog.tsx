import { useMemo, useState } from 'react';
import { changePlace, changeValue } from '../../shared/graph/change-words.ts';
import { diffGraphs, type GraphChange } from '../../shared/graph/graph-diff.ts';
import { takeChanges, useCompared } from '../state/compare-store.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { formatPlural } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { t } from './panels-text.ts';

type Side = 'mine' | 'theirs';

function keyOf(change: GraphChange): string {
  return JSON.stringify(change.path);
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'kind' in value) return String(value.kind);
  return Array.isArray(value) ? value.map(changeValue).join(', ') : changeValue(value);
}

/** What differs between the open graph and another one, part by part, with a choice for each. */
export function CompareDialog({ onClose }: { onClose: () => void }) {
  const { other, name } = useCompared();
  const mine = useActiveGraph((graph) => graph.root);
  const changes = useMemo(() => (mine && other ? diffGraphs(mine, other) : []), [mine, other]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  if (!mine || !other) return null;
  const choose = (change: GraphChange, side: Side) => {
    const next = new Set(chosen);
    if (side === 'theirs') next.add(keyOf(change));
    else next.delete(keyOf(change));
    setChosen(next);
  };
  const taken = changes.filter((change) => chosen.has(keyOf(change)));
  return (
    <Dialog
      title={t.compareTitle(name)}
      width="780px"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            variant="primary"
            disabled={taken.length === 0}
            onClick={() => {
              takeChanges(taken, other);
              onClose();
            }}
          >
            {t.take(formatPlural(taken.length, 'change'))}
          </Button>
        </>
      }
    >
      {changes.length === 0 ? (
        <p className="mute">{t.sameGraphs}</p>
      ) : (
        <>
          <p className="compare-all">
            <span className="mute">{t.differences(formatPlural(changes.length, 'change'))}</span>
            <span className="grow" />
            <Button variant="link" onClick={() => setChosen(new Set())}>
              {t.allMine}
            </Button>
            <Button variant="link" onClick={() => setChosen(new Set(changes.map(keyOf)))}>
              {t.allTheirs}
            </Button>
          </p>
          <table className="list-table compare-table">
            <thead>
              <tr>
                <th scope="col">{t.where}</th>
                <th scope="col">{t.mine}</th>
                <th scope="col">{t.theirs}</th>
                <th scope="col">{t.takeHead}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={keyOf(change)}>
                  <td className="mono">{changePlace(change.path)}</td>
                  <td className={chosen.has(keyOf(change)) ? 'mute' : undefined}>{shown(change.before)}</td>
                  <td className={chosen.has(keyOf(change)) ? undefined : 'mute'}>{shown(change.after)}</td>
                  <td>
                    <Segmented<Side>
                      label={t.sideOf(changePlace(change.path))}
                      value={chosen.has(keyOf(change)) ? 'theirs' : 'mine'}
                      options={[
                        { value: 'mine', label: t.mine },
                        { value: 'theirs', label: t.theirs },
                      ]}
                      onChange={(side) => choose(change, side)}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Dialog>
  );
}
