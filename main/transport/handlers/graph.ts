import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { exportContextOf } from '../../cluster/context-of-graph.ts';
import { supportedTargets } from '../../cluster/supported-targets.ts';
import { listTemplates, readTemplate } from '../../engine/templates.ts';
import { trustQuestion, unseenNodes } from '../../trust/require-trust.ts';
import { importGraphText, openGraphFile, saveGraphFile } from '../graph-files.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';

/** Folder that relative paths in a graph start from. */
export function baseDirOf(context: Services, path: string | undefined): string {
  return path === undefined ? context.graphsDir : dirname(path);
}

export const graphHandlers = {
  list: rpc.graph.list.handler(({ context }) => context.engine.recentGraphs.list()),
  open: rpc.graph.open.handler(async ({ input, context }) => {
    const { document, path, modifiedMs, diagnostics, writable } = await openGraphFile(input.path);
    if (document === undefined) {
      context.engine.recentGraphs.forget(path);
      throw new AppError('graph.invalid', `${path} is no graph: ${diagnostics[0]?.message ?? ''}`, {
        fix: diagnostics[0]?.fix,
        details: { diagnostics },
      });
    }
    context.engine.recentGraphs.remember({ path, id: document.id, name: document.name, modifiedMs });
    return { path, document, diagnostics, writable, modifiedMs };
  }),
  // None of the person's own folders, so that its files are restricted.
  import: rpc.graph.import.handler(({ input, context }) =>
    importGraphText(input.text, join(context.engine.dataDir, 'imported')),
  ),
  save: rpc.graph.save.handler(async ({ input, context }) => {
    // Before the file changes: a graph opened from elsewhere stays restricted wherever it is saved.
    const state = await context.trust.stateOf(input.from);
    const saved = await saveGraphFile(input.document, input.path, context.graphsDir, input.knownMs);
    // For what was written: another program may have written since.
    await context.trust.decide(saved.path, state, saved.digest);
    context.engine.recentGraphs.remember(saved);
    return { path: saved.path, modifiedMs: saved.modifiedMs };
  }),
  trust: rpc.graph.trust.handler(async ({ input, context }) => {
    const { state, needs, digest } = await trustQuestion(context.trust, input);
    return { state, needs: needs.map(({ node, title, what }) => ({ node, title, what })), digest };
  }),
  decideTrust: rpc.graph.decideTrust.handler(async ({ input, context }) => {
    await context.trust.decide(input.path, input.state, input.digest);
    return { state: input.state };
  }),
  modified: rpc.graph.modified.handler(async ({ input }) => {
    const times = input.paths.map(
      async (path) => [path, (await stat(path).catch(() => undefined))?.mtimeMs ?? null] as const,
    );
    return Object.fromEntries(await Promise.all(times));
  }),
  analyze: rpc.graph.analyze.handler(async ({ input, context, signal }) => {
    const unseen = await unseenNodes(context.trust, input);
    return context.engine.analyze(input.document, {
      baseDir: baseDirOf(context, input.path),
      unseen,
      ...(signal === undefined ? {} : { signal }),
    });
  }),
  catalog: rpc.graph.catalog.handler(async ({ input, context }) => {
    const baseDir = baseDirOf(context, input.path);
    const unseen = await unseenNodes(context.trust, input);
    return context.engine.databaseCatalog(input.document, { step: input.step, baseDir, unseen });
  }),
  templates: rpc.graph.templates.handler(async () =>
    (await listTemplates()).map((template) => {
      const graph = readGraphText(template.text, definitionOf);
      const description = graph.document?.['description'];
      return {
        id: template.id,
        name: graph.document?.name ?? template.id,
        description: typeof description === 'string' ? description : '',
        targets: ['local', ...supportedTargets(exportContextOf(graph))],
      };
    }),
  ),
  openTemplate: rpc.graph.openTemplate.handler(async ({ input }) => {
    const { document, diagnostics } = readGraphText((await readTemplate(input.id)).text, definitionOf);
    if (document === undefined) throw new AppError('internal.bug', `The template ${input.id} is no graph.`);
    return { document, diagnostics, writable: true };
  }),
};
