import type { RunView } from '../state/run-view.ts';

/** The metrics of one evaluation, as it is and with each variant. */
export interface ComparedVariants {
  /** The step that stands for the settings as they are. */
  of: string;
  metrics: string[];
  /** The first row is the step itself: it has no variant. */
  rows: { step: string; variant: { node: string; name: string } | undefined; values: Record<string, number> }[];
}

/** Evaluations that have variants in a run, in its order. */
export function comparedVariants(view: Pick<RunView, 'order' | 'steps' | 'metrics'>): ComparedVariants[] {
  const found = new Map<string, ComparedVariants['rows']>();
  for (const step of view.order) {
    const variant = view.steps[step]?.variant;
    const values = view.metrics[step];
    if (variant === undefined || values === undefined) continue;
    const { of, node, name } = variant;
    const rows = found.get(of) ?? [{ step: of, variant: undefined, values: view.metrics[of] ?? {} }];
    rows.push({ step, variant: { node, name }, values });
    found.set(of, rows);
  }
  return [...found].map(([of, rows]) => ({
    of,
    metrics: [...new Set(rows.flatMap(({ values }) => Object.keys(values)))],
    rows,
  }));
}
