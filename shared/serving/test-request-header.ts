/**
 * Header of requests that are sent to measure or to try a model: endpoints keep them out of the request log, monitors
 * and the peak.
 */
export const testRequestHeader = 'x-slipway-load-test';
