import { nextPlace } from '../canvas/next-place.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { placeFromLibrary } from '../state/library-commands.ts';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

const refetchMs = 5000;

async function place(name: string): Promise<void> {
  try {
    await placeFromLibrary(name, nextPlace());
  } catch (error) {
    showError(error);
  }
}

/** Groups that were saved for other graphs; nothing while there are none. */
export function LibraryPalette() {
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  const { data } = useQuery('library', (signal) => engine.library.list(undefined, { signal }), { refetchMs });
  if (!data || data.length === 0) return null;
  return (
    <section aria-label={t.library}>
      <h3>
        {t.library}
        <span className="num">{data.length}</span>
      </h3>
      <ul>
        {data.map(({ name, title, versions }) => {
          const newest = versions.at(-1)?.version ?? 1;
          return (
            <li key={name}>
              <button
                type="button"
                className="palette-item"
                disabled={!open}
                title={t.placeGroup(name, newest)}
                onDoubleClick={() => void place(name)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' && event.key !== ' ') return;
                  event.preventDefault();
                  void place(name);
                }}
              >
                <span className="clip">{title}</span>
                <span className="mute small num">{t.groupVersion(newest)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
