import type { Command } from './command.ts';

/** Command → lazy import, so that `--help` and small commands load no native library. */
export const commandLoaders: Record<string, () => Promise<Command>> = {
  validate: async () => (await import('./commands/validate.ts')).validateCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  up: async () => (await import('./commands/up.ts')).upCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  'bench-endpoint': async () => (await import('./commands/bench-endpoint.ts')).benchEndpointCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  apply: async () => (await import('./commands/apply.ts')).applyCommand,
  delete: async () => (await import('./commands/delete.ts')).deleteCommand,
  ui: async () => (await import('./commands/ui.ts')).uiCommand,
  templates: async () => (await import('./commands/templates.ts')).templatesCommand,
  features: async () => (await import('./commands/features.ts')).featuresCommand,
  models: async () => (await import('./commands/models.ts')).modelsCommand,
  runs: async () => (await import('./commands/runs.ts')).runsCommand,
  artifacts: async () => (await import('./commands/artifacts.ts')).artifactsCommand,
  drift: async () => (await import('./commands/drift.ts')).driftCommand,
  readiness: async () => (await import('./commands/readiness.ts')).readinessCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

export const commandSummaries: Record<string, string> = {
  validate: 'Check a graph and list its problems',
  plan: 'Say which steps would run and why',
  run: 'Run the data, feature and train part of a graph',
  up: 'Run a graph, then keep its endpoints and monitors up',
  serve: 'Serve a registered model, an ONNX file or a model repository',
  'bench-endpoint': 'Load an endpoint and find the rate at which its latency breaks',
  export: 'Write the bundle that runs the graph on a cluster',
  apply: 'Apply a bundle to a cluster and show what its steps are doing',
  delete: 'Delete what was applied of a bundle',
  ui: 'Serve the app to a browser',
  templates: 'List sample graphs, or start a new one',
  features: 'List feature views; bring them into the online store, push rows',
  models: 'List registered models; promote a version',
  runs: 'List runs and their steps',
  artifacts: 'List or show results; free space',
  drift: 'Compare two tables column by column',
  readiness: 'Say what stands between a graph and production',
  doctor: 'Say what this machine can do and what is wrong with it',
};
