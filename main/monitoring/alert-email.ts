import { createTransport } from 'nodemailer';
import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { AlertRefused } from './alert-refused.ts';

const timeoutMs = 10_000;

/**
 * Mails alerts that belong together through the server of `SLIPWAY_SMTP_URL` (`smtps://USER:PASSWORD@HOST:PORT`), from `SLIPWAY_SMTP_FROM` or
 * the server's user. Throws when the mail could not be sent, `AlertRefused` when no server is set or it will not take the
 * mail (status 5xx, RFC 5321 section 4.2.1).
 */
export async function sendAlertEmail(
  alerts: readonly Pick<Alert, 'title' | 'severity' | 'resolvedMs' | 'explanation'>[],
  text: string,
  to: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const address = environment['SLIPWAY_SMTP_URL'];
  if (address === undefined || !URL.canParse(address)) {
    throw new AlertRefused('SLIPWAY_SMTP_URL is not set to smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT');
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
  const subject = alerts.map(subjectOf).join('; ');
  const columns = alerts.flatMap(({ explanation }) => explanation.columns);
  try {
    await transport.sendMail({
      from: environment['SLIPWAY_SMTP_FROM'] ?? (user.includes('@') ? user : `slipway@${hostname}`),
      to,
      subject: subject.length > 200 ? `${subject.slice(0, 199)}…` : subject,
      text: [text, ...columns.map(({ column, words }) => `${column}: ${words}`)].join('\n\n'),
    });
  } catch (error) {
    const { responseCode, message } = error as { responseCode?: number; message: string };
    throw responseCode !== undefined && responseCode >= 500 ? new AlertRefused(message, { cause: error }) : error;
  } finally {
    transport.close();
  }
}

function subjectOf({ title, severity, resolvedMs }: Pick<Alert, 'title' | 'severity' | 'resolvedMs'>): string {
  const state =
    resolvedMs !== null ? 'Over' : severity === 'critical' ? 'Critical' : severity === 'info' ? 'Note' : 'Warning';
  return `${state}: ${title}`;
}
