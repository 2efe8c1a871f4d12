import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter } from 'vitest/node';

/**
 * Writes what failed outside of tests (a rejection nobody waits for, a worker that ended) to the file that
 * `SLIPWAY_UNHANDLED_ERRORS` names, a JSON list of texts: the JSON reporter of Vitest leaves them out.
 */
export default class UnhandledErrorsReporter implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly SerializedError[]): void {
    const file = process.env.SLIPWAY_UNHANDLED_ERRORS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(errors.map((error) => error.stack ?? error.message)));
  }
}
