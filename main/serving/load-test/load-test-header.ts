/** Header of requests that are sent to measure: endpoints keep them out of the request log, monitors and the peak. */
export const loadTestHeader = 'x-slipway-load-test';
