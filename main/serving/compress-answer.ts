import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { Answer } from './http-answer.ts';

const coders = { gzip: promisify(gzip), deflate: promisify(deflate) };
type Coding = keyof typeof coders;

/** Bodies below this stay as they are for clients that merely list what they could read, as most libraries do. */
const worthwhileBytes = 1_024;

/** Fast and nearly as small: inference answers are compressed once and read once. */
const level = 1;

/** The answer compressed as `Accept-Encoding` wants it; unchanged where it wants nothing or little would be won. */
export async function compressAnswer(answer: Answer, acceptEncoding: string | undefined): Promise<Answer> {
  if (acceptEncoding === undefined || answer.body.length === 0) return answer;
  const wanted = wantedCodings(acceptEncoding);
  const [coding] = wanted;
  if (coding === undefined) return answer;
  // A client that names a single coding asks for it on purpose.
  const askedFor = wanted.length === 1 && !acceptEncoding.includes(',');
  if (!askedFor && answer.body.length < worthwhileBytes) return answer;
  const body = await coders[coding](answer.body, { level });
  return { ...answer, body, headers: { ...answer.headers, 'content-encoding': coding, vary: 'accept-encoding' } };
}

/** Codings that we know and the client takes, best first. */
function wantedCodings(acceptEncoding: string): Coding[] {
  const weights = new Map<Coding, number>();
  for (const part of acceptEncoding.slice(0, 500).toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (!(weight > 0)) continue;
    if (name === 'gzip' || name === 'deflate') weights.set(name, weight);
    else if (name === 'x-gzip') weights.set('gzip', weight);
  }
  return [...weights].sort(([, a], [, b]) => b - a).map(([coding]) => coding);
}
