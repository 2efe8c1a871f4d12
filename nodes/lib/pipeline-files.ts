import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { modelFiles } from '../../shared/model/model-form.ts';
import type { ModelManifest, PipelineStep } from '../../shared/model/signature.ts';

/** Files of a `model` artifact that hold its steps, by name. */
export class PipelineFiles {
  readonly steps: PipelineStep[] = [];
  readonly files: Record<string, string> = {};
  readonly #workDir: string;

  constructor(ctx: Pick<StepContext, 'workDir'>) {
    this.#workDir = ctx.workDir;
  }

  /** A step with a graph of its own. */
  async add(step: Omit<PipelineStep, 'file'>, bytes: Uint8Array): Promise<void> {
    const file = this.#claim(step.kind === 'neighbours' ? 'bin' : 'onnx');
    await writeFile(this.files[file] as string, bytes);
    this.steps.push({ ...step, file });
  }

  /** The steps of a model, one where it has no pipeline, for the rows that `when` says; an empty name keeps theirs. */
  async addModel(
    model: InputArtifact,
    manifest: ModelManifest,
    { name, when, optional }: Pick<PipelineStep, 'name' | 'when' | 'optional'>,
  ): Promise<void> {
    const inner: readonly PipelineStep[] = manifest.pipeline?.steps ?? [
      {
        name: '',
        file: modelFiles.onnx,
        inputs: manifest.inputs.map((input) => input.name),
        takesAnswer: false,
        answers: true,
        routes: false,
        when: [],
        optional: false,
      },
    ];
    const named = (own: string) => [name, own].filter((part) => part !== '').join('.');
    for (const step of inner) {
      const file = this.#claim(step.kind === 'neighbours' ? 'bin' : 'onnx');
      await copyFile(model.path(step.file), this.files[file] as string);
      const own = step.when.map((condition) => ({ ...condition, step: named(condition.step) }));
      this.steps.push({
        ...step,
        name: named(step.name),
        file,
        when: [...when, ...own],
        optional: optional || step.optional,
      });
    }
  }

  #claim(extension: string): string {
    const file = `step-${Object.keys(this.files).length}.${extension}`;
    this.files[file] = join(this.#workDir, file);
    return file;
  }
}
