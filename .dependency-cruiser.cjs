/** Import rules of ARCHITECTURE.md. Each rule is also what a reviewer would say. */
const testFiles = '\\.test\\.tsx?$';
const definitions = '^nodes/(catalog\\.ts|.*/definition\\.ts)$';
const runnerFiles = '^nodes/(runners\\.ts|.*/(run|open|lower)\\.ts)$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-stands-alone',
      comment: 'shared is isomorphic: it may use itself and four small packages',
      severity: 'error',
      from: { path: '^shared/', pathNot: testFiles },
      to: { pathNot: ['^shared/', 'node_modules/(zod|@noble/hashes|canonicalize|@orpc/contract)/'] },
    },
    {
      name: 'definitions-are-pure-data',
      comment: 'definitions reach the renderer: no Node, no native package, no runner, no engine',
      severity: 'error',
      from: { path: definitions },
      to: { pathNot: ['^shared/', '^nodes/(.*/definition\\.ts|lib/.*)$', 'node_modules/zod/'] },
    },
    {
      name: 'definitions-reach-nothing-native',
      severity: 'error',
      from: { path: definitions },
      to: { reachable: true, path: ['^main/', 'node_modules/(onnxruntime-node|@duckdb|better-sqlite3)/'] },
    },
    {
      name: 'runners-use-engine-libraries-only',
      comment: 'a step gets everything else through its context, so that it runs the same in a worker and in a pod',
      severity: 'error',
      from: { path: runnerFiles, pathNot: testFiles },
      to: { path: ['^main/(?!compute/)', '^renderer/', 'node_modules/electron/'] },
    },
    {
      name: 'no-sibling-kinds',
      severity: 'error',
      from: { path: '^nodes/([^/]+/[^/]+)/', pathNot: testFiles },
      to: { path: '^nodes/[^/]+/[^/]+/(run|open|lower)\\.ts$', pathNot: '^nodes/$1/' },
    },
    {
      name: 'compute-is-a-leaf',
      comment: 'the engine libraries know nothing of kinds, engine or store',
      severity: 'error',
      from: { path: '^main/compute/', pathNot: testFiles },
      to: { path: ['^main/(?!compute/)', '^nodes/', '^renderer/', 'node_modules/(electron|better-sqlite3)/'] },
    },
    {
      name: 'store-below-engine',
      severity: 'error',
      from: { path: '^main/(store|tracking)/', pathNot: testFiles },
      to: { path: '^main/(engine|serving|monitoring|cluster|transport|electron|cli)/' },
    },
    {
      name: 'streams-below-engine',
      severity: 'error',
      from: { path: '^main/streams/', pathNot: testFiles },
      to: { path: ['^main/(?!streams/|compute/|store/)', '^nodes/', '^renderer/'] },
    },
    {
      name: 'serving-below-engine',
      severity: 'error',
      from: { path: '^main/(serving|monitoring|features)/', pathNot: testFiles },
      to: { path: '^main/(engine|cluster|transport|electron|cli)/' },
    },
    {
      name: 'engine-knows-no-host',
      comment: 'the engine does not know Electron, transports or the command line exist',
      severity: 'error',
      from: { path: '^main/(engine|store|tracking|serving|features|monitoring|cluster|compute)/', pathNot: testFiles },
      to: { path: ['^main/(transport|electron|cli)/', '^renderer/', 'node_modules/electron/'] },
    },
    {
      name: 'export-reads-plans-not-the-scheduler',
      severity: 'error',
      from: { path: '^main/cluster/', pathNot: testFiles },
      to: { path: '^main/(engine|serving|monitoring)/' },
    },
    {
      name: 'shell-only-shows-windows',
      comment: 'DuckDB, ONNX Runtime and SQLite live in the engine process',
      severity: 'error',
      from: { path: '^main/electron/', pathNot: testFiles },
      to: { path: ['^main/(?!electron/)', '^nodes/', '^renderer/', 'node_modules/(onnxruntime-node|@duckdb|better-sqlite3)/'] },
    },
    {
      name: 'renderer-knows-contracts-only',
      severity: 'error',
      from: { path: '^renderer/', pathNot: [testFiles, '^renderer/vite\\.config\\.ts$'] },
      to: { path: ['^main/', '^nodes/(runners\\.ts|.*/(run|open|lower)\\.ts)$', 'node_modules/electron/'] },
    },
    {
      name: 'renderer-reaches-nothing-native',
      severity: 'error',
      from: { path: '^renderer/', pathNot: [testFiles, '^renderer/vite\\.config\\.ts$'] },
      to: { reachable: true, path: ['^main/', 'node_modules/(onnxruntime-node|@duckdb|better-sqlite3|electron)/'] },
    },
    {
      name: 'product-never-needs-tests',
      severity: 'error',
      from: { path: '^(shared|nodes|main|renderer)/', pathNot: testFiles },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^\\.cache/', '/assembly/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
