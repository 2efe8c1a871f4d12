import { language } from './language.ts';

type Entry = string | ((...args: never[]) => string) | { readonly [key: string]: Entry };
type Catalogue = { readonly [key: string]: Entry };

/** The same keys and arguments, other words. */
type Translated<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Translated<T[K]> };

/** Both languages of a catalogue, for the test that compares them. */
export const catalogues = new WeakMap<object, { en: Catalogue; de: Catalogue }>();

/**
 * The texts of one area of the app. Read where they are shown (`t.save`, `t.deleted(3)`), never at the top of a module:
 * the language may change while the app runs. A key without its German does not compile.
 */
export function defineText<const T extends Catalogue>(en: T, de: Translated<T>): Translated<T> {
  const text: Record<string, unknown> = {};
  for (const key of Object.keys(en)) {
    Object.defineProperty(text, key, {
      enumerable: true,
      get: () => (language() === 'de' ? (de as Catalogue)[key] : en[key]),
    });
  }
  catalogues.set(text, { en, de: de as Catalogue });
  return text as Translated<T>;
}
