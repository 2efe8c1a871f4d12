import { addNode } from '../state/graph-commands.ts';
import { openTemplate } from '../state/file-commands.ts';
import { Button } from '../ui/button.tsx';
import { definitions } from './kind-search.ts';

/** What an empty graph says: one thing to do, one sample. */
export function CanvasEmpty() {
  const source = definitions.find((definition) => definition.kind === 'data.file') ?? definitions[0];
  return (
    <div className="canvas-empty">
      <p>A graph starts with data. Add a file, or drag a node in from the left.</p>
      <div className="actions">
        {source && (
          <Button variant="primary" icon="plus" onClick={() => addNode(source.kind, { x: 80, y: 80 })}>
            Add {source.title.toLowerCase()}
          </Button>
        )}
        <Button variant="quiet" onClick={() => void openTemplate('penguins')}>
          Open Penguins
        </Button>
      </div>
    </div>
  );
}
