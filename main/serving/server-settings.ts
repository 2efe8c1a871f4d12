import { AppError } from '../../shared/errors/app-error.ts';
import { isRecord } from './is-record.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/** What Triton's logging and trace extensions show and set; logging decides which lines reach the host. */
export class ServerSettings {
  #logging = { log_info: true, log_warning: true, log_error: true, log_verbose_level: 0 };

  allows(level: LogLevel): boolean {
    switch (level) {
      case 'info':
        return this.#logging.log_info;
      case 'warn':
        return this.#logging.log_warning;
      case 'error':
        return this.#logging.log_error;
    }
  }

  logging(): Record<string, unknown> {
    return { log_file: '', ...this.#logging, log_format: 'default' };
  }

  /** Sets what is given and leaves the rest. Errors: `request.invalid`. */
  setLogging(given: unknown): void {
    const next = { ...this.#logging };
    for (const [key, value] of Object.entries(recordOf(given))) {
      switch (key) {
        case 'log_info':
        case 'log_warning':
        case 'log_error':
          if (typeof value !== 'boolean') throw badSetting(key, 'true or false');
          next[key] = value;
          break;
        case 'log_verbose_level':
          if (!Number.isSafeInteger(value) || (value as number) < 0) throw badSetting(key, 'a whole number from 0');
          next[key] = value as number;
          break;
        case 'log_file':
          if (value !== '') throw badSetting(key, '"": logs go to the host');
          break;
        case 'log_format':
          if (value !== 'default') throw badSetting(key, '"default"');
          break;
        default:
          throw new AppError('request.invalid', `There is no log setting "${key.slice(0, 60)}".`);
      }
    }
    this.#logging = next;
  }

  trace(): Record<string, unknown> {
    return {
      trace_level: ['OFF'],
      trace_rate: '1000',
      trace_count: '-1',
      log_frequency: '0',
      trace_file: '',
      trace_mode: 'triton',
    };
  }

  /** Tracing into files is not built in: only switching it off is taken. Errors: `request.invalid`, `request.unsupported`. */
  setTrace(given: unknown): void {
    const known = this.trace();
    for (const [key, value] of Object.entries(recordOf(given))) {
      if (!Object.hasOwn(known, key)) {
        throw new AppError('request.invalid', `There is no trace setting "${key.slice(0, 60)}".`);
      }
      if (value === null || key !== 'trace_level') continue;
      const off = Array.isArray(value) && value.every((level) => level === 'OFF');
      if (!off)
        throw new AppError('request.unsupported', 'This server writes no trace files; "trace_level" stays OFF.');
    }
  }
}

function recordOf(given: unknown): Record<string, unknown> {
  if (isRecord(given)) return given;
  throw new AppError('request.invalid', 'The settings are not a JSON object.');
}

function badSetting(key: string, expected: string): AppError {
  return new AppError('request.invalid', `"${key}" is not ${expected}.`);
}
