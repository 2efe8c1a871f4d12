import type { Command } from '../../main/cli/command.ts';

/** Runs a command in this process as `--json` does; gives its last line. Flags and lists are empty. */
export async function runCommand(
  command: Command,
  dataDir: string,
  positionals: string[],
  options: Readonly<Record<string, string>>,
): Promise<unknown> {
  let last: unknown;
  await command.run({
    output: {
      json: true,
      event: () => undefined,
      result: (value) => {
        last = value;
      },
      line: () => undefined,
      log: () => undefined,
      error: () => undefined,
    },
    dataDir,
    signal: new AbortController().signal,
    positionals,
    text: (name) => options[name],
    flag: () => false,
    list: () => [],
  });
  return last;
}
