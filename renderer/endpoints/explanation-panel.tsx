import { useState } from 'react';
import { WaterfallChart, type WaterfallStep } from '../charts/waterfall-chart.tsx';
import { Button } from '../ui/button.tsx';
import { methodName, scaleName } from '../ui/score-scale.ts';
import { formatFull } from '../ui/format.ts';
import { useExplanation } from './use-explanation.ts';
import { t } from './text.ts';
import { EngineError, EngineText } from '../ui/engine-text.tsx';

/** Further columns are put together. */
const mostSteps = 9;

function valueText(value: unknown): string {
  if (value === null || value === undefined) return t.missing;
  if (Array.isArray(value)) return t.listOf(value.length);
  if (typeof value === 'number') return formatFull(value);
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Why the row in the form gets its prediction; asks only while it is open. */
export function ExplanationPanel({ endpointId, row }: { endpointId: string; row: Record<string, unknown> | null }) {
  const [open, setOpen] = useState(false);
  const { answer, error, waiting } = useExplanation(endpointId, open ? row : null);
  const explanation = answer?.explanations[0];
  return (
    <div className="try-why" aria-busy={waiting}>
      <Button small variant="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t.hideWhy : t.showWhy}
      </Button>
      {open && error && (
        <p className="try-problem" role="alert">
          <EngineError error={error} />
        </p>
      )}
      {open && !error && !explanation && <p className="mute">{row === null ? t.completeFields : t.asksTheModel}</p>}
      {open && !error && answer && explanation && (
        <>
          <WaterfallChart
            title={explanation.class === null ? t.whyThisPrediction : t.whyClass(String(explanation.class))}
            caption={scaleName(answer.scale)}
            base={{ label: t.meanOfTraining, value: explanation.base }}
            end={t.thisRow}
            steps={stepsOf(explanation.contributions)}
          />
          <p className="mute small">
            {methodName(answer.method)}. {answer.note !== undefined && <EngineText text={answer.note} />}
          </p>
        </>
      )}
    </div>
  );
}

function stepsOf(
  contributions: readonly {
    column: string;
    value?: unknown;
    contribution: number;
    standardError?: number | undefined;
  }[],
): WaterfallStep[] {
  const shown = contributions.length <= mostSteps ? contributions : contributions.slice(0, mostSteps - 1);
  const rest = contributions.slice(shown.length);
  const steps = shown.map(({ column, value, contribution, standardError }) => ({
    label: column,
    detail: valueText(value),
    value: contribution,
    error: standardError,
  }));
  if (rest.length === 0) return steps;
  const others = rest.reduce((sum, { contribution }) => sum + contribution, 0);
  return [...steps, { label: t.otherColumns(rest.length), value: others }];
}
