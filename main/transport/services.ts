import type { RowOrders } from '../compute/duckdb/row-order.ts';
import type { EndpointFollowing } from '../engine/endpoint-following.ts';
import type { Engine } from '../engine/engine.ts';
import type { GraphMonitors } from '../engine/graph-monitors.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { LoadTests } from '../serving/load-test/load-tests.ts';
import type { TrafficReplay } from '../monitoring/traffic-replay.ts';
import type { GraphTrust } from '../trust/graph-trust.ts';
import type { ProfileCache } from './profile-cache.ts';

/** What the RPC handlers work with; one set per engine process. */
export interface Services {
  engine: Engine;
  endpoints: EndpointHost;
  monitors: GraphMonitors;
  following: EndpointFollowing;
  /** By endpoint. */
  replays: Map<string, TrafficReplay>;
  loadTests: LoadTests;
  profiles: ProfileCache;
  /** Of tables that are looked at, sorted or filtered. */
  rowOrders: RowOrders;
  trust: GraphTrust;
  /** Unsaved graphs resolve relative paths from here. */
  graphsDir: string;
}
