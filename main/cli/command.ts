import type { ParseArgsOptionsConfig } from 'node:util';
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

export interface Command {
  name: string;
  summary: string;
  /** What follows `slipway NAME`, e.g. `GRAPH [--to NODE]`. */
  usage: string;
  /** The most arguments it takes besides options. */
  positionals: number;
  options: ParseArgsOptionsConfig;
  /** One line per option, shown by `--help`. */
  optionHelp: Record<string, string>;
  /** Resolves with the exit code. */
  run(context: CommandContext): Promise<number>;
}
