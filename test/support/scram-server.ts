import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const iterations = 4096;

/** The server's half of SCRAM (RFC 5802, 7677), for one connection. */
export class ScramServer {
  user = '';
  private readonly hash: 'sha256' | 'sha512';
  private readonly passwords: Readonly<Record<string, string>>;
  private readonly pretends: boolean;
  private first = '';
  private answer = '';
  private nonce = '';
  private readonly salt = randomBytes(16);

  /** `pretends`: does not know the passwords, and says it does. */
  constructor(hash: 'sha256' | 'sha512', passwords: Readonly<Record<string, string>>, pretends = false) {
    this.hash = hash;
    this.passwords = passwords;
    this.pretends = pretends;
  }

  /** What to answer to a message; undefined when user or password are wrong. `isDone` after the last one. */
  next(message: string): { text: string; isDone: boolean } | undefined {
    if (this.first === '') {
      const [, bare = ''] = /^[ny],,(.*)$/.exec(message) ?? [];
      const fields = fieldsOf(bare);
      this.first = bare;
      this.user = (fields['n'] ?? '').replaceAll('=2C', ',').replaceAll('=3D', '=');
      this.nonce = `${fields['r']}${randomBytes(12).toString('base64')}`;
      this.answer = `r=${this.nonce},s=${this.salt.toString('base64')},i=${iterations}`;
      return { text: this.answer, isDone: false };
    }
    const fields = fieldsOf(message);
    if (fields['c'] !== 'biws' || fields['r'] !== this.nonce) return undefined;
    const password = this.passwords[this.user];
    if (password === undefined) return undefined;
    const bytes = this.hash === 'sha256' ? 32 : 64;
    const salted = pbkdf2Sync(this.pretends ? 'guess' : password, this.salt, iterations, bytes, this.hash);
    const signed = `${this.first},${this.answer},${message.replace(/,p=.*$/, '')}`;
    const clientKey = this.hmac(salted, 'Client Key');
    const storedKey = createHash(this.hash).update(clientKey).digest();
    const signature = this.hmac(storedKey, signed);
    const proof = Buffer.from(fields['p'] ?? '', 'base64');
    const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
    const isRight = proof.length === expected.length && timingSafeEqual(proof, expected);
    if (!isRight && !this.pretends) return undefined;
    return { text: `v=${this.hmac(this.hmac(salted, 'Server Key'), signed).toString('base64')}`, isDone: true };
  }

  private hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.hash, key).update(text).digest();
  }
}

function fieldsOf(message: string): Record<string, string> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}
