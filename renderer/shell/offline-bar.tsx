import { useConnection } from '../client/connection-store.ts';
import { reconnectEngine } from '../client/engine-client.ts';
import { Button } from '../ui/button.tsx';
import { formatClock } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';

/** Amber bar while the engine is gone; last values stay. */
export function OfflineBar() {
  const { state, lastOnlineMs } = useConnection();
  if (state === 'online' || state === 'connecting') return null;
  return (
    <div className="offline-bar" role="alert">
      <Icon name="stale" small />
      <span>
        {state === 'refused'
          ? 'The engine cannot be reached. It may have stopped, or this page needs the address with the token that the engine printed.'
          : `The engine is gone; values are as of ${lastOnlineMs === undefined ? 'before' : formatClock(lastOnlineMs, false)}. Editing goes on, running waits until it is back.`}
      </span>
      <span className="grow" />
      <Button variant="link" onClick={reconnectEngine}>
        Connect now
      </Button>
    </div>
  );
}
