import { Menu, nativeImage, Tray } from 'electron';
import type { ShellText } from './shell-text.ts';

export interface LiveEndpoint {
  name: string;
  url: string;
}

export interface EndpointTray {
  show(endpoints: readonly LiveEndpoint[]): void;
  /** Says the same anew, in the language of now. */
  translate(): void;
}

/** An icon in the system's tray while endpoints are live: they serve although no window shows them. */
export function createEndpointTray(options: {
  icon: string;
  text: () => ShellText;
  open: () => void;
  quit: () => void;
  log: (text: string) => void;
}): EndpointTray {
  let tray: Tray | undefined;
  let shown: readonly LiveEndpoint[] = [];

  function makeTray(): Tray | undefined {
    try {
      const made = new Tray(nativeImage.createFromPath(options.icon).resize({ width: 22, height: 22 }));
      made.on('click', options.open);
      return made;
    } catch (error) {
      // Some desktops have no tray.
      options.log(`No tray: ${String(error)}`);
      return undefined;
    }
  }

  function show(endpoints: readonly LiveEndpoint[]): void {
    shown = endpoints;
    if (endpoints.length === 0) {
      tray?.destroy();
      tray = undefined;
      return;
    }
    tray ??= makeTray();
    tray?.setToolTip(`Slipway: ${endpoints.map(({ name }) => name).join(', ')}`);
    tray?.setContextMenu(
      Menu.buildFromTemplate([
        ...endpoints.map(({ name, url }) => ({ label: `${name}  ${url}`, click: options.open })),
        { type: 'separator' },
        { label: options.text().openSlipway, click: options.open },
        { label: options.text().quit, click: options.quit },
      ]),
    );
  }

  return { show, translate: () => show(shown) };
}
