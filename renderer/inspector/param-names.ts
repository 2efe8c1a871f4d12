import { labelOf } from '../translation/kind-text.ts';
import { language } from '../translation/language.ts';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

/** A parameter that differs from the last result, as the plan's reasons tell: `params.learningRate 0.1 → 0.05`. */
export interface ParamChange {
  name: string;
  /** Undefined where the parameter was not set. */
  before: unknown;
}

export function paramChange(reason: string): ParamChange | undefined {
  const match = /^params\.(\S+) (.+)$/s.exec(reason);
  const [, name, change] = match ?? [];
  if (name === undefined || change === undefined) return undefined;
  if (change.startsWith('unset → ')) return { name, before: undefined };
  // A text may itself hold an arrow: the earlier value ends where it first is complete JSON.
  for (let at = change.indexOf(' → '); at !== -1; at = change.indexOf(' → ', at + 1)) {
    try {
      return { name, before: JSON.parse(change.slice(0, at)) };
    } catch {
      continue;
    }
  }
  return undefined;
}

/** A reason of the plan in the words of the form and with node titles: `learning rate 0.1 → 0.05`. */
export function reasonText(reason: string, titleOf: (nodeId: string) => string): string {
  const param = /^params\.(\S+) (.*)$/s.exec(reason);
  if (param?.[1]) {
    const label = labelOf(param[1]);
    return `${language() === 'de' ? label : label.toLowerCase()} ${param[2] ?? ''}`;
  }
  const waits = /^waits for (\S+)$/.exec(reason);
  if (waits?.[1]) return t.waitsFor(titleOf(waits[1]));
  return engineText(reason);
}
