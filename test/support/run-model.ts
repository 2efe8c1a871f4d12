// `node run-model.ts MODEL MANIFEST TABLE PROVIDER`: runs a model artifact's fused graph over a table in a process of its own,
// as a device may take its process with it. Prints one JSON line: output name → values.
import { readFileSync } from 'node:fs';
import { type ExecutionProvider, openSession } from '../../main/compute/onnx/session.ts';
import { runBatches } from '../../main/compute/onnx/run-batches.ts';
import { modelManifestSchema } from '../../shared/model/signature.ts';

const [model = '', manifest = '', table = '', provider = 'cpu'] = process.argv.slice(2);
const { inputs } = modelManifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
const session = await openSession(model, { threads: 1, provider: provider as ExecutionProvider });
const outputs: Record<string, (number | string | boolean)[]> = {};
for await (const batch of runBatches(session, table, { inputs })) {
  for (const [name, tensor] of Object.entries(batch.outputs)) {
    const values = Array.from(tensor.data as ArrayLike<number | string | bigint>);
    (outputs[name] ??= []).push(...values.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
  }
}
process.stdout.write(`${JSON.stringify(outputs)}\n`);
process.exit(0);
