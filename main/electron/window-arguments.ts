/** Tells a window's preload script that its engine runs on another machine. */
export const remoteEngineArgument = '--slipway-remote-engine';
