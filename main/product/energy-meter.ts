import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Zone {
  path: string;
  startMicrojoules: number;
  /** The counter starts again at 0 beyond this. */
  rangeMicrojoules: number;
}

/**
 * Begins to measure what the processors draw (Linux, RAPL); the function it gives tells the joules since, of everything
 * that ran on them. Undefined where the machine does not tell, which since 2020 it mostly does to the superuser only.
 */
export function startEnergyMeter(folder = '/sys/class/powercap'): () => number | undefined {
  const zones = readZones(folder);
  return () => {
    if (zones.length === 0) return undefined;
    let sum = 0;
    for (const { path, startMicrojoules, rangeMicrojoules } of zones) {
      const now = readNumber(join(path, 'energy_uj'));
      if (now === undefined) return undefined;
      sum += now >= startMicrojoules ? now - startMicrojoules : now + rangeMicrojoules - startMicrojoules;
    }
    return sum / 1e6;
  };
}

/** Whole processors: `intel-rapl:0`, not its parts `intel-rapl:0:1`. */
function readZones(folder: string): Zone[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      const startMicrojoules = /^intel-rapl:\d+$/.test(name) ? readNumber(join(path, 'energy_uj')) : undefined;
      if (startMicrojoules === undefined) return [];
      return [{ path, startMicrojoules, rangeMicrojoules: readNumber(join(path, 'max_energy_range_uj')) ?? 0 }];
    });
  } catch {
    return [];
  }
}

function readNumber(path: string): number | undefined {
  try {
    const value = Number(readFileSync(path, 'utf8'));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
