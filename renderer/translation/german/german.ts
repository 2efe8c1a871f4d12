import { MessageMatcher } from '../message-matcher.ts';
import { engineMessages } from './engine-messages/engine-messages.ts';
import { texts } from './words.ts';

// What is said in German about node kinds and by the engine, loaded when the app speaks German.
export { germanErrorHelp } from './error-help.ts';
export { germanKinds } from './kinds.ts';
export { labels, options, texts } from './words.ts';

/** What the engine says. */
export const messages = new MessageMatcher(Object.values(engineMessages), texts);
