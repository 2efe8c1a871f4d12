import { breadcrumbs } from '../state/group-commands.ts';
import { showScope, useActiveGraph } from '../state/graph-store.ts';
import { select } from '../state/selection-store.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

/** The graph's name, and inside a group the way back to it. */
export function Breadcrumbs() {
  const root = useActiveGraph((graph) => graph.root);
  const scope = useActiveGraph((graph) => graph.scope);
  if (!root || !scope) return null;
  const crumbs = breadcrumbs({ root, scope });
  return (
    <nav className="crumb" aria-label={t.path}>
      <Icon name="graph" small />
      {crumbs.map((crumb, index) =>
        index === crumbs.length - 1 ? (
          <b key={crumb.scope.join('/')} aria-current="location">
            {crumb.title}
          </b>
        ) : (
          <span key={crumb.scope.join('/')} className="crumb-step">
            <button
              type="button"
              className="link-button"
              onClick={() => {
                select(scope.slice(crumb.scope.length, crumb.scope.length + 1));
                showScope(crumb.scope);
              }}
            >
              {crumb.title}
            </button>
            <Icon name="right" small />
          </span>
        ),
      )}
    </nav>
  );
}
