import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { secretVariablePrefix } from '../../shared/node/secret-name.ts';

/** Secrets of one piece of work: hands out values and takes them out of everything the work says. */
export interface Secrets {
  /** Errors: `environment.missing`. */
  readonly value: (name: string) => string;
  /** The same JSON-like value without any secret that was handed out. */
  readonly redactValue: <T>(value: T) => T;
  /** The same error; where a secret was handed out, a copy without it, without its cause. */
  readonly redactError: (error: unknown) => unknown;
}

const replacement = '•••';

export function createSecrets(environment: NodeJS.ProcessEnv = process.env): Secrets {
  const used = new Set<string>();

  const redactText = (text: string): string => {
    let clean = text;
    for (const secret of used) clean = clean.replaceAll(secret, replacement);
    return clean;
  };
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return redactText(value);
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [redactText(key), redact(item)]));
    }
    return value;
  };

  return {
    value: (name) => {
      const variable = `${secretVariablePrefix}${name}`;
      const value = environment[variable];
      if (value === undefined || value === '') {
        throw new AppError('environment.missing', `The secret ${name} is not set.`, {
          fix: `Set the environment variable ${variable} before starting Slipway.`,
          details: { secret: name },
        });
      }
      used.add(value);
      return value;
    },
    redactValue: <T>(value: T): T => (used.size === 0 ? value : (redact(value) as T)),
    redactError: (error) => {
      if (used.size === 0) return error;
      const { code, message, fix, details, nodeId } = toAppError(error);
      return new AppError(code, redactText(message), {
        fix: fix === undefined ? undefined : redactText(fix),
        details: redact(details) as Record<string, unknown> | undefined,
        nodeId,
      });
    },
  };
}
