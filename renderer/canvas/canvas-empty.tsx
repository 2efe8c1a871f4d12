import { addNode } from '../state/graph-commands.ts';
import { openTemplate } from '../state/file-commands.ts';
import { Button } from '../ui/button.tsx';
import { definitions } from './kind-search.ts';
import { t } from './text.ts';
import { kindTitle } from '../translation/kind-titles.ts';

/** What an empty graph says: one thing to do, one sample. */
export function CanvasEmpty() {
  const source = definitions.find((definition) => definition.kind === 'data.file') ?? definitions[0];
  return (
    <div className="canvas-empty">
      <p>{t.startsWithData}</p>
      <div className="actions">
        {source && (
          <Button variant="primary" icon="plus" onClick={() => addNode(source.kind, { x: 80, y: 80 })}>
            {t.add(kindTitle(source).toLowerCase())}
          </Button>
        )}
        <Button variant="quiet" onClick={() => void openTemplate('penguins')}>
          {t.openPenguins}
        </Button>
      </div>
    </div>
  );
}
