import { useAnalysis, useNodeProblems, useStepState } from '../state/analysis-store.ts';
import { reasonsInWords, useActiveRun, useNodeStatus, useStepRun } from '../canvas/use-node-status.ts';
import type { StepRun } from '../state/run-view.ts';
import { classNames } from '../ui/class-names.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { statusIcons } from '../ui/status-line.tsx';
import { t } from './form-text.ts';
import { engineText, errorText } from '../translation/engine-text.ts';
import { capitalized } from '../ui/format.ts';

/** Parts of a step's key as the strip shows them; `changed` of the analysis names them. */
const parts = () => [
  { id: 'kind', label: t.kind },
  { id: 'code', label: t.code },
  { id: 'params', label: t.params },
  { id: 'inputs', label: t.inputsPart },
  { id: 'source', label: t.source },
  { id: 'environment', label: t.env },
];

/** What the run under way says of a step; the plan speaks again when it has finished. */
function inRunSentence(run: StepRun): string {
  switch (run.state) {
    case 'queued':
      return t.waitsForWorker;
    case 'executed':
      return run.reason === undefined ? t.executedNow : t.ranBecause(reasonsInWords(run.reason.split('; ')));
    case 'cached':
      return t.usedAgain;
    case 'running':
      return run.attempt > 1 ? t.attempt(run.attempt) : t.worksNow;
    case 'skipped':
    case 'cancelled':
    case 'failed':
    case 'pending':
      return engineText(run.reason ?? '');
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
      ? status.error && errorText(status.error)
      : problem
        ? errorText(problem)
        : step
          ? reasonsInWords(step.reasons) || (step.hit ? t.nothingChanged : t.notRunYet)
          : status.cause;
  }
  const changed = new Set(step && !step.hit && step.ranBefore ? step.changed : []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the key W brings the reader here
    <section className={classNames('why', status.status)} tabIndex={-1} aria-label={t.whyThisState} aria-busy={waiting}>
      <div className="why-state">
        <Icon name={statusIcons[status.status]} small />
        <span>{status.word}</span>
        {status.aside && <span className="aside num">{status.aside}</span>}
      </div>
      {step && (
        <div
          className="why-keys"
          role="img"
          aria-label={changed.size > 0 ? t.changed([...changed].join(', ')) : t.nothingDiffers}
        >
          {parts().map((part) => (
            <div key={part.id} className={changed.has(part.id) ? 'differs' : undefined}>
              {part.label}
            </div>
          ))}
        </div>
      )}
      {sentence && <p>{capitalized(sentence)}</p>}
    </section>
  );
}
