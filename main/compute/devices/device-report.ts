import type { ExecutionProvider } from '../onnx/session.ts';

/** What became of an attempt to use one execution provider. */
export interface ProviderReport {
  provider: ExecutionProvider;
  /** `wrong`: it ran and gave other numbers than the CPU. */
  state: 'ready' | 'failed' | 'wrong';
  /** Why it cannot be used; undefined when it can. */
  reason?: string;
  /** Time to open a session and to run a small matrix product, in ms. */
  openMs?: number;
  runMs?: number;
}

export interface GraphicsDevice {
  name: string;
  /** Its own memory; null where the system does not tell. */
  memoryBytes: number | null;
}

export interface DeviceReport {
  /** CPU first. */
  providers: ProviderReport[];
  /** Graphics processors that the system lists, usable or not. */
  graphics: GraphicsDevice[];
}
