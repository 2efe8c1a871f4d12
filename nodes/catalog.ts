import type { NodeDefinition } from '../shared/node/define-node.ts';
import { compareNode } from './data/compare/definition.ts';
import { expectNode } from './data/expect/definition.ts';
import { fileNode } from './data/file/definition.ts';
import { metricsNode } from './data/metrics/definition.ts';
import { postgresNode } from './data/postgres/definition.ts';
import { splitNode } from './data/split/definition.ts';
import { sqlNode } from './data/sql/definition.ts';
import { sqliteNode } from './data/sqlite/definition.ts';
import { s3Node } from './data/s3/definition.ts';
import { writeS3Node } from './data/write-s3/definition.ts';
import { streamNode } from './data/stream/definition.ts';
import { selectNode } from './data/select/definition.ts';
import { filterNode } from './data/filter/definition.ts';
import { deriveNode } from './data/derive/definition.ts';
import { joinTablesNode } from './data/join/definition.ts';
import { unionNode } from './data/union/definition.ts';
import { aggregateNode } from './data/aggregate/definition.ts';
import { pivotNode } from './data/pivot/definition.ts';
import { unpivotNode } from './data/unpivot/definition.ts';
import { windowNode } from './data/window/definition.ts';
import { sortNode } from './data/sort/definition.ts';
import { sampleNode } from './data/sample/definition.ts';
import { dedupeNode } from './data/dedupe/definition.ts';
import { writeFileNode } from './data/write-file/definition.ts';
import { pythonNode } from './data/python/definition.ts';
import { writeSqliteNode } from './data/write-sqlite/definition.ts';
import { writePostgresNode } from './data/write-postgres/definition.ts';
import { mysqlNode } from './data/mysql/definition.ts';
import { httpNode } from './data/http/definition.ts';
import { excelNode } from './data/excel/definition.ts';
import { imagesNode } from './data/images/definition.ts';
import { bucketizeNode } from './feature/bucketize/definition.ts';
import { datetimeNode } from './feature/datetime/definition.ts';
import { encodeNode } from './feature/encode/definition.ts';
import { hashNode } from './feature/hash/definition.ts';
import { imageNode } from './feature/image/definition.ts';
import { crossNode } from './feature/cross/definition.ts';
import { polynomialNode } from './feature/polynomial/definition.ts';
import { targetNode } from './feature/target/definition.ts';
import { expressionNode } from './feature/expression/definition.ts';
import { selectFeaturesNode } from './feature/select/definition.ts';
import { textNode } from './feature/text/definition.ts';
import { tokenizeNode } from './feature/tokenize/definition.ts';
import { imputeNode } from './feature/impute/definition.ts';
import { joinNode } from './feature/join/definition.ts';
import { serviceNode } from './feature/service/definition.ts';
import { sharedServiceNode } from './feature/shared-service/definition.ts';
import { scaleNode } from './feature/scale/definition.ts';
import { viewNode } from './feature/view/definition.ts';
import { driftNode } from './monitor/drift/definition.ts';
import { performanceNode } from './monitor/performance/definition.ts';
import { systemNode } from './monitor/system/definition.ts';
import { retrainNode } from './monitor/retrain/definition.ts';
import { adjustNode } from './serve/adjust/definition.ts';
import { batchNode } from './serve/batch/definition.ts';
import { endpointNode } from './serve/endpoint/definition.ts';
import { routerNode } from './serve/router/definition.ts';
import { anomalyNode } from './train/anomaly/definition.ts';
import { calibrateNode } from './train/calibrate/definition.ts';
import { clusterNode } from './train/cluster/definition.ts';
import { cnnNode } from './train/cnn/definition.ts';
import { crossValidateNode } from './train/cross-validate/definition.ts';
import { evaluateNode } from './train/evaluate/definition.ts';
import { explainNode } from './train/explain/definition.ts';
import { forecastNode } from './train/forecast/definition.ts';
import { forestNode } from './train/forest/definition.ts';
import { gateNode } from './train/gate/definition.ts';
import { linearNode } from './train/linear/definition.ts';
import { mlpNode } from './train/mlp/definition.ts';
import { onnxNode } from './train/onnx/definition.ts';
import { pcaNode } from './train/pca/definition.ts';
import { pythonModelNode } from './train/python/definition.ts';
import { rayNode } from './train/ray/definition.ts';
import { recommendNode } from './train/recommend/definition.ts';
import { registerNode } from './train/register/definition.ts';
import { searchNode } from './train/search/definition.ts';
import { treesNode } from './train/trees/definition.ts';

