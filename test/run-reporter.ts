import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase } from 'vitest/node';

/**
 * Writes what the JSON reporter of Vitest leaves out to the file that `SLIPWAY_RUN_REPORT` names, as JSON:
 * `outside`, what failed outside of tests (a rejection nobody waits for, a worker that ended), as texts; `triedAgain`,
 * the tests that passed, but not at the first try.
 */
export default class RunReporter implements Reporter {
  private readonly triedAgain: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) {
      this.triedAgain.push(`${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`);
    }
  }

  onTestRunEnd(_modules: unknown, errors: readonly SerializedError[]): void {
    const file = process.env.SLIPWAY_RUN_REPORT;
    if (file === undefined) return;
    const outside = errors.map((error) => error.stack ?? error.message);
    writeFileSync(file, JSON.stringify({ outside, triedAgain: this.triedAgain }));
  }
}
