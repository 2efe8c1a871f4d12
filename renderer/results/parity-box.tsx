import { formatCount, formatNumber } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';

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
          Parity not measured
        </p>
        <p className="mute small">Evaluate the model on a table; without parity it cannot be registered.</p>
      </div>
    );
  }
  return (
    <div className={parity.passed ? 'parity passed' : 'parity failed'}>
      <p className="headline">
        <Icon name={parity.passed ? 'check' : 'failed'} small />
        {parity.passed ? 'Serves what was trained' : 'Served scores differ from trained ones'}
      </p>
      <dl>
        <dt>Rows compared</dt>
        <dd>{formatCount(parity.rows)}</dd>
        <dt>Largest difference</dt>
        <dd>
          {parity.maxAbsDifference === 0 ? '0' : formatNumber(parity.maxAbsDifference)}{' '}
          <span className="mute">limit {formatNumber(parity.tolerance)}</span>
        </dd>
        <dt>Other labels</dt>
        <dd>{formatCount(parity.labelMismatches)}</dd>
      </dl>
      {!parity.passed && <p className="small">Registration is blocked until both agree.</p>}
    </div>
  );
}
