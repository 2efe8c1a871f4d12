import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEnergyMeter } from './energy-meter.ts';

it('adds up whole processors, over a counter that starts again, and says nothing where the machine does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'powercap-'));
  try {
    expect(startEnergyMeter(folder)()).toBeUndefined();
    expect(startEnergyMeter(join(folder, 'none'))()).toBeUndefined();
    const set = (zone: string, microjoules: number) => {
      mkdirSync(join(folder, zone), { recursive: true });
      writeFileSync(join(folder, zone, 'energy_uj'), `${microjoules}\n`);
      writeFileSync(join(folder, zone, 'max_energy_range_uj'), '10000000\n');
    };
    set('intel-rapl:0', 1_000_000);
    set('intel-rapl:0:0', 500);
    set('intel-rapl:1', 9_000_000);
    const read = startEnergyMeter(folder);
    set('intel-rapl:0', 3_500_000);
    set('intel-rapl:1', 2_000_000);
    expect(read()).toBeCloseTo(2.5 + 3, 9);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
