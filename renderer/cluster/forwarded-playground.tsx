import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { ForwardedModel } from '../../shared/rpc/cluster-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { Button } from '../ui/button.tsx';
import { EngineError } from '../ui/engine-text.tsx';
import { Field } from '../ui/field.tsx';
import { formatDuration } from '../ui/format.ts';
import { Select } from '../ui/select.tsx';
import { t } from './text.ts';

interface ForwardedPlaygroundProps {
  url: string;
  models: readonly ForwardedModel[];
}

interface Answer {
  text: string;
  durationMs: number;
}

function rowOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Asks a model in the cluster for a row that is written as JSON, and shows what it answers. */
export function ForwardedPlayground({ url, models }: ForwardedPlaygroundProps) {
  const [name, setName] = useState(models[0]?.name ?? '');
  const model = models.find((one) => one.name === name);
  const example = JSON.stringify(model?.example ?? {}, undefined, 1);
  const [text, setText] = useState(example);
  const [answer, setAnswer] = useState<Answer>();
  const [failure, setFailure] = useState<WireError>();
  const [waiting, setWaiting] = useState(false);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  useEffect(() => {
    setText(example);
    setAnswer(undefined);
    setFailure(undefined);
  }, [example, name]);
  const row = rowOf(text);

  async function ask() {
    if (row === undefined) return;
    const controller = new AbortController();
    abort.current?.abort();
    abort.current = controller;
    setWaiting(true);
    setFailure(undefined);
    try {
      const given = await engine.cluster.predict({ url, model: name, row }, { signal: controller.signal });
      setAnswer({ text: JSON.stringify(given.answer, undefined, 1), durationMs: given.durationMs });
    } catch (error) {
      if (isAbort(error)) return;
      setAnswer(undefined);
      setFailure(toEngineError(error));
    } finally {
      if (abort.current === controller) setWaiting(false);
    }
  }

  if (models.length === 0) return <p className="mute small">{t.noRowModels}</p>;
  return (
    <form
      className="cluster-playground"
      aria-label={t.tryEndpoint(name)}
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      {models.length > 1 && (
        <Field row label={t.model}>
          {(ids) => (
            <Select
              {...ids}
              value={name}
              options={models.map((one) => ({ value: one.name, label: one.name }))}
              onChange={setName}
            />
          )}
        </Field>
      )}
      <Field label={t.rowAsJson} note={t.rowIsTest} error={row === undefined ? t.noJsonObject : undefined}>
        {(ids) => (
          <textarea
            {...ids}
            className="textarea mono"
            rows={Math.min(12, example.split('\n').length)}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <p className="cluster-ask">
        <Button type="submit" small disabled={row === undefined || waiting}>
          {t.predict}
        </Button>
        <Button small variant="quiet" icon="reset" disabled={text === example} onClick={() => setText(example)}>
          {t.exampleRow}
        </Button>
        {answer && <span className="mute small">{t.answeredIn(formatDuration(answer.durationMs))}</span>}
      </p>
      <div aria-live="polite" aria-busy={waiting}>
        {failure ? (
          <p className="small" role="alert">
            <EngineError error={failure} />
          </p>
        ) : (
          answer && <pre className="cluster-log">{answer.text}</pre>
        )}
      </div>
    </form>
  );
}
