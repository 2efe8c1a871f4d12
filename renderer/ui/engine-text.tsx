import { language } from '../translation/language.ts';
import { translatedText } from '../translation/engine-text.ts';

/**
 * What the engine says, in the language of the app. What has no translation, such as the words of a database, is
 * marked as English for screen readers.
 */
export function EngineText({ text }: { text: string }) {
  if (language() === 'en') return text;
  const said = translatedText(text);
  return said ?? <span lang="en">{text}</span>;
}

/** What happened and what to do about it. */
export function EngineError({ error }: { error: { message: string; fix?: string | null | undefined } }) {
  return (
    <>
      <EngineText text={error.message} />
      {error.fix ? (
        <>
          {' '}
          <EngineText text={error.fix} />
        </>
      ) : null}
    </>
  );
}
