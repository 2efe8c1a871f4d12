import type { RunnerLoader } from '../shared/node/runner.ts';
import type { NodeKind } from './catalog.ts';

/** Kind → lazy import of its runner, for batch kinds. Engine only. */
export const runners: Readonly<Partial<Record<NodeKind, RunnerLoader>>> = {
  'data.expect': () => import('./data/expect/run.ts'),
  'data.file': () => import('./data/file/run.ts'),
  'data.postgres': () => import('./data/postgres/run.ts'),
  'data.split': () => import('./data/split/run.ts'),
  'data.sql': () => import('./data/sql/run.ts'),
  'data.sqlite': () => import('./data/sqlite/run.ts'),
  'data.stream': () => import('./data/stream/run.ts'),
  'feature.bucketize': () => import('./feature/bucketize/run.ts'),
  'feature.datetime': () => import('./feature/datetime/run.ts'),
  'feature.encode': () => import('./feature/encode/run.ts'),
  'feature.hash': () => import('./feature/hash/run.ts'),
  'feature.image': () => import('./feature/image/run.ts'),
  'feature.impute': () => import('./feature/impute/run.ts'),
  'feature.join': () => import('./feature/join/run.ts'),
  'feature.scale': () => import('./feature/scale/run.ts'),
  'feature.view': () => import('./feature/view/run.ts'),
  'train.evaluate': () => import('./train/evaluate/run.ts'),
  'train.forest': () => import('./train/forest/run.ts'),
  'train.linear': () => import('./train/linear/run.ts'),
  'train.mlp': () => import('./train/mlp/run.ts'),
  'train.register': () => import('./train/register/run.ts'),
  'train.search': () => import('./train/search/run.ts'),
  'train.trees': () => import('./train/trees/run.ts'),
};
