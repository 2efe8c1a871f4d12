/** What the native menu can ask of the app. */
export const menuCommands = [
  'graph.new',
  'graph.open',
  'graph.save',
  'graph.saveAs',
  'edit.undo',
  'edit.redo',
  'run.start',
  'run.stop',
  'view.commands',
  'view.fit',
  'help.shortcuts',
] as const;
export type MenuCommand = (typeof menuCommands)[number];

/**
 * What the window's host offers. The desktop shell exposes it as `globalThis.slipwayShell` through the preload script;
 * in a browser the renderer has its own implementation. The renderer asks `capabilities`, never which host it is in.
 */
export interface ShellContract {
  readonly capabilities: {
    /** Native open and save dialogs; else the app's own file picker on the engine's machine. */
    fileDialogs: boolean;
    /** A native menu sends commands. */
    nativeMenu: boolean;
  };
  /** Where the engine listens: `ws://127.0.0.1:PORT/rpc` and its token. Called again after `onEngineRestart`. */
  engine(): Promise<{ url: string; token: string }>;
  /** Absolute path, or undefined when the person closed the dialog. */
  openGraphDialog(): Promise<string | undefined>;
  saveGraphDialog(suggestedName: string): Promise<string | undefined>;
  chooseFolderDialog(): Promise<string | undefined>;
  /** The graph to show at start: the last one open, a file given to the app, or a template id. */
  initialGraph(): Promise<{ path: string } | { template: string }>;
  /** Remembers the open graph for the next start. */
  rememberGraph(path: string): Promise<void>;
  onMenuCommand(listener: (command: MenuCommand) => void): () => void;
  onOpenPath(listener: (path: string) => void): () => void;
  onEngineState(listener: (state: 'ready' | 'restarting') => void): () => void;
}
