import { navigate, type Screen, useRoute } from '../state/ui-store.ts';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { Mark } from '../ui/icons/mark.tsx';
import { t } from './text.ts';

interface Entry {
  screen: Screen;
  label: string;
  icon: IconName;
}

const entries = (): Entry[] => [
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

const lowerEntries = (): Entry[] => [
  { screen: 'help', label: t.help, icon: 'info' },
  { screen: 'settings', label: t.settings, icon: 'settings' },
];

/** What a screen is called. */
export function screenName(wanted: Screen): string | undefined {
  return [...entries(), ...lowerEntries()].find(({ screen }) => screen === wanted)?.label;
}

function RailLink({ screen, label, icon }: Entry) {
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
      {lowerEntries().map((entry) => (
        <RailLink key={entry.screen} {...entry} />
      ))}
    </nav>
  );
}
