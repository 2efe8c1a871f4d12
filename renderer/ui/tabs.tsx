import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

interface TabsProps<T extends string> {
  value: T;
  tabs: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
  label: string;
  className?: string;
}

/** The list only; the panel beside it has `role="tabpanel"`. */
export function Tabs<T extends string>({ value, tabs, onChange, label, className }: TabsProps<T>) {
  return (
    <div className={classNames('tab-list', className)} role="tablist" aria-label={label}>
      {tabs.map((tab, index) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
            const next = by === 0 ? undefined : tabs[(index + by + tabs.length) % tabs.length];
            if (!next) return;
            event.preventDefault();
            onChange(next.value);
            (event.currentTarget.parentElement?.children[tabs.indexOf(next)] as HTMLElement | undefined)?.focus();
          }}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
