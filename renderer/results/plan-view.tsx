import type { StepState } from '../../shared/plan/plan.ts';
import { useActiveRun, useNodeStatus } from '../canvas/use-node-status.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { useGraphNode } from '../state/graph-store.ts';
import { startRun } from '../state/run-commands.ts';
import { select } from '../state/selection-store.ts';
import { titleOfKind } from '../translation/kind-titles.ts';
import { Button } from '../ui/button.tsx';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { statusIcons } from '../ui/status-line.tsx';
import { KeyStrip } from './key-strip.tsx';
import { t } from './text.ts';
import { reasonsInWords } from '../canvas/use-node-status.ts';

function PlanRow({ step, selected }: { step: StepState; selected: boolean }) {
  const node = useGraphNode(step.id);
  const status = useNodeStatus(step.id);
  const { seconds, memoryBytes } = step.estimate;
  const spent = step.hit && step.durationMs !== undefined ? formatDuration(step.durationMs) : undefined;
  return (
    <tr aria-selected={selected} onClick={() => select([step.id])}>
      <td>
        <button type="button" className="row-link" onClick={() => select([step.id])}>
          {node ? titleOf(node, step.id) : step.id}
        </button>
      </td>
      <td className="mute" title={step.kind}>
        {titleOfKind(step.kind)}
      </td>
      <td>
        <span className={`state-word ${status.status}`}>
          <Icon name={statusIcons[status.status]} small />
          {status.word}
        </span>
      </td>
      <td>
        {step.hit ? (
          <span className="mute small">{t.unchanged}</span>
        ) : step.ranBefore ? (
          <KeyStrip changed={step.changed} />
        ) : (
          <span className="mute small">{t.new}</span>
        )}
      </td>
      <td className="reason" title={reasonsInWords(step.reasons)}>
        {reasonsInWords(step.reasons)}
      </td>
      <td className="n">
        {spent !== undefined ? (
          <span className="mute">{t.took(spent)}</span>
        ) : seconds === null ? (
          '–'
        ) : (
          `~${formatDuration(seconds * 1000)}`
        )}
      </td>
      <td className="n">{step.hit || memoryBytes === null ? '–' : `~${formatBytes(memoryBytes)}`}</td>
    </tr>
  );
}

/** A row per step: state, key, why it runs, what it costs. */
export function PlanView({ nodeId }: { nodeId: string | undefined }) {
  const order = useAnalysis((analysis) => analysis.order);
  const steps = useAnalysis((analysis) => analysis.steps);
  const state = useAnalysis((analysis) => analysis.state);
  const error = useAnalysis((analysis) => analysis.error);
  const running = useActiveRun((run) => run.status === 'running') ?? false;
  if (error && order.length === 0) return <ErrorState error={error} />;
  if (order.length === 0) {
    if (state !== 'ready') return <Skeleton waitsFor={t.thePlan} />;
    return <EmptyState text={t.nothingToPlan} />;
  }
  const missing = order.filter((id) => !steps[id]?.hit).length;
  return (
    <div className="dock-scroll">
      <table className="list-table plan-table">
        <thead>
          <tr>
            <th scope="col">{t.step}</th>
            <th scope="col">{t.kind}</th>
            <th scope="col">{t.state}</th>
            <th scope="col">{t.key}</th>
            <th scope="col">{t.why}</th>
            <th scope="col" className="n">
              {t.time}
            </th>
            <th scope="col" className="n">
              {t.memory}
            </th>
          </tr>
        </thead>
        <tbody>
          {order.map((id) => {
            const step = steps[id];
            return step ? <PlanRow key={id} step={step} selected={id === nodeId} /> : null;
          })}
        </tbody>
      </table>
      <p className="dock-foot mute small">
        {missing === 0 ? t.upToDate : t.ofStepsWillRun(missing, order.length)}
        {missing === 0 && !running && (
          <Button variant="link" className="small" onClick={() => void startRun({ force: true })}>
            {t.runAllAgain}
          </Button>
        )}
      </p>
    </div>
  );
}
