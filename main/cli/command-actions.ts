import { AppError } from '../../shared/errors/app-error.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';

/** What follows each action of a command, e.g. `save: 'GRAPH GROUP [--name NAME]'`; `list` is the one without a name. */
export type ActionUsages = Readonly<Record<string, string>>;

interface ActionShape {
  /** As the usage calls them; those in brackets may be left out. */
  arguments: readonly string[];
  options: ReadonlySet<string>;
}

const defaultAction = 'list';

/** What an action takes, read from its usage. */
export function actionShape(usage: string): ActionShape {
  const options = new Set([...usage.matchAll(/--([a-z-]+)/g)].map(([, name]) => name as string));
  const words = usage.replaceAll(/\[--[^\]]*\]…?/g, ' ').split(' ');
  return { options, arguments: words.filter((word) => word !== '') };
}

/** One line per action. */
export function actionLines(command: string, actions: ActionUsages): string[] {
  return Object.entries(actions).map(([action, usage]) => {
    const named = action === defaultAction ? `[${action}]` : action;
    return `slipway ${command} ${named} ${usage}`.trimEnd();
  });
}

/**
 * The arguments with the action first, filled in where none was given. Errors: `cli.usage` for an unknown action, too few
 * or too many arguments, and options that only other actions take.
 */
export function requireAction(
  command: string,
  actions: ActionUsages,
  given: { positionals: readonly string[]; options: readonly string[] },
): readonly string[] {
  const [action = defaultAction, ...rest] = given.positionals;
  const known = Object.keys(actions);
  const usage = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (usage === undefined) {
    const meant = nearMisses(action, known, 1)[0];
    const message =
      given.positionals.length === 0 ? `"${command}" needs an action.` : `There is no "${command} ${action}".`;
    throw new AppError('cli.usage', message, {
      fix: `${meant === undefined ? '' : `Did you mean ${meant}? `}Use one of: ${known.join(', ')}.`,
    });
  }
  const shape = actionShape(usage);
  const fix = `Usage: slipway ${command} ${action} ${usage}`.trimEnd();
  const missing = shape.arguments.slice(rest.length).find((word) => !word.startsWith('['));
  if (missing !== undefined) throw new AppError('cli.usage', `"${command} ${action}" needs ${missing}.`, { fix });
  const extra = rest[shape.arguments.length];
  if (extra !== undefined) {
    throw new AppError('cli.usage', `"${command} ${action}" does not take "${extra}".`, { fix });
  }
  const other = given.options.find((option) => !shape.options.has(option));
  if (other !== undefined) {
    const takers = known.filter((name) => actionShape(actions[name] as string).options.has(other));
    throw new AppError('cli.usage', `"${command} ${action}" does not take --${other}.`, {
      fix: `It belongs to: ${takers.map((name) => `${command} ${name}`).join(', ')}.`,
    });
  }
  return [action, ...rest];
}
