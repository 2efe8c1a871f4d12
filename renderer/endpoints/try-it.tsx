import { type ClipboardEvent, useEffect, useMemo, useState } from 'react';
import { requestColumns } from '../../shared/model/request-columns.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { useOnline } from '../client/connection-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { showToast } from '../ui/toast.tsx';
import type { EndpointView } from '../state/endpoint-store.ts';
import { DrawingPad } from './drawing-pad.tsx';
import { ExplanationPanel } from './explanation-panel.tsx';
import { exampleValues, fieldProblem, type FormValues, takesDigit, toRow } from './form-values.ts';
import { InputField } from './input-field.tsx';
import { pastedRow } from './pasted-row.ts';
import { PredictionView } from './prediction-view.tsx';
import { snippet, type SnippetLanguage, snippetLanguages } from './snippets.ts';
import { usePrediction } from './use-prediction.ts';
import { t } from './text.ts';
import { TimingBar } from './timing-bar.tsx';
import { EngineError } from '../ui/engine-text.tsx';
import { copyText } from '../ui/copy-text.ts';

interface TryItProps {
  endpoint: EndpointView;
  manifest: ModelManifest;
  /** Values of an earlier request that go into the form. */
  given?: FormValues | undefined;
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

/** Asks the endpoint for what is in the form, as it is typed or drawn, and shows how a program asks the same. */
export function TryIt({ endpoint, manifest, given }: TryItProps) {
  const [values, setValues] = useState<FormValues>(() => exampleValues(manifest));
  const [language, setLanguage] = useState<SnippetLanguage>('curl');
  const online = useOnline();
  const live = endpoint.state === 'live';
  const digest = endpoint.model?.digest;
  useEffect(() => setValues(exampleValues(manifest)), [manifest, digest]);
  useEffect(() => {
    if (given === undefined) return;
    setValues((before) => ({ ...before, ...given }));
    showToast({ text: t.sentToForm });
  }, [given]);

  const inputs = useMemo(() => requestColumns(manifest), [manifest]);
  const row = useMemo(() => toRow(inputs, values), [inputs, values]);
  const blank = takesDigit(inputs) && !numbers(row[inputs[0]?.name ?? '']).some((ink) => ink > 0);
  const valid = !blank && inputs.every((input) => fieldProblem(input, values[input.name]) === undefined);
  const { prediction, durationMs, timing, error, waiting } = usePrediction(
    live ? endpoint.id : undefined,
    valid ? row : null,
  );
  const [image] = inputs;
  const base = endpoint.http ?? 'http://127.0.0.1:8080';
  const model = endpoint.model?.name ?? endpoint.name;

  const paste = (event: ClipboardEvent<HTMLFormElement>) => {
    const pasted = pastedRow(event.clipboardData.getData('text'), inputs);
    if (pasted === undefined) return;
    event.preventDefault();
    setValues((before) => ({ ...before, ...pasted }));
    showToast({ text: t.sentToForm });
  };

  return (
    <div className="try">
      <section>
        <h2>
          {t.tryIt}
          <span className="mute small">{takesDigit(inputs) ? t.predictsAsYouDraw : t.predictsAsYouType}</span>
        </h2>
        {takesDigit(inputs) && image ? (
          <DrawingPad
            image={numbers(values[image.name])}
            onDraw={(drawn) => setValues({ [image.name]: drawn ?? new Array<number>(784).fill(0) })}
            onExample={() => setValues(exampleValues(manifest))}
          />
        ) : (
          <form className="try-form" onSubmit={(event) => event.preventDefault()} onPaste={paste}>
            {inputs.map((input) => (
              <InputField
                key={input.name}
                input={input}
                value={values[input.name]}
                choices={manifest.choices[input.name]}
                onChange={(value) => setValues((before) => ({ ...before, [input.name]: value }))}
              />
            ))}
          </form>
        )}
        {!takesDigit(inputs) && (
          <div className="try-actions">
            <Button small variant="quiet" icon="reset" onClick={() => setValues(exampleValues(manifest))}>
              {t.exampleRow}
            </Button>
            <span className="mute small">{t.pasteHint}</span>
          </div>
        )}
      </section>
      <section aria-live="polite" aria-busy={waiting}>
        {!live ? (
          <p className="mute">{t.startToPredict}</p>
        ) : error ? (
          <p className="try-problem" role="alert">
            <EngineError error={error} />
          </p>
        ) : blank ? (
          <p className="mute">{t.drawSomething}</p>
        ) : prediction ? (
          <div className={online ? undefined : 'as-of-before'}>
            <PredictionView
              task={manifest.task}
              label={manifest.label.column}
              prediction={prediction}
              durationMs={durationMs}
            />
            {timing && <TimingBar timing={timing} />}
            {/* Explanations read the trees and weights of the model: those of Python are not known, a forecast has none. */}
            {manifest.python === undefined && manifest.forecast === undefined && (
              <ExplanationPanel endpointId={endpoint.id} row={valid ? row : null} />
            )}
          </div>
        ) : (
          <p className="mute">{valid ? t.asksTheModel : t.completeFields}</p>
        )}
      </section>
      <section>
        <h2>
          {t.callIt}
          <span className="grow" />
          <Segmented label={t.language} value={language} options={snippetLanguages} onChange={setLanguage} />
          <IconButton
            icon="copy"
            small
            label={t.copy}
            onClick={() => void copyText(snippet(language, base, model, row, true))}
          />
        </h2>
        <pre className="snippet">{snippet(language, base, model, row, false)}</pre>
        <p className="mute small">
          {t.also} <span className="mono">{t.postInfer(model)}</span>
          {t.protocol}
        </p>
      </section>
    </div>
  );
}
