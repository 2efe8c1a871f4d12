import { readFileSync } from 'node:fs';
import { processesOf } from '../perf/process-tree-memory.ts';

/** Processes that serve the endpoints of an engine (Linux). */
export function servingProcessesOf(enginePid: number): number[] {
  return processesOf(enginePid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('serving-process');
    } catch {
      return false;
    }
  });
}
