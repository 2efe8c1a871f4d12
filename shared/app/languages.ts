/** What the app and its desktop shell speak. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];
