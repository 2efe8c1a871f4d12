/** Value of a parameter in a trial. */
export type ParamValue = number | string | boolean | null;
export type ParamValues = Readonly<Record<string, ParamValue>>;

interface ParameterBase {
  name: string;
  /** The parameter exists only in trials where another one, earlier in the space, has one of these values. */
  when?: { parameter: string; in: readonly ParamValue[] };
}

/** Bounds are inclusive. `log` draws evenly in the logarithm; then `low` > 0 (integers: ≥ 1). */
export interface NumberParameter extends ParameterBase {
  type: 'float' | 'int';
  low: number;
  high: number;
  log?: boolean;
}

export interface CategoricalParameter extends ParameterBase {
  type: 'categorical';
  choices: readonly ParamValue[];
}

export type SearchParameter = NumberParameter | CategoricalParameter;
export type SearchSpace = readonly SearchParameter[];

export interface SpaceProblem {
  parameter: string;
  message: string;
}

/** What keeps a space from being searched. */
export function checkSpace(space: SearchSpace): SpaceProblem[] {
  const problems: SpaceProblem[] = [];
  const seen = new Set<string>();
  for (const parameter of space) {
    const { name, when } = parameter;
    const refuse = (message: string) => problems.push({ parameter: name, message });
    if (seen.has(name)) refuse(`“${name}” stands in the space twice.`);
    if (when !== undefined && !seen.has(when.parameter)) {
      refuse(`“${name}” depends on “${when.parameter}”, which does not stand before it.`);
    }
    if (when?.in.length === 0) refuse(`“${name}” depends on “${when.parameter}” having one of no values.`);
    seen.add(name);
    if (parameter.type === 'categorical') {
      if (parameter.choices.length === 0) refuse(`“${name}” has no choices.`);
      if (new Set(parameter.choices).size < parameter.choices.length) refuse(`“${name}” has a choice twice.`);
      continue;
    }
    const { low, high, log, type } = parameter;
    if (!Number.isFinite(low) || !Number.isFinite(high)) refuse(`The bounds of “${name}” must be finite numbers.`);
    else if (low > high) refuse(`The lower bound of “${name}” (${low}) is above the upper one (${high}).`);
    else if (type === 'int' && !(Number.isInteger(low) && Number.isInteger(high))) {
      refuse(`The bounds of “${name}” must be whole numbers.`);
    } else if (log && low < (type === 'int' ? 1 : Number.MIN_VALUE)) {
      refuse(`“${name}” is drawn on a logarithmic scale, so its lower bound must be above 0.`);
    }
  }
  return problems;
}

/** Whether a parameter exists in a trial with these values of the parameters before it. */
export function isActive(parameter: SearchParameter, values: ParamValues): boolean {
  const { when } = parameter;
  if (when === undefined) return true;
  return Object.hasOwn(values, when.parameter) && when.in.includes(values[when.parameter] as ParamValue);
}

/** Range a number parameter is modelled on: the logarithm if `log`; integers reach half a unit beyond their bounds. */
export function modelRange({ type, low, high, log }: NumberParameter): { low: number; high: number } {
  const margin = type === 'int' ? 0.5 : 0;
  const bounds = { low: low - margin, high: high + margin };
  return log ? { low: Math.log(bounds.low), high: Math.log(bounds.high) } : bounds;
}

/** A value as a position in the model range. */
export function toModel(parameter: NumberParameter, value: number): number {
  return parameter.log ? Math.log(value) : value;
}

/** A position in the model range as a value within the bounds. */
export function fromModel(parameter: NumberParameter, position: number): number {
  const raw = parameter.log ? Math.exp(position) : position;
  return Math.min(parameter.high, Math.max(parameter.low, parameter.type === 'int' ? Math.round(raw) : raw));
}
