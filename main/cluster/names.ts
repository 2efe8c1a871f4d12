import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Plan } from '../../shared/plan/plan.ts';
import { toDnsLabel } from './dns-label.ts';

/** Names of the objects of one graph, and the folders inside its pods. */
export interface Names {
  graph: string;
  /** Of the Job or Workflow. Changes with the plan: what has run cannot be changed in place. */
  run: string;
  planConfigMap: string;
  storeClaim: string;
  /** ConfigMap with the address of the store, as SLIPWAY_STORE. */
  storeSettings: string;
  /** Secret with the credentials of an object storage; need not exist. */
  storeSecret: string;
  /** Secret with what the nodes' params name as secrets, under those names. */
  nodeSecret: string;
  batchAccount: string;
}

export const storeFolder = '/var/lib/slipway';
export const storeUri = `file://${storeFolder}/store`;
/** The store's volume once more, for what hands requests over: all of it, or its folder for them alone. */
export const requestsVolume = '/var/lib/slipway-requests';
/** Folder of the volume. */
export const requestsName = 'requests';
export const requestsFolder = `${requestsVolume}/${requestsName}`;
export const requestsUri = `file://${requestsFolder}`;
export const planFolder = '/etc/slipway';
export const planFile = `${planFolder}/plan.json`;
export const httpPort = 8080;
/** A run that takes longer has failed. */
export const longestRunSeconds = 6 * 3600;

export function namesOf(plan: Plan, planText: string, bundleId: string = plan.graph.id): Names {
  const label = toDnsLabel(bundleId, 40);
  // Names of Services and InferenceServices begin with a letter.
  const graph = /^[a-z]/.test(label) ? label : toDnsLabel(`g ${bundleId}`, 40);
  const digest = bytesToHex(sha256(new TextEncoder().encode(planText))).slice(0, 8);
  return {
    graph,
    run: `${graph}-run-${digest}`,
    planConfigMap: `${graph}-plan-${digest}`,
    storeClaim: `${graph}-store`,
    storeSettings: `${graph}-store`,
    storeSecret: `${graph}-store-credentials`,
    nodeSecret: `${graph}-secrets`,
    batchAccount: `${graph}-run`,
  };
}

/** Labels every object carries; `component` tells the parts of a graph apart. */
export function labelsOf(graph: string, component: string, version: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': graph,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': 'slipway',
    'app.kubernetes.io/managed-by': 'slipway',
    'app.kubernetes.io/version': version,
  };
}

export function selectorOf(graph: string, component: string): Record<string, string> {
  return { 'app.kubernetes.io/name': graph, 'app.kubernetes.io/component': component };
}

/** Stands for the registry a person has. */
export const exampleRegistry = 'registry.example.com';
