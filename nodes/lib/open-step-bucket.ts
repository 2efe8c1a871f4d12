import { type Bucket, openBucket } from '../../main/compute/objects/s3-objects.ts';
import { AppError } from '../../shared/errors/app-error.ts';

interface SecretName {
  secret: string;
}

interface BucketNames {
  bucket: string;
  endpoint: string;
  region: string;
  accessKeyId: SecretName | null;
  secretAccessKey: SecretName | null;
  sessionToken: SecretName | null;
}

/** The bucket of a step's params. Errors: `params.invalid`, `environment.missing`. */
export function openStepBucket(
  params: BucketNames,
  context: { signal: AbortSignal; secret(name: string): string },
): Bucket {
  const { accessKeyId, secretAccessKey, sessionToken } = params;
  if (accessKeyId === null || secretAccessKey === null) {
    const field = accessKeyId === null ? 'accessKeyId' : 'secretAccessKey';
    throw new AppError('params.invalid', 'No keys of the storage are named.', {
      fix: 'Name the secrets that hold the access key id and the secret access key.',
      details: { field },
    });
  }
  const credentials = {
    accessKeyId: context.secret(accessKeyId.secret),
    secretAccessKey: context.secret(secretAccessKey.secret),
    ...(sessionToken === null ? {} : { sessionToken: context.secret(sessionToken.secret) }),
  };
  return openBucket(params, credentials, context.signal);
}
