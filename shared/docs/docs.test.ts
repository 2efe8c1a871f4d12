import { describe, expect, it } from 'vitest';
import { catalog } from '../../nodes/catalog.ts';
import { errorCodes, topicOfError } from '../errors/codes.ts';
import type { NodeDefinition } from '../node/define-node.ts';
import { errorHelp } from './error-help.ts';
import { kindPage } from './kind-page.ts';

const definitions: NodeDefinition[] = Object.values(catalog);

describe('documentation', () => {
  it.each(Object.keys(errorCodes))('says what helps with %s', (code) => {
    expect(errorHelp[topicOfError(code)]?.text.length).toBeGreaterThan(20);
  });

  it.each(definitions.map((definition) => [definition.kind, definition] as const))(
    'describes %s',
    (_kind, definition) => {
      const page = kindPage(definition);
      for (const port of [...page.inputs, ...page.outputs]) expect(port.doc, port.name).not.toBe('');
      for (const param of page.params) {
        expect(param.description, param.name).not.toBe('');
        expect(param.type, param.name).not.toBe('');
      }
      for (const example of definition.examples) {
        expect(definition.params.safeParse(example.params).success, example.name).toBe(true);
      }
    },
  );
});
