import { useEffect, useRef, useState } from 'react';
import { saveFile } from '../charts/save-file.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { modelPlaceReached, useModelPlace } from '../state/model-place-store.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

type Notes = Awaited<ReturnType<typeof engine.model.notes>>;
const tags = ['owner', 'on-call', 'runbook'] as const;

function NotesForm({
  name,
  version,
  notes,
  onSaved,
}: {
  name: string;
  version: number;
  notes: Notes;
  onSaved: () => void;
}) {
  const [description, setDescription] = useState(notes.description);
  const [own, setOwn] = useState<Record<string, string>>(notes.tags);
  const form = useRef<HTMLFormElement>(null);
  const place = useModelPlace((state) => state.place);
  useEffect(() => {
    if (place !== 'owner' && place !== 'runbook') return;
    form.current?.querySelector<HTMLInputElement>(`[name="${place}"]`)?.focus();
    modelPlaceReached();
  }, [place]);
  const changed = description !== notes.description || tags.some((tag) => (own[tag] ?? '') !== (notes.tags[tag] ?? ''));
  async function save() {
    try {
      await engine.model.setNotes({
        name,
        description,
        tags: Object.fromEntries(tags.map((tag) => [tag, own[tag] ?? ''])),
      });
      onSaved();
    } catch (error) {
      showError(error);
    }
  }
  async function saveCard() {
    try {
      const { card } = await engine.model.card({ name, version });
      saveFile(`${name}-${version}.md`, new Blob([card], { type: 'text/markdown' }));
    } catch (error) {
      showError(error);
    }
  }
  return (
    <form
      ref={form}
      className="model-notes"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={t.description}>
        {(ids) => (
          <textarea
            {...ids}
            className="textarea"
            rows={3}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      {tags.map((tag) => (
        <Field key={tag} row label={t.tags[tag]}>
          {(ids) => (
            <TextInput
              {...ids}
              name={tag}
              value={own[tag] ?? ''}
              onChange={(value) => setOwn({ ...own, [tag]: value })}
            />
          )}
        </Field>
      ))}
      <p className="notes-actions">
        <Button type="submit" small disabled={!changed}>
          {t.save}
        </Button>
        <Button small variant="quiet" icon="export" onClick={() => void saveCard()}>
          {t.card}
        </Button>
      </p>
    </form>
  );
}

/** The part of a model's card that people write, and the card as a file. */
export function ModelNotes({ name, version }: { name: string; version: number }) {
  const { data, refetch } = useQuery(`notes:${name}`, (signal) => engine.model.notes({ name }, { signal }));
  if (!data) return <Skeleton rows={4} waitsFor={t.theCard} />;
  return <NotesForm key={JSON.stringify(data)} name={name} version={version} notes={data} onSaved={refetch} />;
}
