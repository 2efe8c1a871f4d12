import { useEffect } from 'react';
import { create } from 'zustand';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icons/icon.tsx';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

export interface ToastMessage {
  text: string;
  tone?: 'info' | 'warning' | 'failed';
  action?: { label: string; onSelect: () => void };
}

interface ToastState {
  toasts: (ToastMessage & { id: number })[];
}

const useToasts = create<ToastState>(() => ({ toasts: [] }));
let nextId = 1;

function dismiss(id: number): void {
  useToasts.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}

/** One line and at most one action, only for what happened out of sight. Failures stay until dismissed, others 6 s. */
export function showToast(message: ToastMessage): void {
  const id = nextId++;
  useToasts.setState((state) => ({ toasts: [...state.toasts.slice(-3), { ...message, id }] }));
}

function ToastLine({ toast }: { toast: ToastMessage & { id: number } }) {
  const failed = toast.tone === 'failed';
  const { id } = toast;
  useEffect(() => {
    if (failed) return;
    const timer = setTimeout(() => dismiss(id), 6000);
    return () => clearTimeout(timer);
  }, [failed, id]);
  return (
    <div className={failed ? 'toast failed' : 'toast'} role={failed ? 'alert' : 'status'}>
      <Icon name={failed ? 'failed' : toast.tone === 'warning' ? 'stale' : 'check'} small />
      <span>{engineText(toast.text)}</span>
      {toast.action && (
        <Button
          variant="link"
          onClick={() => {
            toast.action?.onSelect();
            dismiss(id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton icon="close" small label={t.dismiss} onClick={() => dismiss(id)} />
    </div>
  );
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className="toasts">
      {toasts.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>
  );
}
