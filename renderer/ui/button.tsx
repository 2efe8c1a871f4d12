import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icons/icon.tsx';
import { Tooltip } from './tooltip.tsx';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  variant?: 'plain' | 'primary' | 'danger' | 'quiet' | 'link';
  small?: boolean;
  icon?: IconName | undefined;
  /** Why the button is off or what else it does; shown on hover and focus. */
  hint?: string | undefined;
  children: ReactNode;
};

export function Button({ variant = 'plain', small = false, icon, hint, className, children, ...rest }: ButtonProps) {
  const base = variant === 'link' ? 'link-button' : 'btn';
  const look = variant === 'plain' || variant === 'link' ? undefined : variant;
  const button = (
    <button type="button" {...rest} className={classNames(base, look, small && 'small', className)}>
      {icon && <Icon name={icon} small />}
      {children}
    </button>
  );
  return hint === undefined ? button : <Tooltip text={hint}>{button}</Tooltip>;
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & {
  icon: IconName;
  /** Accessible name and tooltip. */
  label: string;
  small?: boolean;
  pressed?: boolean | undefined;
};

export function IconButton({ icon, label, small = false, pressed, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        className={classNames('icon-btn', className)}
      >
        <Icon name={icon} small={small} />
      </button>
    </Tooltip>
  );
}
