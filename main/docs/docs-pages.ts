import { catalog, definitionOf } from '../../nodes/catalog.ts';
import { errorHelp } from '../../shared/docs/error-help.ts';
import { exampleGraph, exampleNeeds } from '../../shared/docs/example-graph.ts';
import type { ExampleNeed } from '../../shared/docs/example-parts.ts';
import { type DocumentedPort, kindPage } from '../../shared/docs/kind-page.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import { type NodeDefinition, type Stage, stages } from '../../shared/node/define-node.ts';
import { commandSummaries } from '../cli/commands.ts';
import { escapeHtml, htmlPage, htmlTable, markdownToHtml } from './html.ts';

const definitions: NodeDefinition[] = Object.values(catalog);
const stageTitles: Record<Stage, string> = {
  data: 'Data',
  feature: 'Feature',
  train: 'Train',
  serve: 'Serve',
  monitor: 'Monitor',
};

function navigation(root: string, current: string): string {
  const link = (href: string, text: string) =>
    `<li><a href="${root}${href}"${href === current ? ' aria-current="page"' : ''}>${escapeHtml(text)}</a></li>`;
  const kinds = stages.map((stage) => {
    const own = definitions.filter((definition) => definition.stage === stage);
    return `<h2>${stageTitles[stage]}</h2><ul>${own.map((definition) => link(`kinds/${definition.kind}.html`, definition.title)).join('')}</ul>`;
  });
  return [
    `<ul>${link('index.html', 'Slipway')}${link('commands.html', 'Commands')}${link('errors.html', 'Errors')}</ul>`,
    ...kinds,
  ].join('\n');
}

function ports(title: string, list: readonly DocumentedPort[]): string {
  if (list.length === 0) return '';
  const rows = list.map((port) => [
    `<code>${escapeHtml(port.name)}</code>`,
    escapeHtml(
      [port.types.join(' or '), port.many ? 'any number' : '', port.optional ? 'optional' : '']
        .filter(Boolean)
        .join(', '),
    ),
    escapeHtml(port.doc),
  ]);
  return `<h2>${title}</h2>${htmlTable(['Port', 'Type', 'What it is'], rows)}`;
}

const needs: Record<ExampleNeed, string> = {
  database: 'a database that can be reached, with its password as a secret',
  bucket: 'a bucket of an S3-compatible storage, with its keys as secrets',
  python: 'a Python with pandas and pyarrow, for models also scikit-learn',
  file: 'a file of yours',
  service: 'a feature service that another graph has made',
  address: 'a web address that answers with a table',
};

function exampleHtml(definition: NodeDefinition): string {
  const graph = exampleGraph(definition, definitionOf);
  const need = exampleNeeds(definition.kind);
  const rows = Object.entries(graph.nodes).map(([id, node]) => [
    `<code>${escapeHtml(id)}</code>`,
    `<a href="${node.kind}.html">${escapeHtml(definitionOf(node.kind)?.title ?? node.kind)}</a>`,
    graph.edges
      .filter((edge) => edge.to.startsWith(`${id}.`))
      .map((edge) => `<code>${escapeHtml(edge.from)}</code>`)
      .join(', '),
  ]);
  return [
    '<h2>Example</h2>',
    `<p><a href="${definition.kind}.slipway.json">${definition.kind}.slipway.json</a> ${need === undefined ? 'brings its data along: <code>slipway run</code> it, or open it in the app.' : `needs ${needs[need]}.`}</p>`,
    htmlTable(['Step', 'Node', 'Takes'], rows),
  ].join('\n');
}

function kindHtml(definition: NodeDefinition): string {
  const page = kindPage(definition);
  const params = page.params.map((param) => [
    `<code>${escapeHtml(param.name)}</code>${param.required ? ' <span class="soft">required</span>' : ''}`,
    escapeHtml([param.type, param.unit ?? ''].filter(Boolean).join(', ')),
    param.default === undefined ? '' : `<code>${escapeHtml(param.default)}</code>`,
    escapeHtml(param.description),
  ]);
  const examples = definition.examples.map(
    (example) =>
      `<h3>${escapeHtml(example.name)}</h3><p>${escapeHtml(example.note)}</p><pre>${escapeHtml(JSON.stringify({ kind: definition.kind, version: definition.version, params: example.params }, null, 2))}</pre>`,
  );
  return [
    `<h1>${escapeHtml(definition.title)}</h1>`,
    `<p class="soft mono">${escapeHtml(definition.kind)} · version ${definition.version}</p>`,
    `<p>${escapeHtml(definition.summary)}</p>`,
    markdownToHtml(definition.help),
    ports('Inputs', page.inputs),
    ports('Outputs', page.outputs),
    params.length === 0 ? '' : `<h2>Settings</h2>${htmlTable(['Name', 'Value', 'Default', 'What it does'], params)}`,
    exampleHtml(definition),
    `<h2>Examples of settings</h2>${examples.join('\n')}`,
  ].join('\n');
}

function errorsHtml(): string {
  const parts = Object.entries(errorHelp).map(([topic, help]) => {
    const codes = Object.entries(errorCodes).filter(([code]) => code.startsWith(`${topic}.`));
    const rows = codes.map(([code, { category, exitCode, httpStatus }]) => [
      `<code>${code}</code>`,
      category,
      String(exitCode),
      String(httpStatus),
    ]);
    return `<h2 id="${topic}">${escapeHtml(help.title)}</h2><p>${escapeHtml(help.text)}</p>${htmlTable(['Code', 'Category', 'Exit code', 'HTTP status'], rows)}`;
  });
  return `<h1>Errors</h1><p>Each error names the thing it is about and what to do; this page says more about each sort.</p>${parts.join('\n')}`;
}

function startHtml(): string {
  const parts = stages.map((stage) => {
    const rows = definitions
      .filter((definition) => definition.stage === stage)
      .map((definition) => [
        `<a href="kinds/${definition.kind}.html">${escapeHtml(definition.title)}</a>`,
        escapeHtml(definition.summary),
      ]);
    return `<h2>${stageTitles[stage]}</h2>${htmlTable(['Node', 'What it does'], rows)}`;
  });
  return `<h1>Slipway</h1><p>One graph from data to a live, monitored model. These pages are made from the node catalog of this version.</p>${parts.join('\n')}`;
}

function commandsHtml(): string {
  const rows = Object.entries(commandSummaries).map(([name, summary]) => [
    `<code>slipway ${name}</code>`,
    escapeHtml(summary),
  ]);
  return `<h1>Commands</h1><p>Every command takes <code>--json</code>, <code>--data-dir DIR</code> and <code>--help</code>, which lists its options.</p>${htmlTable(['Command', 'What it does'], rows)}`;
}

/** Every page of the documentation site, and the example graph of every kind: path → text. Pure. */
export function docsPages(): Record<string, string> {
  return {
    'index.html': htmlPage('Documentation', navigation('', 'index.html'), startHtml()),
    'commands.html': htmlPage('Commands', navigation('', 'commands.html'), commandsHtml()),
    'errors.html': htmlPage('Errors', navigation('', 'errors.html'), errorsHtml()),
    ...Object.fromEntries(
      definitions.flatMap((definition) => {
        const path = `kinds/${definition.kind}.html`;
        return [
          [path, htmlPage(definition.title, navigation('../', path), kindHtml(definition))],
          [
            `kinds/${definition.kind}.slipway.json`,
            `${JSON.stringify(exampleGraph(definition, definitionOf), null, 2)}\n`,
          ],
        ];
      }),
    ),
  };
}
