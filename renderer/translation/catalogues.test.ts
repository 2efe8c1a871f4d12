import { describe, expect, it } from 'vitest';
import { catalogues } from './define-text.ts';

const modules = import.meta.glob<{ t: object }>(
  ['../*/text.ts', '../inspector/form-text.ts', '../desktop/settings-text.ts', '../shell/panels-text.ts'],
  { eager: true },
);

/** Words that are the same in both languages. */
const alike =
  /^(Slipway|Name|Status|Version|Start|Champion|Challenger|Port|Ports|Code|Cluster|Home|Alias|Token|Parameter|Index|Minimum|Maximum|System|Text|Format|Server|Information|Info|Log|Logs|Graph|Details|Trial|Trials|Shadow|Canary|Digest|Region|Bundle|Namespace|Pod|Pods|Import|Export|Test|Tests|Median|Profil|Job|Jobs|Batch|Experiment|Alarm|Router|NVIDIACUDA|PRAUC|Problem|Monitor|POSTvfeedback|ROCAUC|registryslipwayenginesha|NVIDIATensorRT|DirectML|CoreML|WebGPU|Plan|Engine|ms|in|Markdown|Training|Min|Max|SD|Replica|Replicas|Redis|Ray|MiB)$/i;

function hasWords(text: string): boolean {
  return /\p{L}{2,}/u.test(text);
}

describe('catalogues', () => {
  it('are found', () => {
    expect(Object.keys(modules).length).toBeGreaterThan(5);
  });

  it.each(Object.entries(modules))('%s says everything in German, with the same values', (_file, { t }) => {
    const both = catalogues.get(t);
    expect(both).toBeDefined();
    const problems: string[] = [];
    const compare = (path: string, en: unknown, de: unknown): void => {
      if (typeof en === 'string') {
        if (typeof de !== 'string' || (de.trim() === '' && en.trim() !== '')) problems.push(`${path}: no German`);
        else if (de === en && hasWords(en) && en.split(/\s+/).length > 1 && !alike.test(en.replace(/[^\p{L}]/gu, '')))
          problems.push(`${path}: still English`);
        else if (de === en && hasWords(en) && !alike.test(en.replace(/[^\p{L}]/gu, '')))
          problems.push(`${path}: the same word, ${en}`);
      } else if (typeof en === 'function' && typeof de === 'function') {
        const args = Array.from({ length: en.length }, (_, index) => 7301 + index);
        const said = [String(en(...args)), String(de(...args))] as const;
        for (const value of args) {
          if (said[0].includes(String(value)) && !said[1].includes(String(value))) {
            problems.push(`${path}: the German leaves out an argument`);
          }
        }
      } else if (typeof en === 'object' && en !== null && typeof de === 'object' && de !== null) {
        for (const key of Object.keys({ ...en, ...de })) {
          compare(`${path}.${key}`, (en as Record<string, unknown>)[key], (de as Record<string, unknown>)[key]);
        }
      } else problems.push(`${path}: not the same sort of entry`);
    };
    for (const key of Object.keys(both?.en ?? {})) compare(key, both?.en[key], both?.de[key]);
    expect(problems).toEqual([]);
  });
});
