import { useEffect, useRef, useState } from 'react';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { modelPlaceReached, useModelPlace } from '../state/model-place-store.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatRelative } from '../ui/format.ts';
import { ErrorState } from '../ui/state-block.tsx';
import { showToast } from '../ui/toast.tsx';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

/** Calls the registry, says what went wrong, and has the screen read again. */
async function change(call: () => Promise<ModelVersion>, said: string, onChanged: () => void): Promise<void> {
  try {
    await call();
    showToast({ text: said });
  } catch (error) {
    showError(error);
  }
  onChanged();
}

/** What a person has said, or is asked to say, of a version that waits for its alias. */
export function Approval({ version, onChanged }: { version: ModelVersion; onChanged: () => void }) {
  const online = useOnline();
  const [person, setPerson] = useState('');
  const [note, setNote] = useState('');
  const { approval, name } = version;
  if (approval === null) return null;
  const decide = (approved: boolean) =>
    change(
      () => engine.model.decide({ name, version: version.version, decision: { approved, person, note } }),
      approved ? t.approvedAs(version.version, approval.alias) : t.rejected(version.version),
      onChanged,
    );
  const missing = person.trim() === '' ? t.nameFirst : undefined;
  return (
    <section className="version-review" aria-label={t.approval}>
      <h3>{t.approval}</h3>
      {approval.state === 'waiting' ? (
        <p>{t.waitsAs(approval.alias, formatRelative(approval.askedMs))}</p>
      ) : (
        <p>
          {(approval.state === 'approved' ? t.approvedBy : t.rejectedBy)(
            approval.person,
            formatRelative(approval.decidedMs ?? approval.askedMs),
          )}
          {approval.note !== '' && <span className="mute"> {approval.note}</span>}
        </p>
      )}
      {approval.state !== 'approved' && (
        <>
          <Field row label={t.yourName}>
            {(ids) => <TextInput {...ids} value={person} onChange={setPerson} />}
          </Field>
          <Field row label={t.note}>
            {(ids) => <TextInput {...ids} value={note} onChange={setNote} />}
          </Field>
          <p className="notes-actions">
            <Button
              small
              variant="primary"
              disabled={!online || missing !== undefined}
              hint={missing}
              onClick={() => void decide(true)}
            >
              {t.approve}
            </Button>
            {approval.state === 'waiting' && (
              <Button
                small
                disabled={!online || missing !== undefined}
                hint={missing}
                onClick={() => void decide(false)}
              >
                {t.reject}
              </Button>
            )}
          </p>
        </>
      )}
    </section>
  );
}

/** Where the aliases of a model pointed, with the way back. */
export function AliasHistory({ name, state, onChanged }: { name: string; state: string; onChanged: () => void }) {
  const online = useOnline();
  const { data, error, refetch } = useQuery(`alias-history:${name}:${state}`, (signal) =>
    engine.model.history({ name }, { signal }),
  );
  const list = useRef<HTMLDivElement>(null);
  const wanted = useModelPlace((state) => state.place === 'aliases');
  const isRead = data !== undefined;
  useEffect(() => {
    if (!wanted || !isRead) return;
    list.current?.focus();
    modelPlaceReached();
  }, [wanted, isRead]);
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  const moves = data ?? [];
  const canGoBack = new Set(moves.filter(({ version }) => version > 0).map(({ version }) => version)).size > 1;
  const hasChampion = moves.find(({ alias }) => alias === 'champion')?.version !== 0;
  return (
    <div ref={list} role="group" aria-label={t.aliasHistory} tabIndex={-1}>
      {moves.length === 0 && <p className="mute">{t.noMoves}</p>}
      <ul className="alias-moves">
        {moves.slice(0, 20).map((move, i) => (
          <li key={moves.length - i}>
            <span className={move.alias === 'champion' ? 'pill alias champion' : 'pill alias'}>{move.alias}</span>
            {move.version === 0 ? t.takenAway : t.versionNumber(move.version)}
            {move.isRollback && <span className="mute"> {t.rolledBack}</span>}
            <span className="mute"> {move.movedMs === null ? '' : formatRelative(move.movedMs)}</span>
          </li>
        ))}
      </ul>
      {canGoBack && hasChampion && moves.some(({ alias }) => alias === 'champion') && (
        <Button
          small
          disabled={!online}
          onClick={() =>
            void change(() => engine.model.rollback({ name, alias: 'champion' }), t.championIsBack, onChanged)
          }
        >
          {t.rollBack}
        </Button>
      )}
    </div>
  );
}

/** Puts a version out of use, or back. */
export function ArchiveButton({ version, onChanged }: { version: ModelVersion; onChanged: () => void }) {
  const online = useOnline();
  const archived = version.archivedMs !== null;
  const inUse = version.aliases.length > 0;
  return (
    <Button
      variant="quiet"
      disabled={!online || inUse}
      hint={inUse ? t.inUse(version.aliases.join(', ')) : undefined}
      onClick={() =>
        void change(
          () => engine.model.archive({ name: version.name, version: version.version, archived: !archived }),
          archived ? t.isBack(version.version) : t.isArchived(version.version),
          onChanged,
        )
      }
    >
      {archived ? t.restore : t.archive}
    </Button>
  );
}
