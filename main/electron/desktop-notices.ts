import type { Notice } from '../../shared/rpc/shell-contract.ts';

/** What comes within this time of a notification is gathered into one. */
const gatherMs = 10_000;
const mostKeys = 500;
const mostLines = 4;

export interface DesktopNoticesOptions<From> {
  /** False: somebody looks at the app, or wants no notifications, or the system has none. */
  wanted: () => boolean;
  /** `from`: who asked for it, to be shown when it is clicked. */
  show: (notice: Omit<Notice, 'key'>, from: From) => void;
}

export interface DesktopNotices<From> {
  /** Whether it is shown, now or with the next ones. */
  tell(notice: Notice, from: From): boolean;
}

/** Notifications of the system: each happening once, and several in short order as one. */
export function createDesktopNotices<From>({ wanted, show }: DesktopNoticesOptions<From>): DesktopNotices<From> {
  const told = new Set<string>();
  let gathered: { notice: Notice; from: From }[] = [];
  let gathering: NodeJS.Timeout | undefined;

  function showGathered(): void {
    gathering = undefined;
    const last = gathered.at(-1);
    if (last === undefined) return;
    const { title, body, page } = last.notice;
    const others = gathered.slice(0, -1).map((each) => each.notice.title);
    gathered = [];
    // Who has come back in the meantime sees it in the app.
    if (!wanted()) return;
    const lines =
      others.length === 0
        ? body
        : [...others.slice(-mostLines), ...(others.length > mostLines ? ['…'] : [])].join('\n');
    show({ title, body: lines, page }, last.from);
    gather();
  }

  function gather(): void {
    gathering = setTimeout(showGathered, gatherMs);
    gathering.unref();
  }

  return {
    tell(notice, from) {
      if (!wanted()) return false;
      if (told.has(notice.key)) return true;
      told.add(notice.key);
      for (const key of told) {
        if (told.size <= mostKeys) break;
        told.delete(key);
      }
      if (gathering !== undefined) {
        gathered.push({ notice, from });
        return true;
      }
      const { title, body, page } = notice;
      show({ title, body, page }, from);
      gather();
      return true;
    },
  };
}
