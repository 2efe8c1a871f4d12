import type { Diagnostic } from '../../shared/graph/diagnostic.ts';

/** One line per problem, its fix below it. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((entry) => {
    const where = [entry.node, entry.field].filter((part) => part !== undefined).join('.');
    const fix = entry.fix === undefined ? '' : `\n    ${entry.fix}`;
    return `${entry.severity}: ${where === '' ? '' : `${where}: `}${entry.message}${fix}`;
  });
}
