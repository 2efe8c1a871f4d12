import type Database from 'better-sqlite3';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  type FeatureService,
  type ServiceArtifact,
  serviceArtifactSchema,
  serviceLabel,
  servicePromise,
  serviceVersionSeparator,
} from '../../shared/features/feature-service.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';

/** A version of a service as it was made last. */
export interface RecordedService {
  service: ServiceArtifact;
  /** The artifact that lists it. */
  digest: string;
  graphId: string;
  nodeId: string;
  /** Unix ms: when this version was first made, and when what it promises or who describes it changed last. */
  createdMs: number;
  updatedMs: number;
}

interface ServiceRow {
  definition: string;
  digest: string;
  graph_id: string;
  node_id: string;
  created_ms: number;
  updated_ms: number;
}

export const serviceTable = `
CREATE TABLE IF NOT EXISTS services (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  digest TEXT NOT NULL,
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) WITHOUT ROWID;`;

/** The versions of feature services, beside the views that they choose from. */
export class ServiceRecords {
  readonly #database: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  /** By name, the newest version first. */
  list(): RecordedService[] {
    return this.#statements.all.all().map(toRecord);
  }

  /** A version, or the newest; undefined when there is none. */
  find(name: string, version?: number): RecordedService | undefined {
    const row = version === undefined ? this.#statements.newest.get(name) : this.#statements.one.get(name, version);
    return row === undefined ? undefined : toRecord(row);
  }

  /**
   * Records a version that was made. Where it promised something else before, it is changed as long as `isUsed` says that
   * no model relies on it. Errors: `features.service-changed`.
   */
  record(
    made: Pick<RecordedService, 'service' | 'digest' | 'graphId' | 'nodeId'>,
    isUsed: boolean,
    nowMs: number = Date.now(),
  ): void {
    const { service, digest, graphId, nodeId } = made;
    const write = () => {
      const before = this.find(service.name, service.version);
      const changed = before !== undefined && servicePromise(before.service) !== servicePromise(service);
      if (changed && isUsed) throw serviceChanged(before.service, service, this.#nextVersion(service.name));
      const definition = JSON.stringify(service);
      if (before !== undefined && JSON.stringify(before.service) === definition && before.digest === digest) return;
      const { name, version } = service;
      this.#statements.put.run(name, version, definition, digest, graphId, nodeId, before?.createdMs ?? nowMs, nowMs);
    };
    this.#database.transaction(write).immediate();
  }

  #nextVersion(name: string): number {
    return (this.find(name)?.service.version ?? 0) + 1;
  }
}

/** A service by `NAME`, the newest version, or `NAME@VERSION`. Errors: `features.not-found`. */
export function findService(
  reference: string,
  find: (name: string, version?: number) => FeatureService | undefined,
  present: () => readonly FeatureService[],
): FeatureService {
  const [name = '', version, ...rest] = reference.split(serviceVersionSeparator);
  const isNumber = version === undefined || /^[1-9]\d{0,6}$/.test(version);
  const found =
    isNumber && rest.length === 0 ? find(name, version === undefined ? undefined : Number(version)) : undefined;
  if (found !== undefined) return found;
  const known = present();
  const near = nearMisses(reference, [...new Set(known.flatMap((service) => [service.name, serviceLabel(service)]))]);
  const versions = known.filter((service) => service.name === name).map(({ version: number }) => number);
  throw new AppError('features.not-found', `There is no feature service “${reference}”.`, {
    fix:
      versions.length > 0
        ? `${name} has the version${versions.length === 1 ? '' : 's'} ${versions.toSorted((a, b) => a - b).join(', ')}.`
        : near.length > 0
          ? `Did you mean ${near.join(' or ')}?`
          : 'Run a graph with a Feature service step.',
  });
}

function serviceChanged(before: FeatureService, now: FeatureService, free: number): AppError {
  return new AppError(
    'features.service-changed',
    `${serviceLabel(before)} is used by a registered model and promises other features: ${differenceOf(before, now)}.`,
    {
      fix: `Set the version of the Feature service step to ${free}, or bring the earlier choice back.`,
      details: { service: before.name, version: before.version, free },
    },
  );
}

function differenceOf(before: FeatureService, now: FeatureService): string {
  const listed = (service: FeatureService) =>
    new Set(service.views.flatMap(({ view, features }) => features.map((feature) => `${view.name}:${feature}`)));
  const [old, present] = [listed(before), listed(now)];
  const gone = [...old].filter((feature) => !present.has(feature));
  const added = [...present].filter((feature) => !old.has(feature));
  const parts = [
    ...(gone.length === 0 ? [] : [`without ${gone.slice(0, 8).join(', ')}`]),
    ...(added.length === 0 ? [] : [`with ${added.slice(0, 8).join(', ')}`]),
  ];
  return parts.length === 0 ? 'keys, types, times or time to live of a view differ' : `now ${parts.join(' and ')}`;
}

function toRecord(row: ServiceRow): RecordedService {
  return {
    service: serviceArtifactSchema.parse(JSON.parse(row.definition)),
    digest: row.digest,
    graphId: row.graph_id,
    nodeId: row.node_id,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  };
}

function prepare(database: Database.Database) {
  const rows = 'SELECT definition, digest, graph_id, node_id, created_ms, updated_ms FROM services';
  return {
    all: database.prepare<[], ServiceRow>(`${rows} ORDER BY name, version DESC`),
    one: database.prepare<[string, number], ServiceRow>(`${rows} WHERE name = ? AND version = ?`),
    newest: database.prepare<[string], ServiceRow>(`${rows} WHERE name = ? ORDER BY version DESC LIMIT 1`),
    put: database.prepare(
      `INSERT OR REPLACE INTO services (name, version, definition, digest, graph_id, node_id, created_ms, updated_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
