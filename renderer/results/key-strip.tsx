import { classNames } from '../ui/class-names.ts';
import { t } from './text.ts';

const parts = ['kind', 'code', 'params', 'inputs', 'source', 'environment'] as const;
const words: Record<(typeof parts)[number], string> = {
  kind: 'kind',
  code: 'code',
  params: 'params',
  inputs: 'inputs',
  source: 'source',
  environment: 'env',
};

/** The parts of a step's key; those that differ from the last result are hatched. */
export function KeyStrip({ changed }: { changed: readonly string[] }) {
  const differs = (part: string) => changed.includes(part) || (part === 'kind' && changed.includes('version'));
  const named = parts.filter(differs).map((part) => words[part]);
  return (
    <span
      className="key-strip"
      role="img"
      aria-label={named.length === 0 ? t.keyNothingDiffers : t.keyDiffer(named.join(', '))}
    >
      {parts.map((part) => (
        <span key={part} className={classNames('part', differs(part) && 'differs')}>
          {words[part]}
        </span>
      ))}
    </span>
  );
}
