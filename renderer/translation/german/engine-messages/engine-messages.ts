import { clusterMessages } from './cluster.ts';
import { computeMessages } from './compute.ts';
import { dataMessages } from './data.ts';
import { featuresMessages } from './features.ts';
import { graphMessages } from './graph.ts';
import { machineMessages } from './machine.ts';
import { monitoringMessages } from './monitoring.ts';
import { readinessMessages } from './readiness.ts';
import { runMessages } from './runs.ts';
import { servingMessages } from './serving.ts';
import { storeMessages } from './store.ts';
import { trainingMessages } from './training.ts';
import { parameterMessages } from './parameters.ts';

/** Everything that the engine says, in German, by area. */
export const engineMessages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cluster: clusterMessages,
  compute: computeMessages,
  data: dataMessages,
  features: featuresMessages,
  graph: graphMessages,
  machine: machineMessages,
  monitoring: monitoringMessages,
  readiness: readinessMessages,
  runs: runMessages,
  serving: servingMessages,
  store: storeMessages,
  training: trainingMessages,
  parameters: parameterMessages,
};
