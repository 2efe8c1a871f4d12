import { answerInput, type PipelineStep, routeOutput } from '../../../shared/model/signature.ts';

type RowData = Exclude<NodeJS.TypedArray<ArrayBuffer>, Uint8ClampedArray> | string[];

/** A tensor whose first axis is the rows; whatever else it has is kept when rows are taken of it. */
export interface RowTensor {
  name: string;
  shape: readonly number[];
  data: RowData;
}

export interface StepRun<T extends RowTensor> {
  step: PipelineStep;
  inputs: T[];
  rows: number;
  outputs: string[];
}

export interface StepsOptions<T extends RowTensor> {
  steps: readonly PipelineStep[];
  /** Raw columns. */
  inputs: readonly T[];
  rows: number;
  /** Of the answer, in this order. */
  outputs: readonly string[];
  /** Gives the outputs by the order they are asked in. */
  run(run: StepRun<T>): Promise<readonly T[]>;
  /** Whether the rows of an optional step may keep the answer they have. */
  mayKeep?(error: unknown, step: PipelineStep, rows: number): boolean;
}

interface StepResult<T> {
  /** Positions of its rows, rising. */
  rows: readonly number[];
  outputs: readonly T[];
}

/**
 * The answer of a pipeline, step by step: a step gets the rows that the rules before it say, and its answer takes the place
 * of the one they had. Steps that do not wait for each other run at the same time. Rows keep their order. Errors: those of
 * `run`.
 */
export async function runSteps<T extends RowTensor>(options: StepsOptions<T>): Promise<T[]> {
  const { steps, outputs } = options;
  const needed = new Set(outputs);
  for (const step of steps) {
    for (const output of step.takesAnswer ? ['probabilities', 'prediction'] : []) {
      if (step.inputs.includes(answerInput(output))) needed.add(output);
    }
  }
  const all = { ...options, outputs: [...needed] };
  const results = new Map<string, Promise<StepResult<T> | undefined>>();
  steps.forEach((step, i) => {
    const before = steps.slice(0, i);
    results.set(step.name, runStep(step, before, results, all));
  });
  const done = await settled(steps, results);
  const answering = steps.filter(({ answers }) => answers);
  const answer = compose(answering, done, { ...all, positions: everyRow(options.rows) });
  return outputs.map((name) => answer.find((tensor) => tensor.name === name) as T);
}

function everyRow(rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

type Results<T> = ReadonlyMap<string, StepResult<T>>;

async function settled<T>(
  steps: readonly PipelineStep[],
  results: ReadonlyMap<string, Promise<StepResult<T> | undefined>>,
): Promise<Results<T>> {
  const found = await Promise.all(steps.map(async ({ name }) => results.get(name)));
  const done = new Map<string, StepResult<T>>();
  steps.forEach(({ name }, i) => {
    const result = found[i];
    if (result !== undefined) done.set(name, result);
  });
  return done;
}

/** Undefined where no row reached it. */
async function runStep<T extends RowTensor>(
  step: PipelineStep,
  before: readonly PipelineStep[],
  results: ReadonlyMap<string, Promise<StepResult<T> | undefined>>,
  options: StepsOptions<T>,
): Promise<StepResult<T> | undefined> {
  const makers = before.filter(({ makes = [] }) => makes.some((name) => step.inputs.includes(name)));
  const waitsFor = before.filter(
    (other) =>
      (step.takesAnswer && other.answers) ||
      makers.includes(other) ||
      step.when.some((condition) => condition.step === other.name),
  );
  const done = await settled(waitsFor, results);
  const positions = rowsOf(step, done, options.rows);
  if (positions.length === 0) return undefined;
  const columns = options.inputs.filter(({ name }) => step.inputs.includes(name));
  const inputs = columns.map((tensor) => takeRows(tensor, positions, options.rows));
  for (const maker of makers) {
    const made = (maker.makes ?? []).filter((name) => step.inputs.includes(name));
    inputs.push(...compose([maker], done, { outputs: made, positions }));
  }
  if (step.takesAnswer) {
    const answered = waitsFor.filter(({ answers }) => answers);
    for (const tensor of compose(answered, done, { ...options, positions })) {
      const name = answerInput(tensor.name);
      if (step.inputs.includes(name)) inputs.push({ ...tensor, name });
    }
  }
  const outputs = [
    ...(step.answers ? options.outputs : []),
    ...(step.makes ?? []),
    ...(step.routes ? [routeOutput] : []),
  ];
  try {
    return { rows: positions, outputs: await options.run({ step, inputs, rows: positions.length, outputs }) };
  } catch (error) {
    if (step.optional && options.mayKeep?.(error, step, positions.length) === true) return undefined;
    throw error;
  }
}

function rowsOf<T extends RowTensor>(step: PipelineStep, done: Results<T>, rows: number): number[] {
  const reached = new Uint8Array(rows).fill(1);
  for (const { step: name, route } of step.when) {
    const result = done.get(name);
    const said = result?.outputs.find((output) => output.name === routeOutput);
    const own = new Uint8Array(rows);
    result?.rows.forEach((row, i) => {
      if (Boolean(said?.data[i]) === route) own[row] = 1;
    });
    for (let row = 0; row < rows; row++) if (own[row] === 0) reached[row] = 0;
  }
  return everyRow(rows).filter((row) => reached[row] === 1);
}

/** Of each row what the last of the steps that it reached gave. */
function compose<T extends RowTensor>(
  steps: readonly PipelineStep[],
  done: Results<T>,
  { outputs, positions }: { outputs: readonly string[]; positions: readonly number[] },
): T[] {
  const placeOf = new Map(positions.map((row, i) => [row, i]));
  const answers = steps.flatMap(({ name }) => done.get(name) ?? []);
  return outputs.flatMap((name) => {
    const parts = answers.flatMap((result) => {
      const tensor = result.outputs.find((output) => output.name === name);
      return tensor === undefined ? [] : [{ rows: result.rows, tensor }];
    });
    const last = parts.at(-1);
    if (last === undefined) return [];
    if (last.rows.length === positions.length && last.rows.every((row, i) => row === positions[i]))
      return [last.tensor];
    const width = widthOf(last.tensor);
    const data = allocateLike(last.tensor.data, positions.length * width);
    for (const { rows, tensor } of parts) {
      rows.forEach((row, from) => {
        const to = placeOf.get(row);
        if (to !== undefined) copyRow(tensor.data, from, data, to, width);
      });
    }
    return [{ ...last.tensor, shape: [positions.length, ...last.tensor.shape.slice(1)], data }];
  });
}

function takeRows<T extends RowTensor>(tensor: T, positions: readonly number[], rows: number): T {
  if (positions.length === rows) return tensor;
  const width = widthOf(tensor);
  const data = allocateLike(tensor.data, positions.length * width);
  positions.forEach((row, i) => {
    copyRow(tensor.data, row, data, i, width);
  });
  return { ...tensor, shape: [positions.length, ...tensor.shape.slice(1)], data };
}

function widthOf({ shape }: RowTensor): number {
  return shape.slice(1).reduce((product, extent) => product * extent, 1);
}

function allocateLike(data: RowData, length: number): RowData {
  if (Array.isArray(data)) return Array.from({ length }, () => '');
  const Kind = data.constructor as new (length: number) => Exclude<RowData, string[]>;
  return new Kind(length);
}

function copyRow(from: RowData, row: number, to: RowData, toRow: number, width: number): void {
  // Both are of one kind; the union cannot say so.
  for (let c = 0; c < width; c++) to[toRow * width + c] = from[row * width + c] as never;
}
