import { z } from 'zod';

const configSchema = z.discriminatedUnion('provider', [
  z.object({ provider: z.literal('generic'), url: z.url({ protocol: /^https?$/ }) }),
  z.object({ provider: z.literal('github'), owner: z.string(), repo: z.string(), host: z.string().optional() }),
]);

const versionPattern = /^\d+\.\d+\.\d+(?:-(?<channel>[a-z]+)[.\d]*)?$/;

export interface VersionFeed {
  url: string;
  channel: string;
}

/**
 * Where one version is described as if it were the newest: a web server keeps each one below `vVERSION/` beside its feed,
 * GitHub beside the files of the release. `config`: the content of `app-update.yml`. Undefined where that names no place
 * that keeps earlier versions, or the text is no version.
 */
export function feedOfVersion(config: unknown, version: string): VersionFeed | undefined {
  const parsed = configSchema.safeParse(config);
  const match = versionPattern.exec(version);
  if (!parsed.success || match === null) return undefined;
  const channel = match.groups?.['channel'] ?? 'latest';
  const { data } = parsed;
  if (data.provider === 'generic') return { url: `${data.url.replace(/\/+$/, '')}/v${version}`, channel };
  const { host = 'github.com', owner, repo } = data;
  return { url: `https://${host}/${owner}/${repo}/releases/download/v${version}`, channel };
}
