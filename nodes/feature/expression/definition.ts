import { z } from 'zod';
import { checkExpression, type ValueType } from '../../../shared/expression/check.ts';
import { columnsOf, type Expression, parseExpression } from '../../../shared/expression/parse.ts';
import { type FeatureSource, inferCombined, rawSources } from '../../../shared/model/feature-sources.ts';
import { refuseNonScalar } from '../../../shared/model/numeric-source.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  features: z
    .array(
      z.object({
        name: z.string().min(1).max(200).default('feature').describe('Name of the feature.'),
        expression: z
          .string()
          .max(4000)
          .default('')
          .describe('Its value, such as if(distance > 0, delay / distance, 0).')
          .meta(paramMeta({ ui: { control: 'expression', port: 'input', language: 'formula' } })),
      }),
    )
    .max(200)
    .default([])
    .describe('Features computed from columns, row by row.'),
});
export type ExpressionParams = z.output<typeof paramsSchema>;

/** An expression of the params that can be read. */
export interface NamedExpression {
  name: string;
  text: string;
  expression: Expression;
}

export interface ExpressionsProblem {
  field: 'features';
  message: string;
  fix: string;
}

/** The expressions of the params, and what cannot be read. */
export function readExpressions({ features }: ExpressionParams): {
  expressions: NamedExpression[];
  problems: ExpressionsProblem[];
} {
  const problems: ExpressionsProblem[] = [];
  const expressions = features.flatMap(({ name, expression: text }) => {
    const parsed = parseExpression(text);
    if ('problem' in parsed) {
      problems.push(located(name, text, parsed.problem));
      return [];
    }
    if (columnsOf(parsed.expression).length === 0) {
      problems.push(located(name, text, { at: 0, message: 'It names no column.' }));
      return [];
    }
    return [{ name, text, expression: parsed.expression }];
  });
  return { expressions, problems };
}

/** What the types of the columns make wrong. */
export function checkExpressions(
  expressions: readonly NamedExpression[],
  sources: readonly FeatureSource[],
): ExpressionsProblem[] {
  const types = typesOf(sources);
  return expressions.flatMap(({ name, text, expression }) => {
    const checked = checkExpression(expression, types);
    return 'problem' in checked ? [located(name, text, checked.problem)] : [];
  });
}

function located(name: string, text: string, { at, message }: { at: number; message: string }): ExpressionsProblem {
  const near = text.slice(at, at + 20);
  return {
    field: 'features',
    message: `“${name}”, at character ${at + 1}: ${message}`,
    fix: near === '' ? 'Complete the expression.' : `Look at “${near}”.`,
  };
}

/** Booleans are numbers, 1 and 0. */
export function typesOf(sources: readonly FeatureSource[]): Map<string, ValueType> {
  return new Map(
    sources.map((source) => {
      const isText = source.kind === 'feature' ? source.feature.text === true : source.column.type === 'string';
      return [source.name, isText ? 'text' : 'number'];
    }),
  );
}

/** All columns that the expressions name. */
export function namedColumns(expressions: readonly NamedExpression[]): string[] {
  return [...new Set(expressions.flatMap(({ expression }) => columnsOf(expression)))];
}

/** The feature of an expression over the sources it names. */
export function expressionFeature(
  { name, expression }: NamedExpression,
  sources: readonly FeatureSource[],
): FeatureColumn {
  const used = new Set(columnsOf(expression));
  const raw = [...new Set(sources.filter((source) => used.has(source.name)).flatMap(rawSources))];
  const checked = checkExpression(expression, typesOf(sources));
  const isText = 'type' in checked && checked.type === 'text';
  return { name, width: 1, sources: raw, ...(isText ? { text: true } : {}) };
}

export const expressionNode = defineNode({
  kind: 'feature.expression',
  version: 1,
  stage: 'feature',
  title: 'Expression',
  summary: 'Computes features from formulas over columns, the same in training and serving.',
  keywords: ['formula', 'compute', 'arithmetic', 'ratio', 'condition', 'if', 'coalesce', 'clip', 'log', 'derive'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per expression; features that came in stay.' } },
  },
  infer: (inputs, params) => {
    const { expressions, problems } = readExpressions(params);
    let wrong: ExpressionsProblem[] = [];
    const result = inferCombined(inputs, {
      field: 'features',
      columns: namedColumns(expressions),
      refuse: refuseNonScalar,
      keepsSources: true,
      produce: (sources) => {
        wrong = checkExpressions(expressions, sources);
        return expressions.map((named) => expressionFeature(named, sources));
      },
    });
    // Without a readable expression no column is named, which is no problem of its own.
    const rest = expressions.length === 0 && problems.length > 0 ? [] : result.problems;
    return { ...result, problems: [...problems, ...rest, ...wrong] };
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 28, seconds: 0.2 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'A ratio and a condition',
      params: {
        features: [
          { name: 'per_mile', expression: 'if(distance > 0, delay / distance, 0)' },
          { name: 'from_hub', expression: "origin == 'ATL' or origin == 'ORD'" },
        ],
      },
      note: 'A number, and 1 or 0.',
    },
    {
      name: 'Heavy tails and gaps',
      params: { features: [{ name: 'log_price', expression: 'log(max(coalesce(price, 0), 0) + 1)' }] },
      note: 'Missing prices count as 0.',
    },
  ],
  help: `Formulas over columns, computed row by row in float32 by the graph that is served.

- **Columns** by name, or in double quotes: \`"net weight"\`. **Text** in single quotes: \`'ATL'\`.
- **Arithmetic** \`+ - * / %\`, brackets; dividing by 0 gives an infinite number, \`%\` has the sign of its left side.
- **Comparisons** \`== != < <= > >=\`, joined by \`and\`, \`or\`, \`not\`. Text is only compared for equality.
- **Functions** \`abs sqrt exp log floor ceil min max clip(x, low, high) coalesce(a, b, …) is_missing(x)
  if(condition, then, otherwise)\`. \`log\` is the natural one; of a negative number it is missing, like \`sqrt\`.

**Missing values** stay missing through arithmetic, \`min\`, \`max\` and \`clip\`. A comparison with one is false (\`!=\` true), and
so is a missing value as a condition. \`coalesce\` takes the first value that is there; the empty text is there.

Conditions count as 1 and 0, and numbers other than 0 as true. An expression of texts gives a text feature, which needs an
encoding. Whole numbers beyond 16,777,216 are rounded, as everywhere in float32. Feature names may be used by later steps, not
by other expressions of this one.
`,
});
