import type { FoundRequests } from '../../shared/rpc/engine-contract.ts';
import { Button } from '../ui/button.tsx';
import { formatMoment, formatNumber } from '../ui/format.ts';
import { outputName } from './request-filters.tsx';
import { t } from './text.ts';
import { TimingBar } from './timing-bar.tsx';

type Found = FoundRequests['rows'][number];
type Value = Found['inputs'][number];

interface OneRequestProps {
  found: FoundRequests;
  request: Found;
  onSendAgain: (values: Record<string, unknown>) => void;
}

/** All that is known of a request: what went in and came out, where its time went, what really happened. */
export function OneRequest({ found, request, onSendAgain }: OneRequestProps) {
  const values = Object.fromEntries(found.inputs.map((name, i) => [name, request.inputs[i] ?? null]));
  const { timing, batchRows, features, label, error } = request;
  const about: [string, string][] = [
    [t.time, formatMoment(request.timeMs)],
    [t.statusField, error === null ? String(request.status) : `${request.status} ${error}`],
    ...(label === null ? [] : [[t.reallyHappened, label] as [string, string]]),
    ...(features === null ? [] : [[t.featureViews, features] as [string, string]]),
  ];
  return (
    <section className="one-request">
      <h3 className="cell-title mono">{request.id === '' ? formatMoment(request.timeMs) : request.id}</h3>
      <Facts title={t.aboutRequest} facts={about} />
      {timing !== null && <TimingBar timing={timing} batchRows={batchRows} />}
      {error === null && (
        <>
          <div className="two-facts">
            <Facts title={t.inputsOf} facts={found.inputs.map((name, i) => [name, textOf(request.inputs[i])])} mono />
            <Facts
              title={t.outputsOf}
              facts={found.outputs.map((output, i) => [outputName(output), shortText(request.outputs[i])])}
            />
          </div>
          <Button icon="play" onClick={() => onSendAgain(values)}>
            {t.sendAgain}
          </Button>
        </>
      )}
    </section>
  );
}

function textOf(value: Value | undefined): string {
  return value === null || value === undefined ? t.missing : String(value);
}

export function shortText(value: Value | undefined): string {
  return typeof value === 'number' ? formatNumber(value) : textOf(value);
}

interface FactsProps {
  title: string;
  facts: readonly [string, string][];
  /** Their names are columns. */
  mono?: boolean;
}

function Facts({ title, facts, mono = false }: FactsProps) {
  return (
    <dl className="facts" aria-label={title}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt className={mono ? 'mono' : undefined}>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
