import { useEffect } from 'react';
import { create } from 'zustand';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';

/** Manifests by digest; content-addressed, so they never change. */
const useManifests = create<Record<string, ArtifactManifest | 'missing' | 'loading'>>(() => ({}));

async function load(digest: string): Promise<void> {
  useManifests.setState({ [digest]: 'loading' });
  try {
    useManifests.setState({ [digest]: await engine.artifact.get({ digest }) });
  } catch {
    useManifests.setState({ [digest]: 'missing' });
  }
}

/** Manifest of an artifact: row count, schema and small facts; undefined while unknown. */
export function useManifest(digest: string | undefined): ArtifactManifest | undefined {
  const known = useManifests((state) => (digest === undefined ? undefined : state[digest]));
  const online = useConnection((connection) => connection.state === 'online');
  useEffect(() => {
    if (digest !== undefined && online && useManifests.getState()[digest] === undefined) void load(digest);
  }, [digest, online]);
  return typeof known === 'object' ? known : undefined;
}
