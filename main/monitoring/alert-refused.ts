/** A receiver that will not take the message however often it is sent, or none that could be asked. */
export class AlertRefused extends Error {
  override readonly name = 'AlertRefused';
}
