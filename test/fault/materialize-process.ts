import { readFileSync } from 'node:fs';
import { materialize } from '../../main/features/materialize.ts';
import { OnlineStore } from '../../main/features/online-store.ts';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';

// Brings view artifacts online one after the other, to be killed: each is a Parquet file and its manifest as JSON.
const [dataDir = '', ...files] = process.argv.slice(2);
const artifacts = files.map((file) => {
  const manifest = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as ArtifactManifest;
  return { digest: manifest.digest, type: manifest.type, manifest, path: () => file };
});
const store = OnlineStore.open(dataDir);
process.stdout.write('open\n');
for (const artifact of artifacts) {
  await materialize({
    store,
    artifact,
    openArtifact: async (digest) => artifacts.find((earlier) => earlier.digest === digest),
    nowUs: BigInt(Date.now()) * 1000n,
    onBatch: () => {
      process.stdout.write('batch\n');
    },
  });
}
store.close();
