import type { ParseArgsOptionsConfig } from 'node:util';
import type { ActionUsages } from './command-actions.ts';
import type { Output } from './output.ts';

export interface CommandContext {
  readonly output: Output;
  /** `--data-dir`, as given. */
  readonly dataDir: string | undefined;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly positionals: readonly string[];
  /** A string option given at most once. */
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** All values of an option that may repeat. */
  list(name: string): readonly string[];
}

interface CommandBase {
  name: string;
  summary: string;
  options: ParseArgsOptionsConfig;
  /** One line per option, shown by `--help`. */
  optionHelp: Record<string, string>;
  /** Resolves with the exit code. */
  run(context: CommandContext): Promise<number>;
}

interface PlainCommand extends CommandBase {
  /** What follows `slipway NAME`, e.g. `GRAPH [--to NODE]`. */
  usage: string;
  /** The most arguments it takes besides options. */
  positionals: number;
}

/** Its first argument names an action; `run` gets arguments and options that the action takes. */
interface CommandWithActions extends CommandBase {
  actions: ActionUsages;
}

export type Command = PlainCommand | CommandWithActions;
