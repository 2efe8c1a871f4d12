import type { ExplanationReport } from '../../shared/model/explanation-report.ts';
import type { PythonEstimator } from '../../shared/model/signature.ts';
import type { ModelFacts } from './model-facts.ts';

/** Tags of a model that say who answers for it, with their headings. */
const ownership = { owner: 'Owner', 'on-call': 'On call', runbook: 'Runbook' } as const;
const shownFeatures = 15;

/** A model card as Markdown (Mitchell et al., 2019, as far as it follows from what is stored). Equal facts give equal text. */
export function modelCard({ version, model, manifest, explanation, sizeBytes, lineage }: ModelFacts): string {
  const { name, aliases, metrics, parity } = version;
  const { label, classes, task, training, trainer, importance, inputs } = manifest;
  const description = [model.description, version.description].filter((text) => text !== '').join('\n\n');
  const predicts = task === 'regression' ? 'a number' : classes.map((value) => `\`${String(value)}\``).join(', ');
  return sections(
    `# ${name}, version ${version.version}`,
    description,
    table(
      ['', ''],
      [
        ['Aliases', aliases.map((alias) => `@${alias}`).join(', ') || 'none'],
        ...Object.entries(ownership).map(([tag, heading]) => [heading, model.tags[tag] ?? 'not set']),
        ['Registered', new Date(version.createdMs).toISOString()],
        ...(version.approval === null ? [] : [['Approval', approvalText(version.approval)]]),
        ...(version.archivedMs === null ? [] : [['Archived', new Date(version.archivedMs).toISOString()]]),
        ['Graph', version.graphId],
        ['Predicts', `\`${label.column}\` (${task}): ${predicts}`],
        ['Trainer', trainer.kind],
        ...(manifest.python === undefined ? [] : [['Runs in', runsIn(manifest.python)]]),
        ['Training rows', String(training.rows)],
        ['Size', `${(sizeBytes / 1024).toFixed(1)} KiB`],
        ['Digest', `\`${version.digest}\``],
      ],
    ),
    '## Quality on held-out rows',
    Object.keys(metrics).length === 0
      ? 'Not measured.'
      : table(
          ['Metric', 'Value'],
          Object.entries(metrics).map(([metric, value]) => [metric, value.toPrecision(5)]),
        ),
    parity === null
      ? 'The served model was not compared with the trainer.'
      : `Served and trained scores ${parity.passed ? 'agree' : 'DIFFER'} on ${parity.rows} rows: largest difference ${parity.maxAbsDifference.toExponential(1)} (tolerance ${parity.tolerance}), ${parity.labelMismatches} other labels.`,
    '## Input',
    table(
      ['Column', 'Type'],
      inputs.map((input) => [
        `\`${input.name}\``,
        input.size === undefined ? input.type : `${input.type} [${input.size}]`,
      ]),
    ),
    fence('json', JSON.stringify(manifest.example, null, 2)),
    '## What it looks at',
    table(
      ['Feature', 'Importance'],
      importance
        .slice(0, shownFeatures)
        .map(({ feature, value }) => [`\`${feature}\``, `${(100 * value).toFixed(1)} %`]),
    ),
    ...(explanation === undefined ? [] : heldOutImportance(explanation)),
    '## Parameters',
    table(
      ['Parameter', 'Value'],
      Object.entries(trainer.params).map(([param, value]) => [param, `\`${JSON.stringify(value)}\``]),
    ),
    '## Data',
    table(
      ['Source', 'Rows', 'Digest'],
      lineage.sources.map(({ kind, rows, digest, missing }) => [
        missing ? 'no longer in the store' : kind,
        rows === undefined ? '' : String(rows),
        `\`${digest}\``,
      ]),
    ),
  );
}

function runsIn({ type, version, interpreter, why }: PythonEstimator): string {
  return `Python ${version} (\`${interpreter}\`): \`${type}\` has no ONNX form. ${why}`;
}

function approvalText({ state, alias, person, note }: NonNullable<ModelFacts['version']['approval']>): string {
  return state === 'waiting'
    ? `waits, as @${alias}`
    : [`${state} by ${person}, as @${alias}`, note].filter((text) => text !== '').join(': ');
}

/** What each column is worth on held-out rows. */
function heldOutImportance({ permutation, rows, shap }: ExplanationReport): string[] {
  const means = new Map(shap.columns.map(({ column, mean }) => [column, mean]));
  return [
    `Measured on ${rows} held-out rows: what shuffling a column adds to ${permutation.metric} (${permutation.loss.toPrecision(4)} without), with a 95 % interval, and its mean absolute contribution (${shap.method}, ${shap.scale}).`,
    table(
      ['Column', 'Rise', 'Interval', 'Contribution'],
      permutation.columns
        .slice(0, shownFeatures)
        .map(({ column, increase, low, high }) => [
          `\`${column}\``,
          increase.toPrecision(3),
          `${low.toPrecision(3)} to ${high.toPrecision(3)}`,
          (means.get(column) ?? 0).toPrecision(3),
        ]),
    ),
  ];
}

function sections(...parts: string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** A fence longer than any run of backticks in the text. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${text}\n${mark}`;
}
