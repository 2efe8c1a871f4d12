import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalog } from '../../nodes/catalog.ts';
import { errorHelp } from '../../shared/docs/error-help.ts';
import { type NodeDefinition, portsOf } from '../../shared/node/define-node.ts';
import { germanErrorHelp, germanKinds, labels, options, texts } from './german/german.ts';
import { chooseLanguage, kindHelp, kindSummary, kindWords, labelOf, optionText, wordsOf } from './kind-text.ts';

const definitions: NodeDefinition[] = Object.values(catalog);

interface Schema {
  description?: string;
  section?: string;
  unit?: string;
  label?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Every label, choice and text of a kind's definition. */
function saidBy(definition: NodeDefinition): { labels: Set<string>; options: Set<string>; texts: Set<string> } {
  const said = { labels: new Set<string>(), options: new Set<string>(), texts: new Set<string>() };
  const visit = (schema: Schema | boolean | undefined): void => {
    if (typeof schema !== 'object') return;
    if (schema.description !== undefined) said.texts.add(schema.description);
    for (const label of [schema.section, schema.unit, schema.label]) if (label) said.labels.add(label);
    for (const value of schema.enum ?? [])
      if (typeof value === 'string' && value !== '') said.options.add(wordsOf(value));
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (property.label === undefined) said.labels.add(wordsOf(name));
      visit(property);
    }
    visit(schema.items);
    visit(schema.additionalProperties);
    for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) visit(part);
  };
  visit(z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as Schema);
  if (definition.lowering?.onnx === false) said.texts.add(definition.lowering.why);
  for (const example of definition.examples) {
    said.texts.add(example.name).add(example.note);
    const ports = portsOf(definition, example.params);
    for (const port of [...Object.values(ports.inputs), ...Object.values(ports.outputs)]) said.texts.add(port.doc);
  }
  return said;
}

describe('kinds in German', () => {
  it.each(definitions.map((definition) => [definition.kind, definition] as const))(
    '%s: says everything about itself',
    (kind, definition) => {
      const said = saidBy(definition);
      const missing = [
        ...[...said.labels].filter((label) => !labels[label]).map((label) => `label ${label}`),
        ...[...said.options].filter((option) => !options[option]).map((option) => `choice ${option}`),
        ...[...said.texts].filter((text) => !texts[text]).map((text) => `text ${text}`),
      ];
      expect(missing).toEqual([]);
      expect(germanKinds[kind]?.summary ?? '').not.toBe('');
      expect(germanKinds[kind]?.help.length ?? 0).toBeGreaterThan(definition.help.length / 2);
    },
  );

  it('holds no kind that is gone', () => {
    expect(Object.keys(germanKinds).filter((kind) => !Object.hasOwn(catalog, kind))).toEqual([]);
  });
});

it('says what helps with every sort of error', () => {
  expect(Object.keys(germanErrorHelp).toSorted()).toEqual(Object.keys(errorHelp).toSorted());
});

describe('the language of kinds', () => {
  beforeAll(() => chooseLanguage('en'));
  afterEach(() => chooseLanguage('en'));
  const impute = catalog['feature.impute'];

  it('is that of the app', async () => {
    expect(labelOf('learningRate')).toBe('Learning rate');
    expect(optionText('roc-auc')).toBe('ROC AUC');
    expect(kindSummary(impute)).toBe(impute.summary);
    await chooseLanguage('de');
    expect(labelOf('learningRate')).toBe('Lernrate');
    expect(optionText('mostFrequent')).toBe('Häufigster');
    expect(kindWords('Columns to fill: numbers, booleans and text.')).toContain('gefüllt');
    expect(kindHelp(impute)).toContain('Füllwert');
  });

  it('stays English where there is no German', async () => {
    await chooseLanguage('de');
    expect(kindWords('Of a plugin.')).toBe('Of a plugin.');
    expect(kindSummary({ kind: 'data.plugin', summary: 'A plugin', help: '' })).toBe('A plugin');
  });
});
