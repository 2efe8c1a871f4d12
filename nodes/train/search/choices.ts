import {
  isActive,
  type ParamValue,
  type ParamValues,
  type SearchParameter,
} from '../../../main/compute/search/space.ts';
import type { Trial } from '../../../main/compute/search/trial.ts';
import type { SpaceEntry } from '../../lib/search-space.ts';

/** A space as it is searched. Values it cannot hold as they are (lists) go by their JSON. */
export class Choices {
  readonly space: SearchParameter[];
  readonly #originals = new Map<string, Map<ParamValue, unknown>>();

  constructor(entries: readonly SpaceEntry[]) {
    this.space = entries.map((entry): SearchParameter => {
      const condition =
        entry.when === undefined
          ? {}
          : { when: { parameter: entry.when.parameter, in: entry.when.in.map(toParamValue) } };
      if (entry.type !== 'categorical') {
        const { name, type, low, high, log = false } = entry;
        return { name, type, low, high, log, ...condition };
      }
      const choices = entry.choices.map(toParamValue);
      this.#originals.set(entry.name, new Map(choices.map((choice, i) => [choice, entry.choices[i]])));
      return { name: entry.name, type: 'categorical', choices, ...condition };
    });
  }

  /** The values as the trainer takes them. */
  values(params: Trial['params']): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, this.#originals.get(name)?.get(value) ?? value]),
    );
  }

  /** Values of a trainer as the search holds them: those of the space that lie within it, under their conditions. */
  paramsOf(values: Readonly<Record<string, unknown>>): ParamValues {
    const params: Record<string, ParamValue> = {};
    for (const parameter of this.space) {
      const value = toParamValue(values[parameter.name]);
      if (!Object.hasOwn(values, parameter.name) || !isActive(parameter, params)) continue;
      const isIn =
        parameter.type === 'categorical'
          ? parameter.choices.includes(value)
          : typeof value === 'number' && value >= parameter.low && value <= parameter.high;
      if (isIn) params[parameter.name] = value;
    }
    return params;
  }

  /** A trial as it is shown. */
  row({ number, params, state, value, violation }: Trial) {
    return {
      number,
      state,
      params: this.values(params),
      ...(value === undefined ? {} : { value }),
      ...(violation === undefined ? {} : { violation }),
    };
  }
}

function toParamValue(value: unknown): ParamValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
