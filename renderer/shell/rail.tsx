import { navigate, type Screen, useRoute } from '../state/ui-store.ts';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { Mark } from '../ui/icons/mark.tsx';
import { t } from './text.ts';

const entries = (): { screen: Screen; label: string; icon: IconName }[] => [
  { screen: 'home', label: t.home, icon: 'home' },
  { screen: 'graph', label: t.graphs, icon: 'graph' },
  { screen: 'data', label: t.data, icon: 'table' },
  { screen: 'features', label: t.features, icon: 'layout' },
  { screen: 'runs', label: t.runs, icon: 'runs' },
  { screen: 'experiments', label: t.experiments, icon: 'experiments' },
  { screen: 'models', label: t.models, icon: 'models' },
  { screen: 'endpoints', label: t.endpoints, icon: 'endpoints' },
  { screen: 'monitors', label: t.monitors, icon: 'monitors' },
  { screen: 'cluster', label: t.cluster, icon: 'cluster' },
  { screen: 'devices', label: t.devices, icon: 'cpu' },
];

function RailLink({ screen, label, icon }: { screen: Screen; label: string; icon: IconName }) {
  const current = useRoute().screen === screen;
  return (
    <a
      href={`#/${screen}`}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      onClick={(event) => {
        event.preventDefault();
        navigate(screen);
      }}
    >
      <Icon name={icon} />
      {label}
    </a>
  );
}

export function Rail() {
  return (
    <nav className="rail" aria-label={t.screens}>
      <div className="rail-mark">
        <Mark />
      </div>
      {entries().map((entry) => (
        <RailLink key={entry.screen} {...entry} />
      ))}
      <span className="grow" />
      <RailLink screen="help" label={t.help} icon="info" />
      <RailLink screen="settings" label={t.settings} icon="settings" />
    </nav>
  );
}
