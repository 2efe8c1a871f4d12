import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { explanationFile, explanationReportSchema } from '../../../shared/model/explanation-report.ts';
import { type EvaluationReport, evaluationReportSchema, type Parity } from '../../../shared/model/report.ts';
import { type InputArtifact, implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { registerNode } from './definition.ts';
import { gateFigures } from './gate-figures.ts';

export const runner = implementNode(registerNode, {
  async run(ctx) {
    const model = ctx.inputs['model']?.[0];
    const reportArtifact = ctx.inputs['report']?.[0];
    if (model === undefined || reportArtifact === undefined) {
      throw new AppError('internal.bug', 'An input of the registration is not connected.');
    }
    const report = await readReport(reportArtifact);
    const parity = requireParity(report, reportArtifact, model);
    await requireGates(ctx, model, report);
    const files: Record<string, string> = {};
    for (const { name } of model.manifest.files) {
      // A copy: the store moves what a step hands over.
      files[name] = join(ctx.workDir, name);
      await copyFile(model.path(name), files[name]);
    }
    const explanation = ctx.inputs['explanation']?.[0];
    if (explanation !== undefined) files[explanationFile] = await keepExplanation(explanation, model, ctx.workDir);
    // Empty stays empty: which graph the step stands in is not part of its key; the engine fills in the graph's id.
    const { name, alias, approval } = ctx.params;
    return {
      model: {
        type: 'model',
        files,
        meta: {
          ...model.manifest.meta,
          registration: {
            name,
            ...(alias === '' ? {} : { alias }),
            ...(alias !== '' && approval === 'person' ? { approval: true } : {}),
          },
          metrics: report.metrics,
          parity,
        },
      },
    };
  },
});

/** Errors: `model.parity`, `artifact.corrupt`. */
async function keepExplanation(explanation: InputArtifact, model: InputArtifact, workDir: string): Promise<string> {
  if (explanation.manifest.meta['model'] !== model.digest) {
    throw new AppError('model.parity', 'The explanation is about another model than the one to register.', {
      fix: 'Connect Register and Explain to the same model.',
    });
  }
  const text = await readFile(explanation.path('report.json'), 'utf8');
  if (!explanationReportSchema.safeParse(JSON.parse(text)).success) {
    throw new AppError('artifact.corrupt', 'The explanation is no report of an Explain step.', {
      fix: 'Connect the report of an Explain step.',
    });
  }
  const path = join(workDir, explanationFile);
  await copyFile(explanation.path('report.json'), path);
  return path;
}

async function readReport(artifact: InputArtifact): Promise<EvaluationReport> {
  try {
    return evaluationReportSchema.parse(JSON.parse(await readFile(artifact.path('report.json'), 'utf8')));
  } catch (cause) {
    throw new AppError('artifact.corrupt', `The report ${artifact.digest} cannot be read.`, {
      fix: 'Connect the report of an Evaluate step, and run it again with --force.',
      cause,
    });
  }
}

function requireParity(report: EvaluationReport, artifact: InputArtifact, model: InputArtifact): Parity {
  const { parity } = report;
  if (artifact.manifest.meta['model'] !== model.digest) {
    throw new AppError('model.parity', 'The report is about another model than the one to register.', {
      fix: 'Connect Register and Evaluate to the same trainer.',
    });
  }
  if (parity === null) {
    throw new AppError('model.parity', 'The report has no parity check.', {
      fix: 'Run the Evaluate step again with --force.',
    });
  }
  if (!parity.passed) {
    throw new AppError(
      'model.parity',
      `The served model differs from the trained one on held-out rows: largest difference of a score ` +
        `${parity.maxAbsDifference.toPrecision(3)} (tolerance ${parity.tolerance}), ${parity.labelMismatches} of ` +
        `${parity.rows} labels differ.`,
      {
        fix: 'Train again; if it fails again, look for a feature with very large values and scale it before the trainer.',
        details: { parity },
      },
    );
  }
  return parity;
}

type Params = z.output<(typeof registerNode)['params']>;

/** Errors: `model.gate` for the first one that does not hold. */
async function requireGates(
  { params: { gates }, signal, log }: StepContext<Params>,
  model: InputArtifact,
  report: EvaluationReport,
): Promise<void> {
  if (gates.length === 0) return;
  const figures = await gateFigures(model, report, new Set(gates.map(({ metric }) => metric)), signal);
  for (const gate of gates) {
    const value = requireGate(figures, gate);
    log('info', `Gate passed: ${gate.metric} is ${Number(value.toPrecision(5))}.`);
  }
}

function requireGate(figures: Readonly<Record<string, number>>, gate: Params['gates'][number]): number {
  const value = Object.hasOwn(figures, gate.metric) ? figures[gate.metric] : undefined;
  if (value === undefined) {
    const about = gate.metric.startsWith('gap.') ? ' Gaps need the fairness column of Evaluate.' : '';
    throw new AppError('model.gate', `The report has no metric “${gate.metric}”.`, {
      fix: `Use one of: ${[...Object.keys(figures), 'latencyP50Ms', 'latencyP99Ms'].join(', ')}.${about}`,
    });
  }
  const { min, max } = gate;
  if ((min === undefined || value >= min) && (max === undefined || value <= max)) return value;
  const bound = min !== undefined && value < min ? `below the minimum ${min}` : `above the maximum ${max}`;
  throw new AppError('model.gate', `The model is not registered: ${gate.metric} is ${value}, ${bound}.`, {
    fix: 'Improve the model, or change the gate of the Register step.',
    details: { ...gate, value },
  });
}
