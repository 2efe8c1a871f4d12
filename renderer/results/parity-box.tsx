import { formatCount, formatNumber } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

interface ParityBoxProps {
  parity: {
    rows: number;
    maxAbsDifference: number;
    labelMismatches: number;
    tolerance: number;
    passed: boolean;
  } | null;
}

/** Whether the model as served gives what the model as trained gives, on held-out rows. */
export function ParityBox({ parity }: ParityBoxProps) {
  if (!parity) {
    return (
      <div className="parity">
        <p className="headline">
          <Icon name="never" small />
          {t.parityNotMeasured}
        </p>
        <p className="mute small">{t.evaluateForParity}</p>
      </div>
    );
  }
  return (
    <div className={parity.passed ? 'parity passed' : 'parity failed'}>
      <p className="headline">
        <Icon name={parity.passed ? 'check' : 'failed'} small />
        {parity.passed ? t.servesWhatWasTrained : t.servedDiffers}
      </p>
      <dl>
        <dt>{t.rowsCompared}</dt>
        <dd>{formatCount(parity.rows)}</dd>
        <dt>{t.largestDifference}</dt>
        <dd>
          {parity.maxAbsDifference === 0 ? '0' : formatNumber(parity.maxAbsDifference)}{' '}
          <span className="mute">{t.limit(formatNumber(parity.tolerance))}</span>
        </dd>
        <dt>{t.otherLabels}</dt>
        <dd>{formatCount(parity.labelMismatches)}</dd>
      </dl>
      {!parity.passed && <p className="small">{t.registrationBlocked}</p>}
    </div>
  );
}
