import './app.css';
import { Component, lazy, type ReactNode, Suspense, useLayoutEffect } from 'react';
import { useRoute, useUi } from '../state/ui-store.ts';
import { useLanguage } from '../translation/language.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { Toasts } from '../ui/toast.tsx';
import { DiskBar } from './disk-bar.tsx';
import { EditorScreen } from './editor-screen.tsx';
import { OfflineBar } from './offline-bar.tsx';
import { Overlays } from './overlays.tsx';
import { Rail } from './rail.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { TrustBar } from './trust-bar.tsx';
import { WindowTitle } from './window-title.tsx';
import { t } from './text.ts';

const HomeScreen = lazy(async () => ({ default: (await import('../home/home-screen.tsx')).HomeScreen }));
const DataScreen = lazy(async () => ({ default: (await import('../data/DataScreen.tsx')).DataScreen }));
const FeaturesScreen = lazy(async () => ({ default: (await import('../features/FeaturesScreen.tsx')).FeaturesScreen }));
const RunsScreen = lazy(async () => ({ default: (await import('../runs/RunsScreen.tsx')).RunsScreen }));
const ExperimentsScreen = lazy(async () => ({
  default: (await import('../experiments/ExperimentsScreen.tsx')).ExperimentsScreen,
}));
const ModelsScreen = lazy(async () => ({ default: (await import('../models/ModelsScreen.tsx')).ModelsScreen }));
const EndpointsScreen = lazy(async () => ({
  default: (await import('../endpoints/EndpointsScreen.tsx')).EndpointsScreen,
}));
const MonitorsScreen = lazy(async () => ({ default: (await import('../monitors/MonitorsScreen.tsx')).MonitorsScreen }));
const HelpScreen = lazy(async () => ({ default: (await import('../help/HelpScreen.tsx')).HelpScreen }));
const DevicesScreen = lazy(async () => ({ default: (await import('../devices/DevicesScreen.tsx')).DevicesScreen }));
const ClusterScreen = lazy(async () => ({ default: (await import('../cluster/ClusterScreen.tsx')).ClusterScreen }));
const SettingsScreen = lazy(async () => ({ default: (await import('./settings-screen.tsx')).SettingsScreen }));

/** Keeps a failing screen to itself. */
class ScreenBoundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <ErrorState
        error={{ code: 'internal.bug', category: 'bug', message: error.message, details: { stack: error.stack } }}
        onRetry={() => this.setState({ error: undefined })}
      />
    );
  }
}

function CurrentScreen() {
  const { screen } = useRoute();
  switch (screen) {
    case 'home':
      return <HomeScreen />;
    case 'graph':
      return <EditorScreen />;
    case 'data':
      return <DataScreen />;
    case 'features':
      return <FeaturesScreen />;
    case 'runs':
      return <RunsScreen />;
    case 'experiments':
      return <ExperimentsScreen />;
    case 'models':
      return <ModelsScreen />;
    case 'endpoints':
      return <EndpointsScreen />;
    case 'monitors':
      return <MonitorsScreen />;
    case 'cluster':
      return <ClusterScreen />;
    case 'devices':
      return <DevicesScreen />;
    case 'help':
      return <HelpScreen />;
    case 'settings':
      return <SettingsScreen />;
  }
}

/** The app in the language of the moment; another one renders everything anew. */
export function App() {
  const language = useLanguage((state) => state.language);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <Window key={language} />;
}

function Window() {
  const { screen } = useRoute();
  const announcement = useUi((state) => state.announcement);
  return (
    <div className="app">
      <WindowTitle />
      <Rail />
      <TopBar />
      <div className="notice-bars">
        <OfflineBar />
        <TrustBar />
        <DiskBar />
      </div>
      <main className="main-area">
        <ScreenBoundary key={screen}>
          <Suspense fallback={<Skeleton waitsFor={t.theScreen} />}>
            <CurrentScreen />
          </Suspense>
        </ScreenBoundary>
      </main>
      <StatusBar />
      <Overlays />
      <Toasts />
      <div className="visually-hidden" aria-live="polite">
        {announcement}
      </div>
    </div>
  );
}
