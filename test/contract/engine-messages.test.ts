import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { engineMessages } from '../../renderer/translation/german/engine-messages/engine-messages.ts';
import { parameterMessages } from '../../renderer/translation/german/engine-messages/parameters.ts';
import { MessageMatcher } from '../../renderer/translation/message-matcher.ts';
import { type EngineMessage, extractMessages, sourceFiles } from '../support/engine-messages.ts';

/** Sources whose messages nobody sees in the app. */
const leftOut = [
  // The command line and the launcher speak English; the app shows none of their texts.
  /^main\/(cli|launch)\//,
  // Documentation, model cards' pages and rule files are documents in English.
  /^(main|shared)\/docs\//,
  /^shared\/monitoring\/(prometheus|grafana|alertmanager|drift-html)/,
  // Answers to MLflow clients.
  /^main\/transport\/mlflow\//,
  // `slipway serve` of a folder: its settings, keys, certificates, log and metric pages have no screen.
  /^main\/serving\/(tls-files|model-repository|server-settings|audit-log|openapi|metrics-page)/,
  /^main\/serving\/(keys|fronts|prediction-log|payload-log|tracing)\//,
  /^main\/serving\/load-test\/load-requests/,
  // Texts inside exported bundles, and the checks of our own objects.
  /^main\/cluster\/(bundle-readme|kustomize|lint-objects|validate-objects)/,
];

function extract(): EngineMessage[] {
  return extractMessages({
    files: sourceFiles(['shared', 'nodes', 'main'], leftOut),
    errors: ['Failure', 'ApiFailure', 'WorkerLost'],
    properties: [
      { under: '', names: ['fix', 'message', 'reason'] },
      { under: 'shared/graph/', names: ['reasons'] },
      { under: 'shared/plan/', names: ['reasons'] },
      { under: 'main/engine/', names: ['reasons', 'why', 'title', 'text', 'warnings'] },
      { under: 'nodes/', names: ['text', 'warnings', 'notes'] },
      { under: 'main/trust/', names: ['what'] },
      { under: 'main/compute/devices/', names: ['why', 'label'] },
      { under: 'nodes/lib/feature-step', names: ['label'] },
      { under: 'nodes/train/evaluate/comparison', names: ['label'] },
      { under: 'main/compute/nn/', names: ['why', 'text'] },
      { under: 'main/compute/explain/', names: ['note', 'warnings'] },
      { under: 'main/readiness/', names: ['title', 'why', 'text', 'label'] },
      { under: 'main/monitoring/', names: ['text', 'sentences', 'title'] },
      { under: 'main/cluster/targets.ts', names: ['summary'] },
      { under: 'main/doctor/', names: ['text'] },
    ],
    handedOn: ['doing', 'use', 'lessMemory', 'expected', 'says', 'found'],
    calls: [
      { written: /^(ctx|context)\.log$|^log$|^this\.say$/, from: 1 },
      { written: /^warnings\.push$|^(context\.)?warn$|^this\.context\.warn$/, from: 0 },
      { under: 'main/engine/retrain-loop', written: /^record$/, from: 2 },
      { under: 'shared/plan/explain', written: /^note$/, from: 1 },
      { under: 'shared/plan/', written: /^blocked\.set$/, from: 1 },
      { under: 'main/compute/drift/shift-in-words', written: /^parts\.push$/, from: 0 },
      { under: 'main/compute/explain/', written: /^unsupported$/, from: 0 },
      { under: 'main/readiness/', written: /^open$/, from: 0 },
      { under: 'main/monitoring/', written: /^finding$|^sentences\.push$/, from: 0 },
      { under: 'nodes/', written: /\.(regex|refine)$/, from: 1 },
      { under: 'shared/graph/', written: /\.(regex|refine)$/, from: 1 },
    ],
  });
}

const { parameters: _parameters, ...bySource } = engineMessages;
const german = new Map(Object.values(bySource).flatMap((messages) => Object.entries(messages)));
const matcher = new MessageMatcher(Object.values(engineMessages));

function slotsOf(template: string): string[] {
  return [...new Set([...template.matchAll(/\{(\d+)\*?\}/g)].map((match) => match[1] ?? ''))].toSorted();
}

function filled(template: string, values: readonly string[]): string {
  return template.replaceAll(/\{(\d+)\*?\}/g, (_slot, number: string) => values[Number(number) - 1] ?? '');
}

describe('what the engine says', () => {
  let messages: EngineMessage[];
  beforeAll(() => {
    messages = extract();
  });

  it('is found in the sources', () => {
    expect(messages.length).toBeGreaterThan(2000);
    expect(messages.map(({ template }) => template)).toContain('The training table has no rows.');
  });

  it('has its German: add what is missing to renderer/translation/german/engine-messages', () => {
    const missing = messages.filter(({ template }) => !german.has(template));
    expect(missing.map(({ template, places }) => `${places[0]}: ${template}`).join('\n')).toBe('');
  });

  it('is still said: take out what no source says any more', () => {
    const said = new Set(messages.map(({ template }) => template));
    expect([...german.keys()].filter((template) => !said.has(template))).toEqual([]);
  });

  it('has the same slots in German', () => {
    const differing = [...german].filter(([en, de]) => slotsOf(en).join() !== slotsOf(de).join());
    expect(differing).toEqual([]);
    expect([...german.values()].filter((text) => text.trim() === '' || text.includes('*}'))).toEqual([]);
  });
});

