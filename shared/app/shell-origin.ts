/**
 * Origin of the desktop app's pages, which every engine accepts beside its own. The shell answers every https request of
 * its windows itself, so this name is never looked up and nothing else can be reached. (A scheme of our own would have to
 * be registered before Electron is ready, which a runtime that starts apps late does not allow.)
 */
export const shellOrigin = 'https://app.slipway.localhost';
