import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Task } from '../../../shared/model/signature.ts';
import { notUsable, pythonEnvironment } from './interpreter.ts';
import { followLines } from './output-lines.ts';

const program = fileURLToPath(new URL('./estimator_worker.py', import.meta.url));

/** See `estimator_worker.py`. */
const magic = 0x50574c53;
const kinds = { load: 1, score: 2, ready: 3, scores: 4, failed: 5 } as const;
const headerBytes = 16;
/** Larger answers are no answers: scores, and texts. */
const mostScoreBytes = 2 ** 30;
const mostTextBytes = 2 ** 20;
const startTimeoutMs = 120_000;
/** Lines of output that are logged in the life of a process. */
const mostLines = 200;
/** After its end: for what it wrote last. */
const lastWordsMs = 500;

const aboutSchema = z.object({
  method: z.enum(['predict', 'predict_proba']),
  classes: z.array(z.number().int()).nullable(),
  memoryBytes: z.number(),
});

/** The process has ended, or was ended at its time limit: what was in it has no answer. */
export class EstimatorLost extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'EstimatorLost';
  }
}

export interface EstimatorOptions {
  interpreter: string;
  /** Of `estimator.pkl`; whoever calls has checked them, for loading them runs code. */
  bytes: Uint8Array;
  task: Task;
  /** Number of classes; 0 for a regression. */
  classes: number;
  /** Columns of the feature matrix. */
  width: number;
  threads: number;
  memoryBytes: number;
  /** Longest time of one `score`. */
  timeoutMs: number;
  log(level: 'info' | 'warn', text: string): void;
}

interface Waiting {
  resolve(frame: Frame): void;
  reject(error: Error): void;
}

interface Frame {
  kind: number;
  first: number;
  second: number;
  data: Buffer;
}

/** One estimator in a Python process of its own, which scores one batch at a time. */
export class EstimatorProcess {
  readonly #options: EstimatorOptions;
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #lost: Error | undefined;
  #about: z.infer<typeof aboutSchema> | undefined;
  #lastLine = '';
  /** Bytes that the frame which is coming in has at least. */
  #wantedBytes = headerBytes;
  #isOver = false;
  /** Settles once the process has ended, with the reason. */
  readonly ended: Promise<Error>;

