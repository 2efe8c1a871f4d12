import { z } from 'zod';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { secretReferenceSchema } from '../../shared/node/secret.ts';

/** Where a bucket is and how to sign in. */
export const bucketParams = {
  bucket: z.string().max(63).default('').describe('Name of the bucket'),
  endpoint: z
    .string()
    .max(2000)
    .default('')
    .describe('Address of a storage other than Amazon S3, such as https://minio.example.org')
    .meta(paramMeta({ section: 'Connection' })),
  region: z
    .string()
    .min(1)
    .max(60)
    .default('us-east-1')
    .describe('Region of the bucket')
    .meta(paramMeta({ section: 'Connection' })),
  accessKeyId: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('Secret with the access key id')
    .meta(paramMeta({ section: 'Connection', label: 'Access key id' })),
  secretAccessKey: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('Secret with the secret access key')
    .meta(paramMeta({ section: 'Connection', label: 'Secret access key' })),
  sessionToken: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('Secret with the session token, where the keys are temporary')
    .meta(paramMeta({ section: 'Connection', advanced: true })),
};
