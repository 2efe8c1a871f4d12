import { AppError } from '../../../shared/errors/app-error.ts';
import { AuditLog } from '../../serving/audit-log.ts';
import {
  type ApiKey,
  createKey,
  keyFilePath,
  type KeyScope,
  keyScopes,
  readKeys,
  revokeKey,
  rotateKey,
} from '../../serving/keys/key-file.ts';
import { makeDataDir, resolveDataDir } from '../../store/data-dir.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const defaultGrace = '1d';
const actions = ['list', 'create', 'rotate', 'revoke'];

export const keysCommand: Command = {
  name: 'keys',
  summary: 'Lists, makes, changes and revokes the keys of endpoints; running endpoints follow within a second.',
  usage:
    'list | create NAME [--scope SCOPE]… [--rate N] [--quota N] [--expires 30d] | rotate KEY [--grace 1d] | revoke KEY',
  positionals: 2,
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
    const [action = 'list', name] = context.positionals;
    const dataDir = resolveDataDir(context.dataDir);
    makeDataDir(dataDir);
    const path = keyFilePath(dataDir);
    if (action === 'list') return list(context, path);
    if (!actions.includes(action)) {
      throw new AppError('cli.usage', `There is no action "${action}".`, { fix: `Use ${actions.join(', ')}.` });
    }
    if (name === undefined) throw new AppError('cli.usage', `Name the key to ${action}.`);
    const audit = new AuditLog(dataDir, (_level, text) => context.output.log(text));
    const record = (done: string, key: ApiKey) =>
      audit.write({ action: `key.${done}`, target: `${key.id} ${key.name}`, key: null, address: null });
    switch (action) {
      case 'create': {
        const { key, secret } = await createKey(path, {
          name,
          scopes: scopesOf(context),
          expiresMs: context.text('expires') === undefined ? null : Date.now() + durationMs(context, 'expires', ''),
          ratePerSecond: positive(context, 'rate'),
          requestsPerDay: positive(context, 'quota'),
        });
        record('created', key);
        context.output.result({ key: shown(key), secret }, `Key ${key.id}, shown only now: ${secret}`);
        break;
      }
      case 'rotate': {
        const { key, secret } = await rotateKey(path, name, durationMs(context, 'grace', defaultGrace), Date.now());
        record('rotated', key);
        context.output.result({ key: shown(key), secret }, `Key ${key.id}, shown only now: ${secret}`);
        break;
      }
      case 'revoke': {
        const key = await revokeKey(path, name);
        record('revoked', key);
        context.output.result({ revoked: shown(key) }, `Key ${key.id} (${key.name}) opens nothing any more.`);
        break;
      }
    }
    await audit.close();
    return 0;
  },
};

async function list(context: CommandContext, path: string): Promise<number> {
  const keys = (await readKeys(path)) ?? [];
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.scopes.join(','),
    key.ratePerSecond === null ? '' : `${key.ratePerSecond}/s`,
    key.requestsPerDay === null ? '' : `${key.requestsPerDay}/day`,
    expiryText(key.expiresMs),
  ]);
  const text = rows.length === 0 ? 'There are no keys.' : textTable(rows);
  context.output.result({ keys: keys.map(shown) }, text);
  return 0;
}

function expiryText(expiresMs: number | null): string {
  if (expiresMs === null) return 'never expires';
  const at = new Date(expiresMs).toISOString();
  return expiresMs <= Date.now() ? `expired ${at}` : `expires ${at}`;
}

/** What may be shown of a key: not even its hash. */
function shown(key: ApiKey): Omit<ApiKey, 'sha256'> {
  const { id, name, scopes, createdMs, expiresMs, ratePerSecond, requestsPerDay } = key;
  return { id, name, scopes, createdMs, expiresMs, ratePerSecond, requestsPerDay };
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
