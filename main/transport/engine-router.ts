import { alertHandlers } from './handlers/alert.ts';
import { artifactHandlers } from './handlers/artifact.ts';
import { clusterHandlers } from './handlers/cluster.ts';
import { datasetHandlers } from './handlers/dataset.ts';
import { experimentHandlers } from './handlers/experiment.ts';
import { endpointHandlers } from './handlers/endpoint.ts';
import { engineHandlers } from './handlers/engine.ts';
import { exportHandlers } from './handlers/export.ts';
import { featureHandlers } from './handlers/feature.ts';
import { filesHandlers } from './handlers/files.ts';
import { graphHandlers } from './handlers/graph.ts';
import { keyHandlers } from './handlers/key.ts';
import { libraryHandlers } from './handlers/library.ts';
import { loopHandlers } from './handlers/loop.ts';
import { modelHandlers } from './handlers/model.ts';
import { monitorHandlers } from './handlers/monitor.ts';
import { readinessHandlers } from './handlers/readiness.ts';
import { replayHandlers } from './handlers/replay.ts';
import { runHandlers } from './handlers/run.ts';
import { rpc } from './rpc-base.ts';

/** The engine contract, implemented. */
export const engineRouter = rpc.router({
  engine: engineHandlers,
  graph: graphHandlers,
  files: filesHandlers,
  readiness: readinessHandlers,
  run: runHandlers,
  artifact: artifactHandlers,
  dataset: datasetHandlers,
  experiment: experimentHandlers,
  feature: featureHandlers,
  model: modelHandlers,
  endpoint: endpointHandlers,
  monitor: monitorHandlers,
  alert: alertHandlers,
  key: keyHandlers,
  library: libraryHandlers,
  loop: loopHandlers,
  replay: replayHandlers,
  export: exportHandlers,
  cluster: clusterHandlers,
});
