import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './run-slipway.ts';

interface Graph {
  nodes: Record<string, { kind: string; version: number; params: Record<string, unknown> }>;
  edges: { from: string; to: string }[];
}

/** Penguins with a search (6 trials) in place of its trainer, and a cross-validation of what it finds (3 folds). */
export function spreadGraph(): Graph {
  const path = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
  const graph = JSON.parse(readFileSync(path, 'utf8')) as Graph;
  const trainer = 'train.trees';
  graph.nodes['species'] = {
    kind: 'train.search',
    version: 1,
    params: { label: 'species', trainer, fixed: { trees: 10 }, trials: 6, pruner: 'asha' },
  };
  graph.nodes['folds'] = { kind: 'train.cross-validate', version: 1, params: { folds: 3, search: 'keep' } };
  graph.edges.push({ from: 'species.model', to: 'folds.model' });
  return graph;
}

/** A summary of the penguins of each species: three items that can be done side by side, and what comes after them. */
export function mappedGraph(): Graph & Record<'groups', object> {
  const { nodes, edges, ...penguins } = { ...spreadGraph(), layout: {} };
  const node = (kind: string, params: Record<string, unknown>) => ({ kind, version: 1, params });
  return {
    ...penguins,
    nodes: {
      penguins: nodes['penguins'] as Graph['nodes'][string],
      clean: nodes['clean'] as Graph['nodes'][string],
      species: node('graph.map', {
        group: 'summary',
        itemInput: 'rows',
        itemColumn: 'species',
        items: ['Adelie', 'Chinstrap', 'Gentoo'],
      }),
    },
    edges: [...edges.filter(({ to }) => to.startsWith('clean.')), { from: 'clean.table', to: 'species.rows' }],
    groups: {
      summary: {
        nodes: {
          mean: node('data.sql', { query: 'select avg(body_mass_g) as mass, count(*) as penguins from input' }),
        },
        edges: [],
        inputs: { rows: { to: ['mean.input'] } },
        outputs: { summary: { from: 'mean.table' } },
      },
    },
  };
}
