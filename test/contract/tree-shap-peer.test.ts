import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTreeShap } from '../../main/compute/explain/tree-shap.ts';
import { runPeer } from '../perf/peers/run-peer.ts';
import { lightgbmModel } from '../support/lightgbm-model.ts';
import { pythonWith } from '../support/python-with.ts';
import { removeFolder } from '../support/remove-folder.ts';

const [rows, width, trees, leaves] = [500, 8, 30, 31];
const hasPeer = process.env['SLIPWAY_PEERS_PYTHON'] !== undefined && pythonWith('lightgbm') !== undefined;
if (!hasPeer) {
  process.stderr.write(
    'SKIPPED: no LightGBM in SLIPWAY_PEERS_PYTHON, so TreeSHAP is not compared with pred_contrib.\n',
  );
}

test.skipIf(!hasPeer)('SHAP values of a LightGBM model are those of its pred_contrib', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tree-shap-'));
  try {
    const answer = await runPeer(
      'lightgbm_contributions.py',
      [folder, rows, width, trees, leaves].map(String),
      (text) => process.stderr.write(`${text}\n`),
    );
    expect(answer).toMatchObject({ classes: 3 });
    const read = (name: string) => Uint8Array.from(readFileSync(join(folder, name))).buffer;
    const values = new Float32Array(read('rows.f32'));
    const theirs = new Float64Array(read('contributions.f64'));
    const columnMajor = Float32Array.from(
      values,
      (_, i) => values[(i % rows) * width + Math.floor(i / rows)] as number,
    );
    const shap = createTreeShap(lightgbmModel(JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'))));
    let largest = 0;
    for (let output = 0; output < 3; output++) {
      const ours = shap.explain(columnMajor, rows, output);
      for (let row = 0; row < rows; row++) {
        const at = (row * 3 + output) * (width + 1);
        for (let f = 0; f < width; f++) {
          largest = Math.max(largest, Math.abs((theirs[at + f] as number) - (ours[f * rows + row] as number)));
        }
        largest = Math.max(largest, Math.abs((theirs[at + width] as number) - (shap.base[output] as number)));
      }
    }
    // Leaf values of ours are float32.
    expect(largest).toBeLessThan(1e-5);
    expect(theirs.some((value) => Math.abs(value) > 0.5)).toBe(true);
  } finally {
    await removeFolder(folder);
  }
});
