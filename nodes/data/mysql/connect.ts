import mysql from 'mysql2';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { mysqlNode } from './definition.ts';

export type Params = z.output<typeof mysqlNode.params>;

const connectTimeoutMs = 10_000;

/**
 * A connection inside one read-only transaction with a fixed view of the data, closed afterwards. Errors:
 * `data.connection` when the server cannot be reached or goes away, `data.unreadable` when it refuses, `data.query` and
 * `data.column-missing` for what it says of a query, `run.cancelled`, `environment.missing` for the secret.
 */
export async function withConnection<T>(
  params: Params,
  context: { signal: AbortSignal; secret(name: string): string },
  work: (connection: mysql.Connection) => Promise<T>,
): Promise<T> {
  const { signal } = context;
  const password = params.password === null ? '' : context.secret(params.password.secret);
  signal.throwIfAborted();
  const connection = mysql.createConnection({
    host: params.host,
    port: params.port,
    user: params.user,
    password,
    ...(params.database === '' ? {} : { database: params.database }),
    ...(params.tls === 'off' ? {} : { ssl: { rejectUnauthorized: params.tls === 'verify' } }),
    connectTimeout: connectTimeoutMs,
    charset: 'utf8mb4',
    rowsAsArray: true,
    // Also a server of somebody else's does not get a file of this machine.
    flags: ['-LOCAL_FILES'],
  });
  let lost: Error | undefined;
  connection.on('error', (error: Error) => {
    lost ??= error;
  });
  const onAbort = () => connection.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await send(connection, `SET time_zone = '+00:00'`);
    await send(connection, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await send(connection, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    return await work(connection);
  } catch (error) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    throw serverError(lost ?? error, params);
  } finally {
    signal.removeEventListener('abort', onAbort);
    connection.destroy();
  }
}

/** One statement; the connection takes no second one in the same text. */
export function send(
  connection: mysql.Connection,
  sql: string,
): Promise<{ rows: unknown[][]; fields: mysql.FieldPacket[] }> {
  return new Promise((resolve, reject) => {
    const typeCast = (field: { string(): string | null }) => field.string();
    connection.query({ sql, typeCast, rowsAsArray: true }, (error, rows, fields) => {
      // A lost connection never answers otherwise.
      if (error === null) resolve({ rows: Array.isArray(rows) ? (rows as unknown[][]) : [], fields: fields ?? [] });
      else reject(error);
    });
  });
}

function serverError(error: unknown, params: Params): AppError {
  if (error instanceof AppError) return error;
  const where = `MySQL at ${params.host}:${params.port}`;
  const text = error instanceof Error && error.message !== '' ? error.message : String(error);
  const code = String((error as { code?: unknown }).code);
  const state = (error as { sqlState?: unknown }).sqlState;
  const goesAway = ['ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR', 'ER_NORMAL_SHUTDOWN', 'ER_CONNECTION_KILLED'];
  if (typeof state !== 'string' || goesAway.includes(code) || state.startsWith('08')) {
    return new AppError('data.connection', `The connection to ${where} failed: ${text} (${code}).`, {
      fix: 'Check that the server is running and can be reached from this machine, then run again.',
      cause: error,
    });
  }
  if (code === 'ER_ACCESS_DENIED_ERROR' || code === 'ER_DBACCESS_DENIED_ERROR') {
    return new AppError('data.unreadable', `${where} refuses user “${params.user}”: ${text}.`, {
      fix: 'Check user, password secret and the rights of the user.',
      details: { field: 'password' },
      cause: error,
    });
  }
  if (code === 'ER_BAD_DB_ERROR' || code === 'ER_NO_DB_ERROR') {
    return new AppError('data.unreadable', `${where}: ${text}.`, {
      fix: 'Check the name of the database.',
      details: { field: 'database' },
      cause: error,
    });
  }
  const field = params.query.trim() === '' ? 'table' : 'query';
  return new AppError(
    code === 'ER_BAD_FIELD_ERROR' ? 'data.column-missing' : 'data.query',
    `MySQL does not take the ${field}: ${text}.`,
    { fix: 'Check the query.', details: { field, sqlState: state }, cause: error },
  );
}
