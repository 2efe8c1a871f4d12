import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { localDigits } from '../ui/format.ts';
import type { IconName } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

type AlertState = Pick<Alert, 'severity' | 'resolvedMs' | 'acknowledgedMs' | 'silenced'>;

/** The state of an alert as icon, word and tone of its pill. */
export function alertState({ severity, resolvedMs, acknowledgedMs, silenced }: AlertState): {
  icon: IconName;
  word: string;
  tone: 'ok' | 'stale' | 'fail' | '';
} {
  if (resolvedMs !== null) return { icon: 'check', word: t.over, tone: 'ok' };
  const tone = severity === 'critical' ? 'fail' : 'stale';
  const icon = severity === 'critical' ? 'failed' : 'stale';
  if (silenced) return { icon: 'never', word: t.silenced, tone: '' };
  if (acknowledgedMs !== null) return { icon, word: t.acknowledged, tone };
  return { icon, word: severity === 'critical' ? t.critical : severity === 'info' ? t.note : t.warning, tone };
}

/** A value of an example row. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? localDigits(String(Number(value.toPrecision(6)))) : String(value);
}