  private constructor(options: EstimatorOptions) {
    this.#options = options;
    this.#child = spawn(options.interpreter, ['-u', program], {
      cwd: tmpdir(),
      env: { ...pythonEnvironment(), OMP_NUM_THREADS: String(options.threads) },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own: it ends with all that it has started.
      detached: process.platform !== 'win32',
    });
    const { stdin, stdout, stderr } = this.#child;
    // It may end at any time; its end is told by `close`.
    stdin?.on('error', () => undefined);
    stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
    let lines = 0;
    if (stderr !== null) {
      followLines(stderr, (line) => {
        this.#lastLine = line;
        if (++lines <= mostLines) options.log('warn', line);
        else if (lines === mostLines + 1) options.log('warn', 'What Python writes from here on is not kept.');
      });
    }
    this.ended = new Promise((resolve) => {
      const over = (reason: Error) => {
        resolve(this.#end(reason));
        this.#isOver = true;
      };
      this.#child.on('error', (error) => over(notUsable(options.interpreter, error.message, error)));
      const closed = (code: number | null, signal: string | null) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        over(new EstimatorLost(`Python ended ${how}. ${this.#lastLine}`.trim()));
      };
      this.#child.on('close', closed);
      // What left the group may hold the pipes open for good.
      this.#child.on('exit', (code, signal) => setTimeout(() => closed(code, signal), lastWordsMs).unref());
    });
  }

  /** Errors: `environment.missing`, `EstimatorLost`, and an error with what Python says where it cannot load the estimator. */
  static async open(options: EstimatorOptions): Promise<EstimatorProcess> {
    const estimator = new EstimatorProcess(options);
    const { task, width, memoryBytes, bytes } = options;
    const settings = Buffer.from(JSON.stringify({ task, width, memoryBytes }));
    try {
      const frame = await estimator.#ask(
        [header(kinds.load, settings.length, bytes.length), settings, bytes],
        startTimeoutMs,
      );
      if (frame.kind !== kinds.ready) throw new Error(`an answer of kind ${frame.kind} in place of “ready”`);
      estimator.#about = aboutSchema.parse(JSON.parse(frame.data.toString('utf8')));
    } catch (error) {
      await estimator.close();
      throw error;
    }
    return estimator;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Bytes it took once it had loaded the estimator and scored a row; 0 where the system does not tell. */
  get memoryBytes(): number {
    return this.#about?.memoryBytes ?? 0;
  }

  /** Whether it gives classes without probabilities, so that those are 0 or 1. */
  get onlyClasses(): boolean {
    return this.#options.task !== 'regression' && this.#about?.method === 'predict';
  }

  /**
   * @param matrix float32 [rows, width], row-major; not to be changed before the answer
   * @returns row-major: class probabilities [rows, classes], or predictions [rows, 1]
   * Errors: `EstimatorLost`; else what the estimator says of this batch.
   */
  score(matrix: Float32Array, rows: number): Promise<Float32Array> {
    const { width, timeoutMs } = this.#options;
    const bytes = new Uint8Array(matrix.buffer, matrix.byteOffset, matrix.byteLength);
    if (matrix.length !== rows * width)
      return Promise.reject(new Error(`${matrix.length} numbers are not ${rows} rows`));
    const answer = this.#turn.then(async () => {
      const frame = await this.#ask([header(kinds.score, rows, width), bytes], timeoutMs);
      if (frame.kind !== kinds.scores || frame.first !== rows) throw new Error('the answer is not that of the batch');
      // A copy: floats must be aligned.
      const numbers = new Float32Array(Uint8Array.from(frame.data).buffer);
      return this.scoresOf(numbers, rows, frame.second);
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the process and all that it has started; resolves when it has ended. */
  async close(): Promise<void> {
    this.#kill();
    await this.ended;
  }

  /** What the numbers of an estimator, float32 [rows, columns], mean: as `score` gives them. */
  scoresOf(numbers: Float32Array, rows: number, columns: number): Float32Array {
    const { task, classes } = this.#options;
    const own = this.#about?.classes ?? null;
    if (task === 'regression') {
      if (columns === 1) return numbers;
      throw new Error(`predict gave ${columns} numbers for a row`);
    }
    const scores = new Float32Array(rows * classes);
    if (this.onlyClasses) {
      if (columns !== 1) throw new Error(`predict gave ${columns} numbers for a row`);
      numbers.forEach((number, row) => {
        if (!Number.isInteger(number) || number < 0 || number >= classes) {
          throw new Error(`predict gave ${number}, which is no number of a class (0 to ${classes - 1})`);
        }
        scores[row * classes + number] = 1;
      });
      return scores;
    }
    const named = own !== null && own.length === columns ? own : undefined;
    if (columns === 1 && classes === 2 && named === undefined) {
      numbers.forEach((positive, row) => scores.set([1 - positive, positive], 2 * row));
      return scores;
    }
    const places = named ?? Array.from({ length: columns }, (_, i) => i);
    if ((named === undefined && columns !== classes) || places.some((place) => place < 0 || place >= classes)) {
      throw new Error(`predict_proba gave ${columns} columns for ${classes} classes`);
    }
    for (let row = 0; row < rows; row++) {
      places.forEach((place, column) => {
        scores[row * classes + place] = numbers[row * columns + column] as number;
      });
    }
    return scores;
  }

  #ask(parts: readonly Uint8Array[], timeoutMs: number): Promise<Frame> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(new EstimatorLost(`Python did not answer within ${timeoutMs / 1000} s and was ended.`));
      }, timeoutMs);
      this.#waiting = {
        resolve: (frame) => {
          clearTimeout(timer);
          if (frame.kind === kinds.failed) reject(new Error(frame.data.toString('utf8')));
          else resolve(frame);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      for (const part of parts) this.#child.stdin?.write(part);
    });
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    while (this.#receivedBytes >= this.#wantedBytes) {
      const all = this.#received.length === 1 ? (this.#received[0] as Buffer) : Buffer.concat(this.#received);
      this.#received = [all];
      const [kind, first, second] = [all.readUInt32LE(4), all.readUInt32LE(8), all.readUInt32LE(12)];
      const size = kind === kinds.scores ? first * second * 4 : first;
      const most = kind === kinds.scores ? mostScoreBytes : mostTextBytes;
      if (all.readUInt32LE(0) !== magic || size > most || this.#waiting === undefined) {
        this.#end(new EstimatorLost('Python wrote what is no answer and was ended.'));
        return;
      }
      this.#wantedBytes = headerBytes + size;
      if (all.length < this.#wantedBytes) return;
      this.#wantedBytes = headerBytes;
      const rest = all.subarray(headerBytes + size);
      this.#received = rest.length === 0 ? [] : [rest];
      this.#receivedBytes = rest.length;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting.resolve({ kind, first, second, data: all.subarray(headerBytes, headerBytes + size) });
    }
  }

  /** Refuses what waits and everything to come, with the first reason. */
  #end(reason: Error): Error {
    this.#lost ??= reason;
    this.#kill();
    this.#waiting?.reject(this.#lost);
    this.#waiting = undefined;
    return this.#lost;
  }

  #kill(): void {
    // Its number may be that of another by now.
    if (this.#isOver) return;
    const { pid } = this.#child;
    try {
      if (process.platform !== 'win32' && pid !== undefined) process.kill(-pid, 'SIGKILL');
      else this.#child.kill('SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

function header(kind: number, first: number, second: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  [magic, kind, first, second].forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}
