/** Builds the app for the browser into dist/renderer when a source is newer; does nothing where the build tool is not installed. */
export function buildApp(): void;
export function buildShell(): void;
