import { AppError } from '../../shared/errors/app-error.ts';

/** Where a store lies in an S3-compatible object storage. */
export interface S3Location {
  /** The URI as it was given. */
  uri: string;
  bucket: string;
  /** Empty, or ends with `/`. */
  prefix: string;
  region: string;
  /** Root of the bucket's objects, with `/` at the end. */
  bucketUrl: string;
}

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

const format = 's3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION';

/**
 * Reads `s3://BUCKET/PREFIX?endpoint=…&region=…`. Without an endpoint it is Amazon S3; another endpoint is asked in path
 * style. Endpoint and region fall back to AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and AWS_DEFAULT_REGION.
 * Throws `cli.usage`.
 */
export function parseS3Uri(uri: string, env: NodeJS.ProcessEnv = process.env): S3Location {
  let url: URL;
  try {
    url = new URL(uri);
  } catch (error) {
    throw new AppError('cli.usage', `"${uri}" is no store address.`, { fix: `Write ${format}.`, cause: error });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('cli.usage', 'The address of a store holds no credentials.', {
      fix: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.',
    });
  }
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new AppError('cli.usage', `"${uri}" names no bucket.`, { fix: `Write ${format}.` });
  }
  for (const name of url.searchParams.keys()) {
    if (name === 'endpoint' || name === 'region') continue;
    throw new AppError('cli.usage', `The store address has an unknown part "${name}".`, { fix: `Write ${format}.` });
  }
  const region = url.searchParams.get('region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const endpoint = url.searchParams.get('endpoint') ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    uri,
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    region,
    bucketUrl: bucketUrlOf(bucket, region, endpoint),
  };
}

function bucketUrlOf(bucket: string, region: string, endpoint: string | undefined): string {
  if (endpoint === undefined || endpoint === '') {
    // A certificate for *.s3.REGION covers no name with further dots.
    return bucket.includes('.')
      ? `https://s3.${region}.amazonaws.com/${bucket}/`
      : `https://${bucket}.s3.${region}.amazonaws.com/`;
  }
  if (!/^https?:\/\/[^/]/.test(endpoint) || !URL.canParse(endpoint)) {
    throw new AppError('cli.usage', `The endpoint "${endpoint}" is no http or https address.`, {
      fix: `Write ${format}.`,
    });
  }
  return `${endpoint.replace(/\/+$/, '')}/${bucket}/`;
}

/** From the environment only. Throws `store.refused` when there are none. */
export function s3CredentialsOf(env: NodeJS.ProcessEnv = process.env): S3Credentials {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) {
    throw new AppError('store.refused', 'There are no credentials for the object storage.', {
      fix: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where they are temporary).',
    });
  }
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || undefined };
}
