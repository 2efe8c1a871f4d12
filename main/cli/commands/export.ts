import { resolve } from 'node:path';
import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { defaultPods } from '../../../shared/plan/fan-out.ts';
import { exportContextOf } from '../../cluster/context-of-graph.ts';
import { embedModels } from '../../cluster/embed-models.ts';
import { embedsModels, exportTargets, renderBundle, takesApart } from '../../cluster/targets.ts';
import { writeBundle } from '../../cluster/write-bundle.ts';
import type { ExportContext, MeasuredUse } from '../../cluster/export-context.ts';
import type { Command, CommandContext } from '../command.ts';
import { followRun } from '../follow-run.ts';
import { createModelRegistry } from '../../store/model-registry.ts';
import { createStepHistory, type StepHistoryEntry } from '../../store/step-history.ts';
import { withEngine } from '../open-engine.ts';
import { withStore } from '../open-store.ts';
import { logOnly } from '../output.ts';
import { checkParity, type ParityReport, parityText } from '../parity/check-parity.ts';
import { type GraphFile, readGraphFile, requireGraphJson } from '../read-graph.ts';

/** Runs of a step that its measured memory is the largest of. */
const measuredRuns = 5;

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes the bundle that runs the graph on a cluster. Runs nothing; the same graph gives the same bytes.',
  usage: 'GRAPH --target TARGET --out DIR [--pods N] [--measured] [--cuda-image] [--check-parity]',
  positionals: 1,
  options: {
    target: { type: 'string' },
    out: { type: 'string' },
    pods: { type: 'string' },
    measured: { type: 'boolean' },
    'cuda-image': { type: 'boolean' },
    'check-parity': { type: 'boolean' },
  },
  optionHelp: {
    target: `one of: ${exportTargets.map((target) => target.id).join(', ')}; or two: one for the run, one for serving (argo,kserve)`,
    out: 'folder to write to; files of the bundle are replaced',
    pods: `pods that do the trials of a search, the folds of a cross-validation or the items of a map at the same time; default ${defaultPods}, 1: none beside the step`,
    'cuda-image': 'steps with an NVIDIA GPU run in the image slipway-engine-cuda (resources/container/Containerfile)',
    measured: 'ask for the memory and the cores that each step took when it ran here, and a quarter more',
    'check-parity': 'run each exported step as a container would and compare with the local run',
  },
  async run(context) {
    const target = context.text('target');
    const out = context.text('out');
    if (target === undefined || out === undefined || out === '') {
      throw new AppError('cli.usage', 'Both --target and --out are needed.', { fix: 'See: slipway export --help' });
    }
    const file = await readGraphFile(context.positionals[0]);
    const mostPods = podsOf(context.text('pods'));
    const graph = exportContextOf(readGraphText(file.text, definitionOf));
    const measured = context.flag('measured') ? { measured: await measuredPeaks(context, graph) } : {};
    const planned = { ...graph, ...measured, mostPods, cudaImage: context.flag('cuda-image') };
    const exported = embedsModels(target) ? await withModels(context, planned, target) : planned;
    const bundle = renderBundle(target, exported);
    const parity = context.flag('check-parity') ? await parityOf(context, file, exported) : undefined;
    if (parity !== undefined) bundle.files.push({ path: 'PARITY.md', text: parityText(parity) });
    await writeBundle(bundle, resolve(out));
    const lines = [
      `Wrote ${bundle.files.length} files to ${out}:`,
      ...bundle.files.map((written) => `  ${written.path}`),
      ...bundle.omitted.map(({ node, reason }) => `Not part of it: ${node}, because ${reason}.`),
      `Objects: ${bundle.objects.map((object) => `${object.kind}/${object.name}`).join(', ')}`,
      ...(parity === undefined ? [] : [parity.passed ? 'Parity: all outputs are equal.' : 'Parity: outputs differ.']),
    ];
    context.output.result(
      {
        files: bundle.files.map(({ path }) => path),
        objects: bundle.objects,
        ...(bundle.omitted.length === 0 ? {} : { omitted: bundle.omitted }),
        ...(parity === undefined ? {} : { parity }),
      },
      lines.join('\n'),
    );
    return parity?.passed === false ? 1 : 0;
  },
};

/** Of the last runs of each step; steps that never ran here have none. */
function measuredPeaks(context: CommandContext, { plan }: ExportContext): Promise<Map<string, MeasuredUse>> {
  return withStore(context, ({ database }) => {
    const history = createStepHistory(database);
    const peaks = new Map<string, MeasuredUse>();
    for (const { id, kind } of plan.steps) {
      const runs = history.recent(plan.graph.id, id, measuredRuns).filter((entry) => entry.kind === kind);
      const largest = (of: (entry: StepHistoryEntry) => number | null | undefined) =>
        Math.max(0, ...runs.map((entry) => of(entry) ?? 0));
      const memoryBytes = largest(({ peakMemoryBytes }) => peakMemoryBytes);
      const meanCores = largest(({ cpu }) => cpu?.meanCores);
      const peakCores = largest(({ cpu }) => cpu?.peakCores);
      const use = {
        ...(memoryBytes > 0 ? { memoryBytes } : {}),
        ...(meanCores > 0 ? { meanCores, peakCores } : {}),
      };
      if (Object.keys(use).length > 0) peaks.set(id, use);
    }
    return Promise.resolve(peaks);
  });
}

function podsOf(text: string | undefined): number {
  if (text === undefined) return defaultPods;
  const pods = Number(text);
  if (/^\d{1,3}$/.test(text) && pods >= 1) return pods;
  throw new AppError('cli.usage', `--pods "${text}" is not a number from 1 to 999.`, {
    fix: 'See: slipway export --help',
  });
}

function withModels(context: CommandContext, planned: ExportContext, target: string): Promise<ExportContext> {
  return withStore(context, ({ database, artifacts }) => {
    const registry = createModelRegistry(database);
    const store = { resolve: (uri: string) => registry.resolve(uri), open: (digest: string) => artifacts.open(digest) };
    return embedModels(planned, store, { ensembles: takesApart(target) });
  });
}

/** Runs the graph here (what is up to date is not run again), then each exported step by itself. */
function parityOf(context: CommandContext, file: GraphFile, exported: ExportContext): Promise<ParityReport> {
  return withEngine(context, async (engine) => {
    const document = requireGraphJson(file);
    const { runId } = await engine.startRun({ document, baseDir: file.baseDir, source: 'export' });
    const finished = await followRun(engine, runId, logOnly(context.output), context.signal);
    if (finished.status !== 'succeeded') {
      throw new AppError(
        'step.failed',
        `The local run ${runId} ${finished.status}; there is nothing to compare with.`,
        {
          fix: 'Correct the graph, then export again.',
        },
      );
    }
    context.output.log('Running each step as its container would:');
    return checkParity(
      exported,
      { store: engine.store, outputs: finished.outputs },
      { signal: context.signal, log: (text) => context.output.log(text) },
    );
  });
}
