import type { MultivariateDrift } from '../../shared/rpc/engine-contract.ts';
import { formatFixed, formatNumber } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

const shownColumns = 3;

/** What rows as a whole say, beyond each column alone. */
export function WholeRows({ drift }: { drift: MultivariateDrift }) {
  const { domain, reconstruction } = drift;
  const columns = domain.columns.slice(0, shownColumns).map(({ column }) => column);
  return (
    <section className="cell wide">
      <h3 className="cell-title">{t.wholeRows}</h3>
      <p className="small">
        <span className={drift.drifted ? 'verdict drifted' : 'verdict ok'}>
          <Icon name={drift.drifted ? 'stale' : 'check'} small />
          {drift.drifted ? t.drifted : t.wholeRowsAlike}
        </span>{' '}
        {t.toldApart(formatFixed(domain.auc, 3), formatFixed(domain.threshold, 3))}
        {domain.drifted && columns.length > 0 && t.by(columns.join(', '))}.{' '}
        {reconstruction !== null &&
          `${t.componentsError(formatNumber(reconstruction.current), formatNumber(reconstruction.reference))}.`}
      </p>
    </section>
  );
}
