import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { openSharedEndpoint } from './shared-endpoint.ts';

it('names an endpoint that the graph lacks', async () => {
  const file = new URL('../../../resources/templates/penguins.slipway.json', import.meta.url);
  const graph: unknown = JSON.parse(await readFile(file, 'utf8'));
  const unused = {} as ArtifactDriver;
  await expect(openSharedEndpoint(graph, { models: unused, requests: unused }, 'nope')).rejects.toThrow('“nope”');
});
