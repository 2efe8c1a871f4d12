import { z } from 'zod';
import { defineNode, type InferResult, type InputPort, type OutputPort } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { castTypes } from '../../lib/table-params.ts';

const variable = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be a lower-case name such as input or flights_2001');
const distinct = (names: readonly string[]) => new Set(names).size === names.length;

const sqlTypes: Readonly<Record<(typeof castTypes)[number], Column>> = {
  string: { name: '', type: 'string', sqlType: 'VARCHAR' },
  int64: { name: '', type: 'int64', sqlType: 'BIGINT' },
  float64: { name: '', type: 'float64', sqlType: 'DOUBLE' },
  bool: { name: '', type: 'bool', sqlType: 'BOOLEAN' },
  timestamp: { name: '', type: 'timestamp', sqlType: 'TIMESTAMP' },
  date: { name: '', type: 'timestamp', sqlType: 'DATE' },
};

/** The columns that `columns` promises. */
export function promisedColumns(columns: Readonly<Record<string, (typeof castTypes)[number]>>): Column[] {
  return Object.entries(columns).map(([name, type]) => ({ ...sqlTypes[type], name }));
}

export const pythonNode = defineNode({
  kind: 'data.python',
  version: 1,
  stage: 'data',
  title: 'Python',
  summary: 'Runs a Python script over tables',
  keywords: ['script', 'pandas', 'polars', 'pyarrow', 'code', 'numpy', 'custom', 'transform', 'function'],
  params: z.object({
    inputs: z
      .array(variable)
      .max(16)
      .refine(distinct, 'names must differ')
      .default(['input'])
      .describe('Names of the input tables; each is an input port and a variable of the script'),
    outputs: z
      .array(variable)
      .min(1)
      .max(16)
      .refine(distinct, 'names must differ')
      .default(['table'])
      .describe('Variables that the script sets; each is an output port'),
    script: z
      .string()
      .max(500_000)
      .default('table = input.copy()\n')
      .describe('The script')
      .meta(paramMeta({ ui: { control: 'multiline' } })),
    library: z
      .enum(['pandas', 'polars', 'pyarrow'])
      .default('pandas')
      .describe('What the input tables are in the script'),
    interpreter: z
      .string()
      .max(4096)
      .default('')
      .describe('Python program, such as .venv/bin/python; empty takes SLIPWAY_PYTHON, else python3')
      .meta(paramMeta({ section: 'Environment' })),
    columns: z
      .record(z.string(), z.enum(castTypes))
      .default({})
      .describe('Columns of the first output and their types, so that later steps know them before a run; checked')
      .meta(paramMeta({ ui: { control: 'map', port: 'input' }, section: 'Environment', advanced: true })),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(1)
      .describe('Seeds random and numpy before the script starts')
      .meta(paramMeta({ section: 'Environment', advanced: true })),
    timeoutS: z
      .number()
      .positive()
      .max(604_800)
      .default(3600)
      .describe('The script is ended after this time')
      .meta(paramMeta({ section: 'Limits', unit: 's', advanced: true, label: 'Time limit' })),
    memoryMb: z
      .number()
      .int()
      .min(64)
      .max(4_194_304)
      .default(4096)
      .describe('Memory the script may take, where the system can limit it (Linux)')
      .meta(paramMeta({ section: 'Limits', unit: 'MiB', advanced: true, label: 'Memory limit' })),
  }),
  ports: (params) => ({
    inputs: Object.fromEntries(
      params.inputs.map((name): [string, InputPort] => [
        name,
        { types: ['table'], doc: `Table ${name} of the script` },
      ]),
    ),
    outputs: Object.fromEntries(
      params.outputs.map((name): [string, OutputPort] => [
        name,
        { type: 'table', doc: `What the script leaves in ${name}` },
      ]),
    ),
  }),
  infer(_inputs, params): InferResult {
    const columns = promisedColumns(params.columns);
    const [first = 'table'] = params.outputs;
    const problems: InferResult['problems'] = [];
    if (params.script.trim() === '') {
      problems.push({ field: 'script', message: 'The script is empty.', fix: 'Set the outputs in it.' });
    }
    return { outputs: columns.length === 0 ? {} : { [first]: { type: 'table', schema: { columns } } }, problems };
  },
  determinism: 'external',
  resources: (params, stats) => ({
    cpu: 1,
    memoryBytes: Math.min(params.memoryMb * 2 ** 20, 2 ** 28 + (stats.bytes ?? 50_000_000) * 10),
    seconds: 2 + (stats.rows ?? 1_000_000) / 500_000,
  }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'pandas',
      params: {
        script: "table = input.assign(speed=input['distance'] / input['hours'])\nprint(len(table), 'rows')\n",
        columns: { distance: 'int64', hours: 'float64', speed: 'float64' },
      },
      note: 'The input is a DataFrame; what is printed is in the log.',
    },
    {
      name: 'Two outputs with polars',
      params: {
        inputs: ['orders', 'customers'],
        outputs: ['joined', 'unknown'],
        library: 'polars',
        script:
          "joined = orders.join(customers, on='customer')\nunknown = orders.join(customers, on='customer', how='anti')\n",
      },
      note: 'Each variable named under outputs becomes an output port.',
    },
  ],
  help: `The input tables are variables of the script: pandas or polars DataFrames, or pyarrow Tables. The script sets a
variable for each output: a DataFrame, a Table, a dict of columns, or a list of rows. The index of a DataFrame is not kept.

**Python** is yours: name the interpreter of a virtual environment that has pyarrow (with pandas) or polars. It runs in a
fresh process for each attempt, without the secrets of the engine, in a temporary folder. \`print\` goes to the log. An
error names the line of the script. The process and all it starts end on cancel, at the time limit, and when the memory
limit is reached.

**Caching.** The step runs again when the script, its inputs, the version of Python or any installed package changes. What
else the script reads (files, the network, the clock) is not seen: keep it out, or force the run.

A graph from elsewhere asks before it runs a script. Pods have no Python, so that a graph with this step is not exported.`,
});
