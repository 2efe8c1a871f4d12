import type { ShellContract } from '../../shared/rpc/shell-contract.ts';

const tokenKey = 'slipway.token';
const lastGraphKey = 'slipway.last-graph';

/**
 * Takes the token out of the address (`#token=…`), so that it is neither bookmarked nor shown, and keeps it for
 * reloads of this tab.
 */
function takeToken(): string {
  const match = /^#token=([^&]+)/.exec(location.hash);
  if (match?.[1]) {
    sessionStorage.setItem(tokenKey, decodeURIComponent(match[1]));
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  return sessionStorage.getItem(tokenKey) ?? '';
}

export function browserShell(): ShellContract {
  const token = takeToken();
  const nothing = () => () => {};
  const noDialog = () => Promise.resolve(undefined);
  return {
    capabilities: { fileDialogs: false, nativeMenu: false },
    engine: () =>
      Promise.resolve({
        url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`,
        token,
      }),
    openGraphDialog: noDialog,
    saveGraphDialog: noDialog,
    chooseFolderDialog: noDialog,
    initialGraph: () => {
      const path = localStorage.getItem(lastGraphKey);
      return Promise.resolve(path ? { path } : { template: 'flight-delays' });
    },
    rememberGraph: (path) => {
      localStorage.setItem(lastGraphKey, path);
      return Promise.resolve();
    },
    onMenuCommand: nothing,
    onOpenPath: nothing,
    onEngineState: nothing,
  };
}
