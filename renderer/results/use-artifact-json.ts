import type { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import { engine } from '../client/engine-client.ts';
import { type QueryResult, useQuery } from '../client/use-query.ts';
import { t } from './text.ts';

/** A JSON file of an artifact, checked against its schema. */
export function useArtifactJson<S extends z.ZodType>(
  digest: string | undefined,
  file: string,
  schema: S,
): QueryResult<z.output<S>> {
  return useQuery<z.output<S>>(digest === undefined ? null : `${digest}/${file}`, async (signal) => {
    if (digest === undefined) throw new AppError('artifact.not-found', t.noResultYet);
    const parsed = schema.safeParse(await engine.artifact.json({ digest, file }, { signal }));
    if (parsed.success) return parsed.data;
    throw new AppError('artifact.corrupt', t.unreadForm(file), {
      fix: t.runTheStepAgain,
      details: { digest, issues: parsed.error.issues.slice(0, 5) },
    });
  });
}
