import pg from 'pg';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { postgresNode } from './definition.ts';

export type Params = z.output<typeof postgresNode.params>;

/** Where to connect, and what the connection is for, to say so in messages. */
export type ConnectionParams = Pick<
  Params,
  'host' | 'port' | 'database' | 'user' | 'password' | 'tls' | 'table' | 'query'
>;

const connectTimeoutMs = 10_000;

/**
 * A connection inside one transaction, closed afterwards: to read, read-only and with a fixed view of the data; to write,
 * committed when the work is done. Errors:
 * `data.connection` when the server cannot be reached or goes away, `data.unreadable` when it refuses, `data.query` and
 * `data.column-missing` for what it says of a query, `run.cancelled`, `environment.missing` for the secret.
 */
export async function withConnection<T>(
  params: ConnectionParams,
  context: { signal: AbortSignal; secret(name: string): string },
  work: (client: pg.Client) => Promise<T>,
  access: 'read' | 'write' = 'read',
): Promise<T> {
  const { signal } = context;
  const client = new pg.Client({
    host: params.host,
    port: params.port,
    database: params.database,
    user: params.user,
    // Without a password of its own pg would look for one in the environment and in files.
    password: params.password === null ? '' : context.secret(params.password.secret),
    ssl: params.tls === 'off' ? false : { rejectUnauthorized: params.tls === 'verify' },
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'slipway',
    options: '-c TimeZone=UTC -c DateStyle=ISO -c extra_float_digits=3 -c client_encoding=UTF8',
  });
  let lost: Error | undefined;
  client.on('error', (error: Error) => {
    lost ??= error;
  });
  const onAbort = () => void client.end().catch(() => undefined);
  try {
    signal.throwIfAborted();
    signal.addEventListener('abort', onAbort, { once: true });
    await client.connect();
    await client.query(
      access === 'read' ? 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN TRANSACTION',
    );
    const result = await work(client);
    if (access === 'write') await client.query('COMMIT');
    return result;
  } catch (error) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    throw serverError(lost ?? error, params);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await client.end().catch(() => undefined);
  }
}

function serverError(error: unknown, params: ConnectionParams): AppError {
  if (error instanceof AppError) return error;
  const where = `PostgreSQL at ${params.host}:${params.port}`;
  const text = error instanceof Error && error.message !== '' ? error.message : String(error);
  const state = (error as { code?: unknown }).code;
  const sqlState = error instanceof pg.DatabaseError && typeof state === 'string' ? state : '';
  if (sqlState === '' || sqlState.startsWith('08') || sqlState.startsWith('57P') || sqlState === '53300') {
    const cause = typeof state === 'string' && sqlState === '' ? `${text} (${state})` : text;
    return new AppError('data.connection', `The connection to ${where} failed: ${cause}.`, {
      fix: 'Check that the server is running and can be reached from this machine, then run again.',
      cause: error,
    });
  }
  if (sqlState.startsWith('28')) {
    return new AppError('data.unreadable', `${where} refuses user “${params.user}”: ${text}.`, {
      fix: 'Check user, password secret and the pg_hba.conf of the server.',
      details: { field: 'password' },
      cause: error,
    });
  }
  if (sqlState === '3D000') {
    return new AppError('data.unreadable', `${where} has no database “${params.database}”.`, {
      fix: 'Check the name of the database.',
      details: { field: 'database' },
      cause: error,
    });
  }
  const field = params.query.trim() === '' ? 'table' : 'query';
  const hint = error instanceof pg.DatabaseError && error.hint !== undefined ? error.hint : 'Check the query.';
  const code = sqlState === '42703' ? 'data.column-missing' : sqlState === '42501' ? 'data.unreadable' : 'data.query';
  return new AppError(code, `PostgreSQL does not take the ${field}: ${text}.`, {
    fix: hint,
    details: { field, sqlState },
    cause: error,
  });
}
