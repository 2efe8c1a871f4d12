import type { DesktopShell } from '../../shared/rpc/shell-contract.ts';
import { EngineSettings } from './engine-settings.tsx';
import { LogsSettings } from './logs-settings.tsx';
import { NetworkSettings } from './network-settings.tsx';
import { NoticeSettings } from './notice-settings.tsx';
import { SecretSettings } from './secret-settings.tsx';
import { UpdateSettings } from './update-settings.tsx';
import './desktop-settings.css';

/** Settings that only a desktop has. */
export function DesktopSettings({ desktop }: { desktop: DesktopShell }) {
  return (
    <div className="desktop-settings">
      <EngineSettings desktop={desktop} />
      <SecretSettings desktop={desktop} />
      <NetworkSettings desktop={desktop} />
      <NoticeSettings desktop={desktop} />
      <UpdateSettings desktop={desktop} />
      <LogsSettings desktop={desktop} />
    </div>
  );
}
