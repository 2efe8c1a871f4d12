import type { DeepLink } from '../../shared/rpc/shell-contract.ts';

const longestLink = 2_000;

/**
 * `slipway://template/ID` or `slipway://connect?url=https://HOST:PORT`; undefined for anything else. Any web page can
 * open such a link, so it may only propose what a person confirms: no paths, no tokens, no commands.
 */
export function parseDeepLink(text: string): DeepLink | undefined {
  if (text.length > longestLink) return undefined;
  const link = URL.parse(text);
  if (link?.protocol !== 'slipway:' || link.username !== '' || link.password !== '' || link.hash !== '')
    return undefined;
  if (link.host === 'template') {
    const id = /^\/([a-z0-9][a-z0-9_-]{0,62})$/.exec(link.pathname)?.[1];
    return id === undefined || link.search !== '' ? undefined : { type: 'template', id };
  }
  if (link.host === 'connect' && (link.pathname === '' || link.pathname === '/')) {
    if ([...link.searchParams.keys()].join() !== 'url') return undefined;
    const target = URL.parse(link.searchParams.get('url') ?? '');
    if (target === null || !/^https?:$/.test(target.protocol) || target.username !== '' || target.password !== '') {
      return undefined;
    }
    return { type: 'connect', url: target.origin };
  }
  return undefined;
}

/** The first deep link among a process's arguments. */
export function deepLinkArgument(argv: readonly string[]): DeepLink | undefined {
  return argv.map(parseDeepLink).find((link) => link !== undefined);
}
