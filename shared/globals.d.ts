/** Globals present in Node and in browsers; shared code may use nothing else of its host. */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare function structuredClone<T>(value: T): T;
