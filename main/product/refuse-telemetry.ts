/**
 * ONNX Runtime keeps usage events in a database of its own and sends them to its maker unless it is told not to, before it
 * is loaded. Processes and threads that this one starts inherit the answer.
 */
export function refuseTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
