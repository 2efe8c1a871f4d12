import { engineText } from '../translation/engine-text.ts';
import type { LogLine } from '../state/run-view.ts';

export type LogLevel = LogLine['level'];

/** Least important first. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LogFilter {
  /** Only this step. */
  nodeId: string | undefined;
  /** This level and worse. */
  level: LogLevel;
  /** Case-insensitive; empty: all. */
  search: string;
}

export function filterLog(lines: readonly LogLine[], filter: LogFilter): LogLine[] {
  const least = logLevels.indexOf(filter.level);
  const needle = filter.search.trim().toLowerCase();
  return lines.filter(
    (line) =>
      (filter.nodeId === undefined || line.nodeId === filter.nodeId) &&
      logLevels.indexOf(line.level) >= least &&
      (needle === '' ||
        line.text.toLowerCase().includes(needle) ||
        engineText(line.text).toLowerCase().includes(needle) ||
        line.nodeId.toLowerCase().includes(needle)),
  );
}

/** As plain text, a line each, for the clipboard and files. */
export function logText(lines: readonly LogLine[]): string {
  return lines
    .map((line) => `${new Date(line.timeMs).toISOString()} ${line.nodeId} ${line.level} ${line.text}`)
    .join('\n');
}
