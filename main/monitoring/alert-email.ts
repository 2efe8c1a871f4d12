import { createTransport } from 'nodemailer';
import type { Alert } from '../../shared/rpc/engine-contract.ts';

const timeoutMs = 10_000;

/**
 * Mails an alert through the server of `SLIPWAY_SMTP_URL` (`smtps://USER:PASSWORD@HOST:PORT`), from `SLIPWAY_SMTP_FROM` or
 * the server's user. Throws when there is no server, or it does not take the mail.
 */
export async function sendAlertEmail(
  alert: Pick<Alert, 'title' | 'severity' | 'resolvedMs' | 'explanation'>,
  text: string,
  to: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const address = environment['SLIPWAY_SMTP_URL'];
  if (address === undefined || !URL.canParse(address)) {
    throw new Error('SLIPWAY_SMTP_URL is not set to smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT');
  }
  const { protocol, hostname, port, username, password } = new URL(address);
  const secure = protocol === 'smtps:';
  const user = decodeURIComponent(username);
  const transport = createTransport({
    host: hostname,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    connectionTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(password) } }),
  });
  const state = alert.resolvedMs !== null ? 'Over' : alert.severity === 'critical' ? 'Critical' : 'Warning';
  try {
    await transport.sendMail({
      from: environment['SLIPWAY_SMTP_FROM'] ?? (user.includes('@') ? user : `slipway@${hostname}`),
      to,
      subject: `${state}: ${alert.title}`,
      text: [text, ...alert.explanation.columns.map(({ column, words }) => `${column}: ${words}`)].join('\n\n'),
    });
  } finally {
    transport.close();
  }
}
