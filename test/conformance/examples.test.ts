import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog, definitionOf } from '../../nodes/catalog.ts';
import { exampleGraph } from '../../shared/docs/example-graph.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { examplesTogether, runningExamples as runs } from '../support/example-graphs.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { runSlipway } from '../support/run-slipway.ts';

const definitions: NodeDefinition[] = Object.values(catalog);
const graphOf = (definition: NodeDefinition): GraphDocument => exampleGraph(definition, definitionOf);

describe('examples of kinds', () => {
  let dir: string;
  let steps: { id: string; status: string; error?: { message?: string } }[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'slipway-examples-'));
    const path = join(dir, 'examples.slipway.json');
    writeFileSync(path, JSON.stringify(examplesTogether()));
    const { last, stderr } = await runSlipway(['run', path], dir);
    expect(last['type'], stderr).toBe('run.finished');
    steps = last['steps'] as typeof steps;
  }, 300_000);
  afterAll(() => removeFolder(dir));

  it.each(definitions.map((definition) => [definition.kind, definition] as const))(
    '%s: holds the kind, and is a graph without a problem',
    (kind, definition) => {
      const graph = graphOf(definition);
      expect(graph.nodes[kind.slice(kind.indexOf('.') + 1)]?.kind).toBe(kind);
      expect(readGraphText(JSON.stringify(graph), definitionOf).diagnostics).toEqual([]);
      for (const node of Object.values(graph.nodes)) {
        expect(definitionOf(node.kind)?.params.safeParse(node.params).error?.issues ?? []).toEqual([]);
      }
    },
  );

  it.each(runs.map((definition, index) => [definition.kind, index] as const))('%s: runs to its end', (_kind, index) => {
    const own = steps.filter(({ id }) => id.startsWith(`k${index}-`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(({ status }) => status !== 'executed' && status !== 'cached')).toEqual([]);
  });

  it.skip.each(definitions.filter(({ kind }) => !runs.some((other) => other.kind === kind)).map(({ kind }) => [kind]))(
    '%s: runs, given a server, file or Python of its own',
    () => {},
  );
});
