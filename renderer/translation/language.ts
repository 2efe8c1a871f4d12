import { create } from 'zustand';
import { type Language, languages } from '../../shared/app/languages.ts';

/** `system`: the first language of the browser or desktop that the app speaks, else English. */
export type LanguageChoice = 'system' | Language;

/** Names of the languages, each in itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

const storageKey = 'slipway.language';

function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

function systemLanguage(): Language {
  const wanted = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

function storedChoice(): LanguageChoice {
  if (typeof localStorage === 'undefined') return 'system';
  const stored = localStorage.getItem(storageKey);
  return isLanguage(stored) ? stored : 'system';
}

interface LanguageState {
  choice: LanguageChoice;
  language: Language;
}

function stateOf(choice: LanguageChoice): LanguageState {
  return { choice, language: choice === 'system' ? systemLanguage() : choice };
}

/** The language the app speaks. The app is rendered anew when it changes; graphs, undo and selections stay. */
export const useLanguage = create<LanguageState>(() => stateOf(storedChoice()));

/** The language that a choice comes to here. */
export function languageOf(choice: LanguageChoice): Language {
  return stateOf(choice).language;
}

export function language(): Language {
  return useLanguage.getState().language;
}

export function setLanguage(choice: LanguageChoice): void {
  if (typeof localStorage !== 'undefined') localStorage.setItem(storageKey, choice);
  useLanguage.setState(stateOf(choice));
}
