import { AppError } from '../../shared/errors/app-error.ts';
import { parseOverride } from '../../shared/graph/graph-parameters.ts';
import type { SelectionOptions } from '../engine/engine.ts';
import type { CommandContext } from './command.ts';

/** Which steps of a graph a command is about; shared by `plan` and `run`. */
export const selectionOptions = {
  to: { type: 'string' },
  from: { type: 'string' },
  force: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  variants: { type: 'boolean' },
} as const;

export const selectionHelp = {
  to: 'only this node and what it needs',
  from: 'only this node and everything below it, with what they need',
  force: 'run even what is up to date',
  set: 'NODE.PARAM=VALUE, for this command only; may repeat',
  variants: 'also a branch for each variant of a node, to compare their metrics',
};

export function selectionOf(context: CommandContext): SelectionOptions {
  return {
    to: context.text('to'),
    from: context.text('from'),
    force: context.flag('force'),
    variants: context.flag('variants'),
    set: context.list('set').map((text) => {
      const override = parseOverride(text);
      if (override !== undefined) return override;
      throw new AppError('cli.usage', `--set ${text} is not of the form NODE.PARAM=VALUE.`);
    }),
  };
}
