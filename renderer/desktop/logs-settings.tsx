import { useEffect, useState } from 'react';
import type { DesktopShell, LogsFolder } from '../../shared/rpc/shell-contract.ts';
import { Button } from '../ui/button.tsx';
import { formatPlural, formatRelative } from '../ui/format.ts';
import { t } from './settings-text.ts';

/** Where logs and crash reports lie, and whether something has crashed. */
export function LogsSettings({ desktop }: { desktop: DesktopShell }) {
  const [logs, setLogs] = useState<LogsFolder>();
  useEffect(() => {
    void desktop.logs().then(setLogs);
  }, [desktop]);
  if (logs === undefined) return null;
  const { path, crashReports, lastCrashMs } = logs;
  return (
    <section aria-labelledby="logs-settings">
      <h2 id="logs-settings">{t.logs}</h2>
      <p>
        {lastCrashMs === null
          ? t.noCrashes
          : t.lastCrash(formatPlural(crashReports, 'crashReport'), formatRelative(lastCrashMs))}{' '}
        {t.logsStayHere}
      </p>
      <code>{path}</code>
      <div className="actions">
        <Button onClick={() => void desktop.showLogs()}>{t.showLogs}</Button>
      </div>
    </section>
  );
}
