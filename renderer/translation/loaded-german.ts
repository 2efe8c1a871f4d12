import { language } from './language.ts';

type German = typeof import('./german/german.ts');

let german: German | undefined;

export async function loadGerman(): Promise<void> {
  german ??= await import('./german/german.ts');
}

/** What is said in German beside the catalogues of the screens; undefined where the app does not speak German. */
export function germanTexts(): German | undefined {
  return language() === 'de' ? german : undefined;
}
