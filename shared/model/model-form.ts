import { AppError } from '../errors/app-error.ts';
import type { ArtifactManifest } from '../artifact/manifest.ts';
import type { ModelManifest, PythonEstimator } from './signature.ts';

/** `onnx`: `model.onnx` is the whole model. `python`: features in ONNX, and an estimator that a Python process runs. */
export type ModelForm = 'onnx' | 'python';

/** The file of a `model` artifact that a form is loaded from, beside `model.json`. */
export const modelFiles: Readonly<Record<ModelForm, string>> = { onnx: 'model.onnx', python: 'estimator.pkl' };

/** Feature steps of a model of the form `python`: raw columns in, `features` FP32 [N, width] out. */
export const matrixFile = 'matrix.onnx';
export const matrixOutput = 'features';

export function modelFormOf(manifest: Pick<ModelManifest, 'python'> | null): ModelForm {
  return manifest?.python === undefined ? 'onnx' : 'python';
}

/** The form by the `meta` of a `model` artifact, which is there without opening its files. */
export function modelFormOfMeta(meta: Readonly<Record<string, unknown>>): ModelForm {
  return meta['form'] === 'python' ? 'python' : 'onnx';
}

/** Bytes of what is loaded to score: the graph, or features and estimator. */
export function modelBytesOf({ files }: Pick<ArtifactManifest, 'files'>): number {
  const loaded = new Set<string>([...Object.values(modelFiles), matrixFile]);
  return files.reduce((sum, { name, sizeBytes }) => sum + (loaded.has(name) ? sizeBytes : 0), 0);
}

/** Throws `model.invalid` for a model that only Python runs; `doing`: what needs the graph, such as `Router`. */
export function requireOnnxForm(manifest: Pick<ModelManifest, 'python'>, doing: string): void {
  const { python } = manifest;
  if (python !== undefined) throw needsOnnx(python, doing);
}

export function needsOnnx({ type }: Pick<PythonEstimator, 'type'>, doing: string): AppError {
  return new AppError('model.invalid', `${doing} needs a model in ONNX, and ${type} runs in Python only.`, {
    fix: 'Train a model that has an ONNX form, or serve this one by an endpoint of this machine.',
  });
}
