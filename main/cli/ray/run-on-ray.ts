import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { applyOverrides } from '../../../shared/graph/graph-parameters.ts';
import { readGraphValue } from '../../../shared/graph/read-graph.ts';
import type { Plan } from '../../../shared/plan/plan.ts';
import { selectSteps } from '../../../shared/plan/select-steps.ts';
import { exportContextOf } from '../../cluster/context-of-graph.ts';
import type { ExportContext } from '../../cluster/export-context.ts';
import { driverStepsText } from '../../cluster/ray/driver-steps.ts';
import { driverPath } from '../../cluster/ray/ray-shared.ts';
import type { SelectionOptions } from '../../engine/engine.ts';
import type { CommandContext } from '../command.ts';

const entry = join(dirname(fileURLToPath(import.meta.url)), '..', 'slipway.ts');

const statusSchema = z.enum(['executed', 'cached', 'failed', 'skipped']);
const driverEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step.started'), id: z.string() }),
  z.object({ type: z.literal('step.retried'), id: z.string(), attempt: z.number(), log: z.string() }),
  z.object({
    type: z.literal('step.finished'),
    id: z.string(),
    status: statusSchema,
    seconds: z.number().default(0),
    log: z.string().optional(),
    error: z.object({ message: z.string(), fix: z.string().optional() }).nullish(),
  }),
  z.object({ type: z.literal('share.finished'), id: z.string(), share: z.number(), ok: z.boolean() }),
  z.object({ type: z.literal('ray.finished'), status: z.enum(['succeeded', 'failed']) }),
]);

export interface RayOutcome {
  succeeded: boolean;
  /** In plan order. */
  steps: { id: string; kind: string; status: z.infer<typeof statusSchema>; durationMs: number; reason?: string }[];
}

/** The Python that has Ray: `SLIPWAY_PYTHON`, else `python3`. Throws `environment.missing`. */
function pythonWithRay(): string {
  const python = process.env['SLIPWAY_PYTHON'] ?? 'python3';
  if (spawnSync(python, ['-c', 'import ray'], { stdio: 'ignore' }).status === 0) return python;
  throw new AppError('environment.missing', `Ray is not installed for the Python "${python}".`, {
    fix: 'Install it (pip install ray), or name another Python in SLIPWAY_PYTHON.',
  });
}

/**
 * Runs the selected steps of a graph as tasks of a Ray on this machine, by the driver that bundles for Ray carry. Results are
 * those of the data directory: what is up to date is not run again. Throws `environment.missing`, `graph.invalid`.
 */
export async function runOnRay(
  context: CommandContext,
  graph: { document: unknown; baseDir: string },
  dataDir: string,
  selection: SelectionOptions,
): Promise<RayOutcome> {
  const python = pythonWithRay();
  const exported = selected(graph.document, selection);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-ray-'));
  try {
    const planFile = join(folder, 'plan.json');
    const stepsFile = join(folder, 'steps.json');
    await writeFile(planFile, JSON.stringify(exported.plan));
    await writeFile(stepsFile, driverStepsText(exported));
    const child = spawn(
      python,
      [
        driverPath,
        '--local',
        '--steps',
        stepsFile,
        '--plan',
        planFile,
        '--store',
        pathToFileURL(dataDir).href,
        '--engine',
        JSON.stringify([process.execPath, entry]),
      ],
      {
        cwd: graph.baseDir,
        // Steps keep their own runs out of the data directory; only their results go there.
        env: { ...process.env, SLIPWAY_DATA_DIR: join(folder, 'data'), RAY_DEDUP_LOGS: '0' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const stop = () => child.kill('SIGTERM');
    context.signal.addEventListener('abort', stop, { once: true });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(-4_000);
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const outcome = await readEvents(context, createInterface({ input: child.stdout }), exported.plan);
    const code = await ended;
    context.signal.removeEventListener('abort', stop);
    if (context.signal.aborted) throw new AppError('run.cancelled', 'The run on Ray was cancelled.');
    if (outcome === undefined) {
      throw new AppError('step.crashed', `Ray ended with status ${code}: ${errors.trim()}`);
    }
    return outcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function selected(document: unknown, { to, from, set = [] }: SelectionOptions): ExportContext {
  const graph = readGraphValue(document, definitionOf);
  const changed = graph.document === undefined ? undefined : applyOverrides(graph.document, set);
  const planned = exportContextOf(changed === undefined ? graph : readGraphValue(changed.document, definitionOf));
  const selection = selectSteps(planned.plan, { to, from });
  const [missing] = [...(changed?.unknownNodes ?? []), ...selection.unknown];
  if (missing !== undefined) throw new AppError('params.invalid', `There is no step "${missing}" in the graph.`);
  const steps = planned.plan.steps.filter(({ id }) => selection.selected.has(id));
  return { ...planned, plan: { ...planned.plan, steps } };
}

async function readEvents(
  context: CommandContext,
  lines: AsyncIterable<string>,
  plan: Plan,
): Promise<RayOutcome | undefined> {
  const finished = new Map<string, Omit<RayOutcome['steps'][number], 'id' | 'kind'>>();
  let outcome: RayOutcome | undefined;
  for await (const line of lines) {
    const parsed = driverEventSchema.safeParse(jsonOf(line));
    if (!parsed.success) continue;
    const event = parsed.data;
    context.output.event(event);
    if (event.type === 'step.started') context.output.line(`  ${event.id} …`);
    else if (event.type === 'share.finished') {
      context.output.line(`  ${event.id}: share ${event.share + 1} ${event.ok ? 'is done' : 'failed'}`);
    } else if (event.type === 'step.retried') context.output.line(`  ${event.id} is tried again: ${event.log.trim()}`);
    else if (event.type === 'step.finished') {
      const reason = event.error?.message ?? event.log?.trim();
      context.output.line(`  ${event.id} ${event.status}${reason === undefined ? '' : `: ${reason}`}`);
      finished.set(event.id, {
        status: event.status,
        durationMs: event.seconds * 1000,
        ...(reason === undefined ? {} : { reason }),
      });
    } else {
      outcome = {
        succeeded: event.status === 'succeeded',
        steps: plan.steps.map(({ id, kind }) => ({
          id,
          kind,
          ...(finished.get(id) ?? { status: 'skipped' as const, durationMs: 0 }),
        })),
      };
    }
  }
  return outcome;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
