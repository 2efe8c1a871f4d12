import type { RunEvent, RunFinished } from '../../shared/events/run-events.ts';
import type { Engine } from '../engine/engine.ts';
import { type Output, textTable } from './output.ts';

/**
 * Prints a run's events until it has finished; an abort of `signal` cancels it. With `--json` each event but the last is a
 * line; the caller prints `run.finished` as its result or as one more event.
 */
export async function followRun(
  engine: Engine,
  runId: string,
  output: Output,
  signal: AbortSignal,
): Promise<RunFinished> {
  const cancel = (): void => {
    output.log('Cancelling…');
    engine.cancelRun(runId).catch((error: unknown) => output.error(error));
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const event of engine.runEvents(runId, 0)) {
      if (event.type === 'run.finished') return event;
      output.event(event);
      const line = describe(event);
      if (line !== undefined) output.line(line);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  throw new Error(`Run ${runId} ended without its last event.`);
}

/** One line per thing a person wants to see scroll by; progress is left to the app. */
function describe(event: RunEvent): string | undefined {
  if (event.type === 'step.started') return `  ${event.id} …`;
  if (event.type === 'step.log') return event.level === 'debug' ? undefined : `  ${event.id}: ${event.text}`;
  if (event.type !== 'step.finished') return undefined;
  const seconds = event.status === 'executed' ? ` in ${(event.durationMs / 1000).toFixed(1)} s` : '';
  const why = event.error?.message ?? (event.status === 'executed' ? undefined : event.reason);
  const fix = event.error?.fix === undefined ? '' : `\n      ${event.error.fix}`;
  return `  ${event.id} ${event.status}${seconds}${why === undefined ? '' : `: ${why}`}${fix}`;
}

export function describeFinished(finished: RunFinished): string {
  const metrics = Object.entries(finished.metrics).map(
    ([node, values]) =>
      `  ${node}: ${Object.entries(values)
        .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
        .join(', ')}`,
  );
  metrics.push(...variantTables(finished));
  const executed = finished.steps.filter((step) => step.status === 'executed').length;
  const nothing = executed === 0 && finished.status === 'succeeded' ? ' Nothing to do: everything is up to date.' : '';
  return [`Run ${finished.runId} ${finished.status}.${nothing}`, ...metrics].join('\n');
}

/** For each evaluation with variants a table: a row per variant, a column per metric. */
function variantTables({ steps, metrics }: RunFinished): string[] {
  const beside = steps.filter(({ id, variant }) => variant !== undefined && metrics[id] !== undefined);
  const compared = [...new Set(beside.flatMap(({ variant }) => variant?.of ?? []))];
  return compared.flatMap((of) => {
    const rows = [
      { name: 'as it is', values: metrics[of] ?? {} },
      ...beside
        .filter(({ variant }) => variant?.of === of)
        .map(({ id, variant }) => ({ name: `${variant?.node} ${variant?.name}`, values: metrics[id] ?? {} })),
    ];
    const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
    const cells = rows.map(({ name, values }) => [
      `  ${name}`,
      ...names.map((metric) => values[metric]?.toPrecision(4) ?? '–'),
    ]);
    return ['', `Variants at ${of}:`, textTable([['  variant', ...names], ...cells])];
  });
}

export function exitCodeOf(finished: RunFinished): number {
  return finished.status === 'succeeded' ? 0 : finished.status === 'cancelled' ? 130 : 1;
}
