import type { ShellContract } from '../../shared/rpc/shell-contract.ts';
import { browserShell } from './browser-shell.ts';

declare global {
  /** Set by the desktop shell's preload script; absent in a browser. */
  var slipwayShell: ShellContract | undefined;
}

/** The window's host: the desktop shell where there is one, else the browser itself. */
export const shell: ShellContract = globalThis.slipwayShell ?? browserShell();
