import type { ReactNode } from 'react';
import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import type { KnownMonitor } from './known-monitors.ts';
import { t } from './text.ts';

/** Name, verdict and figures of one monitor. */
export function MonitorHead({
  monitor,
  state,
  children,
}: {
  monitor: KnownMonitor;
  state: { icon: IconName; word: string; tone: '' | 'ok' | 'stale' | 'fail' | 'run' };
  /** Figures. */
  children?: ReactNode;
}) {
  const { endpoint } = monitor;
  return (
    <div className="screen-head">
      <StageFlag stage="monitor" size={26} />
      <div className="head-name">
        <h1>{monitor.title}</h1>
        <div className="mute small clip">
          {monitor.graphName}
          {endpoint && t.requestsOf(endpoint.name)}
        </div>
      </div>
      <span className={`pill ${state.tone}`}>
        <Icon name={state.icon} small />
        {state.word}
      </span>
      <span className="grow" />
      <div className="head-figures">{children}</div>
      {endpoint && (
        <Button onClick={() => navigate('endpoints', endpoint.id)} icon="endpoints">
          {t.endpoint}
        </Button>
      )}
    </div>
  );
}
