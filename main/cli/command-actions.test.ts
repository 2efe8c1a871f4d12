import { describe, expect, it } from 'vitest';
import { actionShape, requireAction } from './command-actions.ts';
import { commandLoaders } from './commands.ts';

const actions = {
  list: '[--open]',
  show: 'NAME [--version N]',
  save: 'GRAPH GROUP [--name NAME]',
  versions: '[DATASET[@VERSION]] [--scope SCOPE]…',
};
const given = (positionals: string[], options: string[] = []) =>
  requireAction('groups', actions, { positionals, options });

describe('actions of a command', () => {
  it('takes what the usage of an action says, list without a name', () => {
    expect(given([], ['open'])).toEqual(['list']);
    expect(given(['show', 'a'], ['version'])).toEqual(['show', 'a']);
    expect(given(['versions'], ['scope'])).toEqual(['versions']);
    expect(given(['versions', 'd@1'])).toEqual(['versions', 'd@1']);
  });

  it.each([
    [['sho', 'a'], [], 'There is no "groups sho".', 'Did you mean show?'],
    [['__proto__'], [], 'There is no "groups __proto__".', 'Use one of: list, show'],
    [['show'], [], '"groups show" needs NAME.', 'Usage: slipway groups show NAME [--version N]'],
    [['save', 'a'], [], '"groups save" needs GROUP.', 'Usage: '],
    [['list', 'x'], [], '"groups list" does not take "x".', 'Usage: slipway groups list [--open]'],
    [['show', 'a'], ['name'], '"groups show" does not take --name.', 'It belongs to: groups save.'],
    [[], ['version'], '"groups list" does not take --version.', 'It belongs to: groups show.'],
  ])('refuses %j with %j', (positionals, options, message, fix) => {
    expect(() => given(positionals, options)).toThrow(
      expect.objectContaining({ code: 'cli.usage', message, fix: expect.stringContaining(fix) }),
    );
  });

  it('has every option of every command in the usage of an action, and no other', async () => {
    let checked = 0;
    for (const load of Object.values(commandLoaders)) {
      const command = await load();
      if (!('actions' in command)) continue;
      checked++;
      const used = new Set(Object.values(command.actions).flatMap((usage) => [...actionShape(usage).options]));
      expect([...used].toSorted(), command.name).toEqual(Object.keys(command.options).toSorted());
    }
    expect(checked).toBeGreaterThan(7);
  });
});