describe('the translation of a message', () => {
  // Values as they are: names, numbers, paths, lists.
  const value = fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9_]{2,10}$/),
    fc.integer({ min: 0, max: 1e6 }).map(String),
    fc.stringMatching(/^\/[a-z]{2,6}\/[a-z]{2,6}\.[a-z]{3}$/),
    fc
      .tuple(fc.stringMatching(/^[a-z]{3}_[0-9]$/), fc.stringMatching(/^[a-z]{3}_[0-9]$/))
      .map((pair) => pair.join(', ')),
  );

  it('gives each message its own German, with the same values', () => {
    const wrong: string[] = [];
    for (const [en, de] of german) {
      if (/\}\{/.test(en) || en.replaceAll(/\{\d+\*?\}|[^\p{L}]/gu, '').length < 6) continue;
      fc.assert(
        fc.property(fc.array(value, { minLength: 9, maxLength: 9 }), (drawn) => {
          // A list where the message has a comma between two values could be read in two ways.
          const values = en.includes('}, {') ? drawn.map((text) => text.replaceAll(', ', '-')) : drawn;
          const said = matcher.translate(filled(en, values));
          if (said !== filled(de, values)) wrong.push(`${filled(en, values)} → ${said}, not ${filled(de, values)}`);
        }),
        { numRuns: 3, seed: 11 },
      );
    }
    expect(wrong.slice(0, 40).join('\n')).toBe('');
  });

  it.each([
    [
      'The label “delay” is also one of the columns the features use.',
      'Die Zielspalte „delay“ ist auch eine der Spalten, die die Merkmale nutzen.',
    ],
    // Texts of the engine inside another.
    [
      'flights.xlsx is no workbook that can be read: it is not a zip file.',
      'flights.xlsx ist keine lesbare Arbeitsmappe: es ist keine ZIP-Datei.',
    ],
    [
      'Expected that “delay” is not missing, but 3 rows break it.',
      'Erwartet wird, dass „delay“ nicht fehlt, aber 3 Zeilen brechen das.',
    ],
    ['Nothing of the graph can run: "load" cannot run: a.csv is empty. (and 2 more)', undefined],
    // Sentences put together.
    [
      'No label is chosen. Choose the column to predict.',
      'Es ist keine Zielspalte gewählt. Wähle die Spalte, die vorhergesagt wird.',
    ],
    // Words of a database stay as they are, and names are never translated.
    [
      'The query has an error in line 2: syntax error at or near "FORM"',
      'Die Abfrage hat einen Fehler in Zeile 2: syntax error at or near "FORM"',
    ],
    ['Column “a number” is not in the table.', 'Die Spalte „a number“ ist nicht in der Tabelle.'],
    ['The quick brown fox jumps over the lazy dog.', undefined],
    ['', undefined],
  ])('%s', (english, expected) => {
    if (expected !== undefined || !english.startsWith('Nothing')) expect(matcher.translate(english)).toBe(expected);
    else expect(matcher.translate(english)).toContain('Nichts vom Graphen kann laufen');
  });

  it('knows what the checker of parameters says', () => {
    const said = [
      z.number().safeParse('x'),
      z.number().min(1).safeParse(0),
      z.number().positive().safeParse(0),
      z.number().max(5).safeParse(9),
      z.number().lt(5).safeParse(9),
      z.int().safeParse(1.5),
      z.string().min(2).safeParse('a'),
      z.string().max(2).safeParse('abc'),
      z.array(z.string()).min(1).safeParse([]),
      z.array(z.string()).max(1).safeParse(['a', 'b']),
      z.enum(['a', 'b']).safeParse('c'),
      z.literal('a').safeParse('c'),
      z.string().regex(/^a$/).safeParse('b'),
      z.string().startsWith('pkg:').safeParse('b'),
      z.number().multipleOf(2).safeParse(3),
      z.url().safeParse('b'),
      z.strictObject({}).safeParse({ a: 1 }),
      z.strictObject({}).safeParse({ a: 1, b: 2 }),
      z.record(z.enum(['a']), z.number()).safeParse({ b: 1 }),
      z.union([z.string(), z.number()]).safeParse(true),
    ].flatMap((outcome) => outcome.error?.issues.map(({ message }) => message) ?? []);
    expect(said.length).toBeGreaterThan(18);
    expect(said.filter((message) => matcher.translate(message) === undefined)).toEqual([]);
    expect(Object.keys(parameterMessages).length).toBeGreaterThan(15);
  });

  it('takes hostile texts in its stride', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: fc.constantFrom('. ', ': ', 'The ', '“', '”', ' has ', 'it', '; ', '(') }),
        (text) => {
          matcher.translate(text);
        },
      ),
      { numRuns: 50, seed: 11 },
    );
    expect(matcher.translate('x'.repeat(1e6))).toBeUndefined();
  });
});