/** Every node kind, by kind. Definitions only: safe for the renderer. */
export const catalog = {
  // Sources, transforms, checks and sinks, as the palette shows them.
  [fileNode.kind]: fileNode,
  [excelNode.kind]: excelNode,
  [imagesNode.kind]: imagesNode,
  [sqliteNode.kind]: sqliteNode,
  [postgresNode.kind]: postgresNode,
  [mysqlNode.kind]: mysqlNode,
  [httpNode.kind]: httpNode,
  [s3Node.kind]: s3Node,
  [streamNode.kind]: streamNode,
  [selectNode.kind]: selectNode,
  [filterNode.kind]: filterNode,
  [deriveNode.kind]: deriveNode,
  [joinTablesNode.kind]: joinTablesNode,
  [unionNode.kind]: unionNode,
  [aggregateNode.kind]: aggregateNode,
  [pivotNode.kind]: pivotNode,
  [unpivotNode.kind]: unpivotNode,
  [windowNode.kind]: windowNode,
  [sortNode.kind]: sortNode,
  [sampleNode.kind]: sampleNode,
  [dedupeNode.kind]: dedupeNode,
  [splitNode.kind]: splitNode,
  [sqlNode.kind]: sqlNode,
  [pythonNode.kind]: pythonNode,
  [metricsNode.kind]: metricsNode,
  [expectNode.kind]: expectNode,
  [compareNode.kind]: compareNode,
  [writeFileNode.kind]: writeFileNode,
  [writeSqliteNode.kind]: writeSqliteNode,
  [writePostgresNode.kind]: writePostgresNode,
  [writeS3Node.kind]: writeS3Node,
  [bucketizeNode.kind]: bucketizeNode,
  [datetimeNode.kind]: datetimeNode,
  [encodeNode.kind]: encodeNode,
  [targetNode.kind]: targetNode,
  [hashNode.kind]: hashNode,
  [imageNode.kind]: imageNode,
  [expressionNode.kind]: expressionNode,
  [crossNode.kind]: crossNode,
  [polynomialNode.kind]: polynomialNode,
  [textNode.kind]: textNode,
  [tokenizeNode.kind]: tokenizeNode,
  [imputeNode.kind]: imputeNode,
  [selectFeaturesNode.kind]: selectFeaturesNode,
  [joinNode.kind]: joinNode,
  [scaleNode.kind]: scaleNode,
  [viewNode.kind]: viewNode,
  [serviceNode.kind]: serviceNode,
  [sharedServiceNode.kind]: sharedServiceNode,
  [driftNode.kind]: driftNode,
  [performanceNode.kind]: performanceNode,
  [retrainNode.kind]: retrainNode,
  [adjustNode.kind]: adjustNode,
  [systemNode.kind]: systemNode,
  [batchNode.kind]: batchNode,
  [endpointNode.kind]: endpointNode,
  [routerNode.kind]: routerNode,
  [crossValidateNode.kind]: crossValidateNode,
  [calibrateNode.kind]: calibrateNode,
  [evaluateNode.kind]: evaluateNode,
  [explainNode.kind]: explainNode,
  [forestNode.kind]: forestNode,
  [gateNode.kind]: gateNode,
  [linearNode.kind]: linearNode,
  [mlpNode.kind]: mlpNode,
  [cnnNode.kind]: cnnNode,
  [clusterNode.kind]: clusterNode,
  [pcaNode.kind]: pcaNode,
  [anomalyNode.kind]: anomalyNode,
  [forecastNode.kind]: forecastNode,
  [onnxNode.kind]: onnxNode,
  [pythonModelNode.kind]: pythonModelNode,
  [rayNode.kind]: rayNode,
  [recommendNode.kind]: recommendNode,
  [registerNode.kind]: registerNode,
  [searchNode.kind]: searchNode,
  [treesNode.kind]: treesNode,
} as const satisfies Record<string, NodeDefinition>;

export type NodeKind = keyof typeof catalog;

export function definitionOf(kind: string): NodeDefinition | undefined {
  return Object.hasOwn(catalog, kind) ? (catalog as Record<string, NodeDefinition>)[kind] : undefined;
}
