/** The part of nodemailer that is used here; it comes without types. */
declare module 'nodemailer' {
  interface TransportOptions {
    host: string;
    port: number;
    secure: boolean;
    connectionTimeout: number;
    socketTimeout: number;
    auth?: { user: string; pass: string };
  }
  interface Mail {
    from: string;
    to: string;
    subject: string;
    text: string;
  }
  interface Transport {
    sendMail(mail: Mail): Promise<unknown>;
    close(): void;
  }
  export function createTransport(options: TransportOptions): Transport;
}
