import { germanTexts } from './loaded-german.ts';

/** The engine speaks English: what it says in the language of the app, or undefined where that is not known. */
export function translatedText(english: string): string | undefined {
  return germanTexts()?.messages.translate(english);
}

/** What the engine says, in the language of the app where it is known. */
export function engineText(english: string): string {
  return translatedText(english) ?? english;
}

/** What happened and what to do, in one line. */
export function errorText({ message, fix }: { message: string; fix?: string | null | undefined }): string {
  return [message, fix].flatMap((text) => (text ? [engineText(text)] : [])).join(' ');
}
