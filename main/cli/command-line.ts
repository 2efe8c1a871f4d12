import { parseArgs } from 'node:util';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import { packageVersion } from '../engine/package-version.ts';
import { actionLines, requireAction } from './command-actions.ts';
import type { Command, CommandContext } from './command.ts';
import { commandLoaders, commandSummaries } from './commands.ts';
import { createOutput, textTable } from './output.ts';

const commonOptions = {
  json: { type: 'boolean' },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function generalHelp(): string {
  const rows = Object.entries(commandSummaries).map(([name, summary]) => [`  ${name}`, summary]);
  return [
    'Usage: slipway COMMAND [OPTIONS]',
    '',
    'Draw, run, serve and monitor machine learning graphs.',
    '',
    textTable(rows),
    '',
    'Every command takes --json, --data-dir DIR and --help. --version tells the version.',
  ].join('\n');
}

function commandHelp(command: Command): string {
  const options = Object.entries({
    ...command.optionHelp,
    json: 'print JSON lines; the last one is the result',
    'data-dir': 'where runs, results and models are kept',
  }).map(([name, text]) => [`  --${name}`, text]);
  return [...usageLines(command), '', command.summary, '', textTable(options)].join('\n');
}

function usageLines(command: Command): string[] {
  if (!('actions' in command)) return [`Usage: slipway ${command.name} ${command.usage}`];
  return actionLines(command.name, command.actions).map((line, i) => `${i === 0 ? 'Usage:' : '      '} ${line}`);
}

/** Errors: `cli.usage`. */
function requirePositionals(
  command: Command,
  { positionals, values }: ReturnType<typeof parseArgs>,
): readonly string[] {
  if ('actions' in command) {
    const options = Object.keys(values).filter((option) => !Object.hasOwn(commonOptions, option));
    return requireAction(command.name, command.actions, { positionals, options });
  }
  const extra = positionals[command.positionals];
  if (extra === undefined) return positionals;
  throw new AppError('cli.usage', `"${extra}" is one argument too many.`, {
    fix: `Usage: slipway ${command.name} ${command.usage}`,
  });
}

async function main(argv: readonly string[], controller: AbortController): Promise<number> {
  const name = argv[0];
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${generalHelp()}\n`);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  const output = createOutput(argv.includes('--json'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  try {
    const load = Object.hasOwn(commandLoaders, name) ? commandLoaders[name] : undefined;
    if (load === undefined) {
      throw new AppError('cli.usage', `There is no command "${name}".`, {
        fix: `Use one of: ${Object.keys(commandLoaders).join(', ')}.`,
      });
    }
    const command = await load();
    const parsed = parseCommandLine(argv.slice(1), command);
    if (parsed.values['help'] === true) {
      const help = commandHelp(command);
      output.result({ help }, help);
      return 0;
    }
    const context: CommandContext = {
      output,
      dataDir: typeof parsed.values['data-dir'] === 'string' ? parsed.values['data-dir'] : undefined,
      signal: controller.signal,
      positionals: requirePositionals(command, parsed),
      text: (option) => {
        const value = parsed.values[option];
        return typeof value === 'string' ? value : undefined;
      },
      flag: (option) => parsed.values[option] === true,
      list: (option) => {
        const value = parsed.values[option];
        return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
      },
    };
    return await command.run(context);
  } catch (error) {
    output.error(error);
    return errorCodes[toAppError(error).code].exitCode;
  }
}

function parseCommandLine(argv: readonly string[], command: Command): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...command.options, ...commonOptions },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new AppError('cli.usage', (error instanceof Error ? error.message : String(error)).replaceAll('\n', ' '), {
      fix: `See: slipway ${command.name} --help`,
    });
  }
}

/** Waits until piped output has been taken, since process.exit would cut it. */
function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

let stdoutError: NodeJS.ErrnoException | undefined;
const controller = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Nobody reads on (`| head -1`) or the disk is full: what runs is cancelled in order, not left behind.
  stdoutError ??= error;
  controller.abort();
});
process.stderr.on('error', () => {
  // Logs that nobody reads are no reason to stop.
});
const exitCode = await main(process.argv.slice(2), controller);
await Promise.all([drain(process.stdout), drain(process.stderr)]);
if (stdoutError !== undefined && stdoutError.code !== 'EPIPE') {
  process.stderr.write(`The output cannot be written (${stdoutError.code}).\n  Write it to a place with free space.\n`);
  process.exit(3);
}
process.exit(exitCode);
