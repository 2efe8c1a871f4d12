import { useConnection } from '../client/connection-store.ts';
import { reconnectEngine } from '../client/engine-client.ts';
import { Button } from '../ui/button.tsx';
import { formatClock } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

/** Amber bar while the engine is gone; last values stay. */
export function OfflineBar() {
  const { state, lastOnlineMs } = useConnection();
  if (state === 'online' || state === 'connecting') return null;
  return (
    <div className="offline-bar" role="alert">
      <Icon name="stale" small />
      <span>
        {state === 'refused'
          ? t.engineRefused
          : t.engineGone(lastOnlineMs === undefined ? t.before : formatClock(lastOnlineMs, false))}
      </span>
      <span className="grow" />
      <Button variant="link" onClick={reconnectEngine}>
        {t.connectNow}
      </Button>
    </div>
  );
}
