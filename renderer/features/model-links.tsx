import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { t } from './text.ts';

/** Model versions, each leading to its screen. */
export function ModelLinks({ models }: { models: readonly { name: string; version: number }[] }) {
  if (models.length === 0) return <span className="mute">{t.noModel}</span>;
  return (
    <span className="model-links">
      {models.map(({ name, version }) => (
        <Button key={`${name}/${version}`} variant="link" onClick={() => navigate('models', `${name}/${version}`)}>
          {t.modelVersion(name, version)}
        </Button>
      ))}
    </span>
  );
}
