import { resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Bundle } from '../../cluster/bundle.ts';
import { exportTargets, renderBundle } from '../../cluster/targets.ts';
import { writeBundle } from '../../cluster/write-bundle.ts';
import { requireTrust } from '../../trust/require-trust.ts';
import { secretNames } from '../../../shared/node/secret.ts';
import { contextFor } from '../export-context-for.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';

async function render(services: Services, document: unknown, target: string): Promise<Bundle> {
  return renderBundle(target, await contextFor(services, document, target));
}

/** What a bundle with secrets is applied to hands them to the graph. */
async function requireTrustWithSecrets(
  context: Services,
  input: { document: unknown; path?: string | undefined },
): Promise<void> {
  if (secretNames(input.document).length > 0) await requireTrust(context.trust, input, 'be exported with its secrets');
}

export const exportHandlers = {
  targets: rpc.export.targets.handler(() => exportTargets.map(({ id, title, summary }) => ({ id, title, summary }))),
  render: rpc.export.render.handler(async ({ input, context }) => {
    await requireTrustWithSecrets(context, input);
    const { files } = await render(context, input.document, input.target);
    return { files: files.map(({ path, text, bytes }) => ({ path, text, binary: bytes !== undefined })) };
  }),
  write: rpc.export.write.handler(async ({ input, context }) => {
    await requireTrustWithSecrets(context, input);
    if (input.dir.trim() === '') throw new AppError('params.invalid', 'No folder was given.');
    const bundle = await render(context, input.document, input.target);
    const dir = resolve(input.dir);
    await writeBundle(bundle, dir);
    return { dir, files: bundle.files.map((file) => file.path) };
  }),
};
