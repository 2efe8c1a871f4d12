import type { Diagnostic } from '../../../shared/graph/diagnostic.ts';
import type { Command } from '../command.ts';
import { diagnosticLines } from '../diagnostic-lines.ts';
import { withEngine } from '../open-engine.ts';
import { graphJson, readGraphFile } from '../read-graph.ts';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'Checks a graph: its form, its parameters, its edges and, as far as files can be read, its columns.',
  usage: 'GRAPH',
  positionals: 1,
  options: {},
  optionHelp: {},
  async run(context) {
    const file = await readGraphFile(context.positionals[0]);
    const graph = graphJson(file);
    const report = (diagnostics: Diagnostic[]): number => {
      const ok = !diagnostics.some((entry) => entry.severity === 'error');
      const text = [...diagnosticLines(diagnostics), ok ? 'The graph is valid.' : 'The graph has errors.'].join('\n');
      context.output.result({ ok, diagnostics }, text);
      return ok ? 0 : 2;
    };
    if ('diagnostics' in graph) return report(graph.diagnostics);
    return withEngine(
      context,
      async (engine) =>
        report((await engine.analyze(graph.document, { baseDir: file.baseDir, signal: context.signal })).diagnostics),
      { lookOnly: true },
    );
  },
};
