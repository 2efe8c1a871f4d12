import { AppError } from '../../../shared/errors/app-error.ts';
import { type EndpointKey, type KeyScope, keyScopes } from '../../../shared/serving/endpoint-key.ts';
import { manageKeys } from '../../serving/keys/manage-keys.ts';
import { makeDataDir, resolveDataDir } from '../../store/data-dir.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const defaultGrace = '1d';

export const keysCommand: Command = {
  name: 'keys',
  summary: 'Lists, makes, changes and revokes the keys of endpoints; running endpoints follow within a second.',
  actions: {
    list: '',
    create: 'NAME [--scope SCOPE]… [--rate N] [--quota N] [--expires 30d]',
    rotate: 'KEY [--grace 1d]',
    revoke: 'KEY',
  },
  options: {
    scope: { type: 'string', multiple: true },
    rate: { type: 'string' },
    quota: { type: 'string' },
    expires: { type: 'string' },
    grace: { type: 'string' },
  },
  optionHelp: {
    scope: 'infer, read, write or admin; may be repeated; default infer',
    rate: 'requests per second it may send, per endpoint',
    quota: 'requests per day (UTC) it may send, per endpoint',
    expires: 'time until it expires, e.g. 12h or 90d; default never',
    grace: 'rotate: time for which the old secret still works; default 1d',
  },
  async run(context) {
    const [action = '', name = ''] = context.positionals;
    const dataDir = resolveDataDir(context.dataDir);
    makeDataDir(dataDir);
    const keys = manageKeys(dataDir, (text) => context.output.log(text));
    if (action === 'list') return list(context, await keys.list());
    switch (action) {
      case 'create': {
        const { key, secret } = await keys.create({
          name,
          scopes: scopesOf(context),
          expiresMs: context.text('expires') === undefined ? null : Date.now() + durationMs(context, 'expires', ''),
          ratePerSecond: positive(context, 'rate'),
          requestsPerDay: positive(context, 'quota'),
        });
        context.output.result({ key, secret }, `Key ${key.id}, shown only now: ${secret}`);
        break;
      }
      case 'rotate': {
        const { key, secret } = await keys.rotate(name, durationMs(context, 'grace', defaultGrace));
        context.output.result({ key, secret }, `Key ${key.id}, shown only now: ${secret}`);
        break;
      }
      case 'revoke': {
        const key = await keys.revoke(name);
        context.output.result({ revoked: key }, `Key ${key.id} (${key.name}) opens nothing any more.`);
        break;
      }
    }
    return 0;
  },
};

function list(context: CommandContext, keys: readonly EndpointKey[]): number {
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.scopes.join(','),
    key.ratePerSecond === null ? '' : `${key.ratePerSecond}/s`,
    key.requestsPerDay === null ? '' : `${key.requestsPerDay}/day`,
    expiryText(key.expiresMs),
  ]);
  const text = rows.length === 0 ? 'There are no keys.' : textTable(rows);
  context.output.result({ keys }, text);
  return 0;
}

function expiryText(expiresMs: number | null): string {
  if (expiresMs === null) return 'never expires';
  const at = new Date(expiresMs).toISOString();
  return expiresMs <= Date.now() ? `expired ${at}` : `expires ${at}`;
}

function scopesOf(context: CommandContext): KeyScope[] {
  const given = context.list('scope').flatMap((text) => text.split(','));
  if (given.length === 0) return ['infer'];
  return given.map((text) => {
    const scope = keyScopes.find((known) => known === text);
    if (scope !== undefined) return scope;
    throw new AppError('cli.usage', `There is no scope "${text}".`, { fix: `Use ${keyScopes.join(', ')}.` });
  });
}

function positive(context: CommandContext, option: string): number | null {
  const text = context.text(option);
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && (option === 'rate' || Number.isInteger(value))) return value;
  throw new AppError('cli.usage', `--${option} ${text} is no number of requests.`);
}

function durationMs(context: CommandContext, option: string, otherwise: string): number {
  const text = context.text(option) ?? otherwise;
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (unitsMs[unit] ?? 0);
  throw new AppError('cli.usage', `--${option} ${text} is no time.`, { fix: 'For example 30m, 12h or 90d.' });
}
