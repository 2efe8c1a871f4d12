import { useAnalysis, useNodeProblems, useStepState } from '../state/analysis-store.ts';
import { reasonsInWords, useActiveRun, useNodeStatus, useStepRun } from '../canvas/use-node-status.ts';
import type { StepRun } from '../state/run-view.ts';
import { classNames } from '../ui/class-names.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { statusIcons } from '../ui/status-line.tsx';

/** Parts of a step's key as the strip shows them; `changed` of the analysis names them. */
const parts = [
  { id: 'kind', label: 'kind' },
  { id: 'code', label: 'code' },
  { id: 'params', label: 'params' },
  { id: 'inputs', label: 'inputs' },
  { id: 'source', label: 'source' },
  { id: 'environment', label: 'env' },
];

/** What the run under way says of a step; the plan speaks again when it has finished. */
function inRunSentence(run: StepRun): string {
  switch (run.state) {
    case 'queued':
      return 'Its inputs are ready; it waits for a free worker.';
    case 'executed':
      return run.reason === undefined
        ? 'Executed in the run under way.'
        : `It ran because: ${reasonsInWords(run.reason.split('; '))}.`;
    case 'cached':
      return 'An earlier result fits and is used again.';
    case 'running':
      return run.attempt > 1 ? `Attempt ${run.attempt}.` : 'Works on it now.';
    case 'skipped':
    case 'cancelled':
    case 'failed':
    case 'pending':
      return run.reason ?? '';
  }
}

/** State, key strip with the differing parts hatched, and the reason in a sentence. */
export function WhyBox({ nodeId }: { nodeId: string }) {
  const status = useNodeStatus(nodeId);
  const step = useStepState(nodeId);
  const problems = useNodeProblems(nodeId).filter((problem) => problem.severity === 'error');
  const waiting = useAnalysis((analysis) => analysis.state === 'waiting');
  const [problem] = problems;
  const run = useStepRun(nodeId);
  const runActive = useActiveRun((view) => view.status === 'running') ?? false;
  const inRun = runActive && run !== undefined && run.state !== 'pending' && run.state !== 'failed';
  const sentence = inRun ? inRunSentence(run) : whySentence();
  function whySentence(): string | undefined {
    return status.status === 'failed'
      ? [status.error?.message, status.error?.fix].filter(Boolean).join(' ')
      : problem
        ? [problem.message, problem.fix].filter(Boolean).join(' ')
        : step
          ? reasonsInWords(step.reasons) ||
            (step.hit ? 'Nothing changed since the last result.' : 'It has not run yet.')
          : status.cause;
  }
  const changed = new Set(step && !step.hit && step.ranBefore ? step.changed : []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the key W brings the reader here
    <section className={classNames('why', status.status)} tabIndex={-1} aria-label="Why this state" aria-busy={waiting}>
      <div className="why-state">
        <Icon name={statusIcons[status.status]} small />
        <span>{status.word}</span>
        {status.aside && <span className="aside num">{status.aside}</span>}
      </div>
      {step && (
        <div
          className="why-keys"
          role="img"
          aria-label={changed.size > 0 ? `Changed: ${[...changed].join(', ')}` : 'Step key: nothing differs'}
        >
          {parts.map((part) => (
            <div key={part.id} className={changed.has(part.id) ? 'differs' : undefined}>
              {part.label}
            </div>
          ))}
        </div>
      )}
      {sentence && <p>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</p>}
    </section>
  );
}
