import { expect, it } from 'vitest';
import { feedOfVersion } from './version-feed.ts';

it('names the place of a version beside a feed of any web server', () => {
  const config = { provider: 'generic', url: 'https://updates.example/slipway/' };
  expect(feedOfVersion(config, '1.2.3')).toEqual({ url: 'https://updates.example/slipway/v1.2.3', channel: 'latest' });
  expect(feedOfVersion(config, '1.2.3-beta.4')).toEqual({
    url: 'https://updates.example/slipway/v1.2.3-beta.4',
    channel: 'beta',
  });
});

it('names the release of a version on GitHub', () => {
  const config = { provider: 'github', owner: 'acme', repo: 'slipway', releaseType: 'draft' };
  expect(feedOfVersion(config, '1.2.3')?.url).toBe('https://github.com/acme/slipway/releases/download/v1.2.3');
  expect(feedOfVersion({ ...config, host: 'git.example' }, '1.2.3')?.url).toBe(
    'https://git.example/acme/slipway/releases/download/v1.2.3',
  );
});

it('goes nowhere with what is no version, or where no earlier ones are kept', () => {
  const config = { provider: 'generic', url: 'https://updates.example' };
  for (const version of ['', '../1.2.3', '1.2', '1.2.3/../x', 'latest']) {
    expect(feedOfVersion(config, version)).toBeUndefined();
  }
  expect(feedOfVersion({ provider: 'generic', url: 'file:///etc' }, '1.2.3')).toBeUndefined();
  expect(feedOfVersion({ provider: 's3', bucket: 'b' }, '1.2.3')).toBeUndefined();
  expect(feedOfVersion(null, '1.2.3')).toBeUndefined();
});
