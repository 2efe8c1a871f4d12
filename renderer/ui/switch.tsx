import type { FieldIds } from './field.tsx';

interface SwitchProps extends Partial<FieldIds> {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  'aria-label'?: string;
}

export function Switch({ checked, onChange, ...rest }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      {...rest}
      aria-checked={checked}
      className="switch"
      onClick={() => onChange(!checked)}
    />
  );
}
