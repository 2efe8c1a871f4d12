import { Menu, nativeImage, Tray } from 'electron';

export interface LiveEndpoint {
  name: string;
  url: string;
}

export interface EndpointTray {
  show(endpoints: readonly LiveEndpoint[]): void;
}

/** An icon in the system's tray while endpoints are live: they serve although no window shows them. */
export function createEndpointTray(options: {
  icon: string;
  open: () => void;
  quit: () => void;
  log: (text: string) => void;
}): EndpointTray {
  let tray: Tray | undefined;

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

  return {
    show(endpoints) {
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
          { label: 'Open Slipway', click: options.open },
          { label: 'Quit', click: options.quit },
        ]),
      );
    },
  };
}
