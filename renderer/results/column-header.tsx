import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import type { Column } from '../../shared/table/schema.ts';
import { MiniBars } from '../charts/mini-bars.tsx';
import { formatPercent } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { headerBars, missingShare, rangeText } from './column-summary.ts';
import { t } from './text.ts';

interface ColumnHeaderProps {
  column: Column;
  profile: ColumnProfile | undefined;
  /** The column a trainer learns. */
  isLabel: boolean;
  sorted: 'ascending' | 'descending' | undefined;
  onSort: () => void;
}

/** Name, type, picture of the values, range; missing in amber. A press sorts. */
export function ColumnHeader({ column, profile, isLabel, sorted, onSort }: ColumnHeaderProps) {
  const range = profile && rangeText(profile);
  const bars = profile && headerBars(profile);
  const missing = profile === undefined ? 0 : missingShare(profile);
  return (
    <button
      type="button"
      className={isLabel ? 'grid-head label stage-train' : 'grid-head'}
      title={t.pressToSort(column.name, column.sqlType, isLabel ? t.theLabel : '')}
      onClick={onSort}
    >
      <span className="name">
        <span className="clip mono">{column.name}</span>
        {sorted && <Icon name={sorted === 'ascending' ? 'up' : 'down'} small />}
        <TypeGlyph type={column.type} />
      </span>
      <span className="bars">
        {bars && (
          <MiniBars
            counts={bars.counts}
            lastIsRest={bars.rest}
            {...(bars.marked === undefined ? {} : { marked: bars.marked })}
          />
        )}
      </span>
      <span className="range">
        <span className="clip">{range?.left}</span>
        <span className="clip">
          {missing > 0 ? <span className="missing">{t.missing(formatPercent(missing))}</span> : range?.right}
        </span>
      </span>
    </button>
  );
}
