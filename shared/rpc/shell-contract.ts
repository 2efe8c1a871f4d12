import type { FoundEngine } from '../app/discovery.ts';
import type { Language } from '../app/languages.ts';

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
  /** What only a desktop can do; absent in a browser. */
  readonly desktop?: DesktopShell;
}

/** Whether secrets outlive the app: encrypted with a key of the system's keychain, or kept in memory only. */
export type SecretProtection = 'keychain' | 'memory';

/** The engine this window works with. `fingerprint`: SHA-256 of the certificate it was told to trust. */
export type EngineChoice = { kind: 'local' } | { kind: 'remote'; url: string; fingerprint: string | null };

export interface RemoteEngine {
  /** `https://HOST:PORT` or `http://HOST:PORT`. */
  url: string;
  token: string;
  /** Certificate to accept although no authority vouches for it; later another one is refused. */
  fingerprint?: string;
  /** Connect without TLS to another machine: everybody on the way reads along. */
  plain?: boolean;
}

export type ConnectResult =
  | { status: 'connected' }
  /** No authority vouches for the certificate: ask, then give the fingerprint. `expiredMs`: null while it is valid. */
  | { status: 'untrusted'; fingerprint: string; expiredMs: number | null }
  /** The certificate is another one than before. */
  | { status: 'changed'; fingerprint: string; expiredMs: number | null }
  | { status: 'not-encrypted' }
  | { status: 'failed'; message: string };

export interface NetworkSettings {
  /** `http://HOST:PORT` for requests to other machines; empty for none. */
  proxy: string;
  /** PEM file of authorities to trust beside the usual ones; empty for none. */
  certificates: string;
}

export interface NetworkProblem {
  field: keyof NetworkSettings;
  message: string;
}

/** Pages that a notification leads to. */
export const noticeScreens = ['runs', 'endpoints', 'monitors'] as const;

/** A page of the app: one run, one endpoint, the list of alerts. */
export interface NoticePage {
  screen: (typeof noticeScreens)[number];
  id: string;
}

/** Something that happened while a person may look elsewhere. */
export interface Notice {
  /** Names the happening: it is told once, however many windows know of it. */
  key: string;
  title: string;
  body: string;
  /** Shown when the notification is clicked. */
  page: NoticePage;
}

export interface NoticeSettings {
  on: boolean;
  /** False where this system shows no notifications. */
  supported: boolean;
}

/** Text of a file of the desktop's own machine. */
export interface GivenFile {
  name: string;
  text: string;
}

/** Where the shell keeps its logs, and reports of processes that crashed: on this machine only. */
export interface LogsFolder {
  path: string;
  crashReports: number;
  /** Unix ms; null without a report. */
  lastCrashMs: number | null;
}

/** A link `slipway://…` that was opened, checked. */
export type DeepLink = { type: 'template'; id: string } | { type: 'connect'; url: string };

export type UpdateChannel = 'latest' | 'beta';

/** Updates are looked for when a person asks, or at each start where they said so. */
export type UpdateState =
  /** This copy was not made to update itself: a checkout, a package of the system. */
  | { status: 'unavailable' }
  | { status: 'unknown' | 'current' }
  | { status: 'available'; version: string }
  | { status: 'downloading'; version: string; percent: number }
  /** Its checksum and signature are right; it is put in place when the app ends. */
  | { status: 'ready'; version: string }
  /** An earlier version that is not kept any more where updates come from. */
  | { status: 'gone'; version: string }
  | { status: 'failed'; message: string };

export interface AppVersions {
  /** The one that runs. */
  version: string;
  /** Older ones that ran here before, newest first: what a person can go back to. */
  earlier: string[];
  state: UpdateState;
  settings: UpdateSettings;
}

export interface UpdateSettings {
  channel: UpdateChannel;
  atStart: boolean;
}

export interface DesktopShell {
  engineChoice(): Promise<EngineChoice>;
  /** Checks the engine, then moves the app over to it: the window loads again. */
  connectEngine(engine: RemoteEngine): Promise<ConnectResult>;
  useLocalEngine(): Promise<void>;
  /** Engines that announce themselves on the local network; takes some seconds. */
  findEngines(): Promise<FoundEngine[]>;
  /** Ends the engine of this machine and starts it anew; runs in progress resume with the next run. */
  restartEngine(): Promise<void>;
  secrets(): Promise<{ names: string[]; protection: SecretProtection }>;
  /** The engine knows it after its next start. */
  setSecret(name: string, value: string): Promise<void>;
  removeSecret(name: string): Promise<void>;
  network(): Promise<NetworkSettings>;
  /** Applies to the engine after its next start. Nothing is kept where something is wrong with it. */
  setNetwork(settings: NetworkSettings): Promise<NetworkProblem[]>;
  newWindow(): Promise<void>;
  /** Where a file dropped on the window lies; empty when it has no place on disk. */
  pathOfFile(file: unknown): string;
  /** Endpoints that are live, for the tray. */
  showEndpoints(endpoints: { name: string; url: string }[]): Promise<void>;
  /**
   * Tells by a notification of the system; several at once become one. False where it is not shown: a window of the app has
   * the focus, the person wants none, or the system shows none.
   */
  notify(notice: Notice): Promise<boolean>;
  notices(): Promise<NoticeSettings>;
  setNotices(on: boolean): Promise<void>;
  /** What the app speaks, for the menu, the tray and message boxes; kept for the next start. */
  setLanguage(language: Language): Promise<void>;
  /** A notification of this window was clicked. */
  onShowPage(listener: (page: NoticePage) => void): () => void;
  /** A graph of this machine was opened while the engine is another machine's, which cannot read it. */
  onOpenFile(listener: (file: GivenFile) => void): () => void;
  logs(): Promise<LogsFolder>;
  /** Opens the folder of logs and crash reports in the system's own file manager. */
  showLogs(): Promise<void>;
  onDeepLink(listener: (link: DeepLink) => void): () => void;
  updates(): Promise<AppVersions>;
  setUpdates(settings: UpdateSettings): Promise<void>;
  checkForUpdate(): Promise<UpdateState>;
  /** Looks for one of the earlier versions. */
  findVersion(version: string): Promise<UpdateState>;
  /** Downloads what was found. */
  downloadUpdate(): Promise<UpdateState>;
  /** Ends the app and starts the downloaded version. */
  installUpdate(): Promise<void>;
}
