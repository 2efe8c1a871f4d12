import { navigate, type Screen, useRoute } from '../state/ui-store.ts';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { Mark } from '../ui/icons/mark.tsx';

const entries: { screen: Screen; label: string; icon: IconName }[] = [
  { screen: 'home', label: 'Home', icon: 'home' },
  { screen: 'graph', label: 'Graphs', icon: 'graph' },
  { screen: 'runs', label: 'Runs', icon: 'runs' },
  { screen: 'models', label: 'Models', icon: 'models' },
  { screen: 'endpoints', label: 'Endpoints', icon: 'endpoints' },
  { screen: 'monitors', label: 'Monitors', icon: 'monitors' },
  { screen: 'cluster', label: 'Cluster', icon: 'cluster' },
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
    <nav className="rail" aria-label="Screens">
      <div className="rail-mark">
        <Mark />
      </div>
      {entries.map((entry) => (
        <RailLink key={entry.screen} {...entry} />
      ))}
      <span className="grow" />
      <RailLink screen="settings" label="Settings" icon="settings" />
    </nav>
  );
}
