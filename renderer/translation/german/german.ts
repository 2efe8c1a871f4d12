/** Everything that is said in German about node kinds, loaded when the app speaks German. */
export { germanErrorHelp } from './error-help.ts';
export { germanKinds } from './kinds.ts';
export { labels, options, texts } from './words.ts';
