import type { ExplainMethod, ScoreScale } from '../../../shared/model/explanation-report.ts';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { Explanations } from '../../compute/explain/explanation.ts';
import type { Tensor } from '../tensor.ts';

export interface ExplainWorkerStart {
  /** Folder of the model's files. */
  dir: string;
  label: string;
  manifest: ModelManifest;
}

export type ExplainMessage =
  | { type: 'explain'; id: number; inputs: Tensor[]; rows: number; output: number | undefined; encoded: boolean }
  | { type: 'cancel'; id: number };

export interface ExplainerFacts {
  method: ExplainMethod;
  scale: ScoreScale;
  note: string | undefined;
  /** Rows the model scores to explain one. */
  scoredPerRow: number;
}

export type ExplainReply =
  | { type: 'ready'; facts: ExplainerFacts }
  | { type: 'refused'; error: WireError }
  | { type: 'result'; id: number; explanations: Explanations }
  | { type: 'failed'; id: number; error: WireError };
