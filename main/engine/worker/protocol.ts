import type { WireError } from '../../../shared/errors/app-error.ts';
import type { Progress } from '../../../shared/events/run-events.ts';
import type { InferResult } from '../../../shared/node/define-node.ts';
import type { TablePage } from '../../../shared/rpc/engine-contract.ts';
import type { StepRecord } from '../../store/artifact-store.ts';
import type { CpuUse } from '../../store/step-history.ts';
import type { StepDescription } from '../describe-apart.ts';
import type { StepTask } from '../execute-step.ts';
import type { FormulaPreview } from '../preview-formula.ts';

/** What the engine sends to a step worker. */
export type ToWorker =
  | {
      type: 'run';
      task: StepTask /** Directory of the artifact store. */;
      storeDir: string;
      kindsModule: string | undefined;
    }
  | { type: 'preview'; preview: FormulaPreview; storeDir: string }
  | { type: 'describe'; description: StepDescription; storeDir: string; kindsModule: string | undefined }
  | { type: 'cancel' };

/** What a step worker sends back; `finished`, `previewed`, `described` or `failed` ends a task. */
export type FromWorker =
  | { type: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; text: string }
  | { type: 'progress'; progress: Progress }
  | { type: 'partial'; value: Record<string, unknown> }
  | { type: 'finished'; record: StepRecord; memory: WorkerMemory; cpu: CpuUse }
  | { type: 'previewed'; page: TablePage; memory: WorkerMemory }
  | { type: 'described'; result: InferResult; memory: WorkerMemory }
  | { type: 'failed'; error: WireError /** For developers. */; stack: string | undefined; memory: WorkerMemory };

export interface WorkerMemory {
  /** Largest resident set while the task ran; null where the system does not tell. */
  peakBytes: number | null;
  /** Resident set now. */
  residentBytes: number;
}
