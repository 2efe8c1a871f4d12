import { classNames } from './class-names.ts';

interface SegmentedProps<T extends string> {
  value: T | undefined;
  options: readonly { value: T; label: string; disabled?: boolean; hint?: string }[];
  onChange: (value: T) => void;
  label: string;
  /** Fills its place with equal segments. */
  wide?: boolean;
  disabled?: boolean;
}

/** Two to five choices side by side; arrow keys move the choice. */
export function Segmented<T extends string>({
  value,
  options,
  onChange,
  label,
  wide = false,
  disabled,
}: SegmentedProps<T>) {
  function move(from: number, by: number) {
    const enabled = options.filter((option) => !option.disabled);
    const at = enabled.findIndex((option) => option.value === options[from]?.value);
    const next = enabled[(at + by + enabled.length) % enabled.length];
    if (next) onChange(next.value);
  }
  return (
    <div className={classNames('segmented', wide && 'wide')} role="radiogroup" aria-label={label}>
      {options.map((option, index) => {
        const chosen = option.value === value;
        return (
          <button
            key={option.value}
            type="button"
            role="radio"
            aria-checked={chosen}
            tabIndex={chosen || (value === undefined && index === 0) ? 0 : -1}
            disabled={disabled || option.disabled}
            title={option.hint}
            onClick={() => onChange(option.value)}
            onKeyDown={(event) => {
              if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(index, 1);
              else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(index, -1);
              else return;
              event.preventDefault();
              const group = event.currentTarget.parentElement;
              requestAnimationFrame(() => group?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus());
            }}
          >
            {option.label}
          </button>
        );
      })}
    </div>
  );
}
