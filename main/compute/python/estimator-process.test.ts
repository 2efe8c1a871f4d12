import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { pickledObject } from '../../../test/support/pickled-object.ts';
import { pythonWith } from '../../../test/support/python-with.ts';
import { EstimatorLost, type EstimatorOptions, EstimatorProcess } from './estimator-process.ts';

const python = pythonWith('json');
if (python === undefined) process.stderr.write('SKIPPED: no Python 3, so estimators in it are not tested.\n');

const opened: EstimatorProcess[] = [];
const logged: string[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  logged.length = 0;
});

/** An estimator whose methods have these bodies; rows are lists of numbers, as without numpy. */
async function open(methods: Record<string, string>, more: Partial<EstimatorOptions> = {}): Promise<EstimatorProcess> {
  const estimator = await EstimatorProcess.open({
    interpreter: python ?? '',
    bytes: pickledObject(python ?? '', methods),
    task: 'regression',
    classes: 0,
    width: 2,
    threads: 1,
    memoryBytes: 2 ** 30,
    timeoutMs: 30_000,
    log: (_level, text) => logged.push(text),
    ...more,
  });
  opened.push(estimator);
  return estimator;
}

const binary = { task: 'binary', classes: 2 } as const;
const multiclass = { task: 'multiclass', classes: 3 } as const;
const sums = '[float(sum(row)) for row in X]';

describe.skipIf(python === undefined)('an estimator in a Python process', () => {
  it('scores each batch in its place, several asked at once and large ones', async () => {
    const estimator = await open({ predict: sums });
    const batches = [1, 7, 20_000, 3].map((rows) => Float32Array.from({ length: rows * 2 }, (_, i) => (i % 97) / 4));
    const found = await Promise.all(batches.map((matrix) => estimator.score(matrix, matrix.length / 2)));
    batches.forEach((matrix, at) => {
      const rows = matrix.length / 2;
      const right = Float32Array.from(
        { length: rows },
        (_, i) => (matrix[2 * i] as number) + (matrix[2 * i + 1] as number),
      );
      expect(found[at]).toEqual(right);
    });
    expect(estimator.memoryBytes).toBeGreaterThanOrEqual(0);
  });

  it('keeps what it prints, and what it reads, apart from the answers', async () => {
    const estimator = await open({ predict: `[print("hello"), __import__("sys").stdin.read(), ${sums}][2]` });
    expect(await estimator.score(Float32Array.of(1, 2), 1)).toEqual(Float32Array.of(3));
    await expect.poll(() => logged).toContain('hello');
  });

  it('keeps a bounded part of what it prints', async () => {
    const long = `[print("a" * 5_000_000), [print(i) for i in range(500)], ${sums}][2]`;
    const estimator = await open({ predict: long });
    await estimator.score(Float32Array.of(1, 2), 1);
    await expect.poll(() => logged.at(-1)).toBe('What Python writes from here on is not kept.');
    expect([logged.length, Math.max(...logged.map(({ length }) => length))]).toEqual([201, 2000]);
  });

  it('puts probabilities by the class numbers that the estimator names', async () => {
    const named = await open({ predict_proba: '[[0.25, 0.75] for row in X]', classes_: '[2, 0]' }, multiclass);
    expect(await named.score(Float32Array.of(1, 2), 1)).toEqual(Float32Array.of(0.75, 0, 0.25));
    const positive = await open({ predict_proba: '[0.25 for row in X]' }, binary);
    expect(await positive.score(Float32Array.of(1, 2), 1)).toEqual(Float32Array.of(0.75, 0.25));
    // As of one that has seen a single class.
    const single = await open({ predict_proba: '[[1.0] for row in X]', classes_: '[0]' }, binary);
    expect(await single.score(Float32Array.of(1, 2), 1)).toEqual(Float32Array.of(1, 0));
    const other = await open({ predict_proba: '[[0.5, 0.5] for row in X]', classes_: '[0, 1, 2]' }, multiclass);
    await expect(other.score(Float32Array.of(1, 2), 1)).rejects.toThrow('predict_proba gave 2 columns for 3 classes');
    const classes = await open({ predict: '[int(row[0]) for row in X]' }, binary);
    expect(classes.onlyClasses).toBe(true);
    expect(await classes.score(Float32Array.of(1, 2, 0, 2), 2)).toEqual(Float32Array.of(0, 1, 1, 0));
    await expect(classes.score(Float32Array.of(5, 2), 1)).rejects.toThrow(
      'predict gave 5, which is no number of a class',
    );
  });

  it('refuses answers of another form, and goes on', async () => {
    const estimator = await open({ predict: `${sums}[:1] if X[0][0] > 8 else ${sums}` });
    await expect(estimator.score(Float32Array.of(9, 1, 2, 2), 2)).rejects.toThrow('predict gave 1 rows for 2');
    expect(await estimator.score(Float32Array.of(1, 1), 1)).toEqual(Float32Array.of(2));
    await expect(open({ predict: '1 / 0' })).rejects.toThrow('ZeroDivisionError');
    await expect(open({ fit: 'None' })).rejects.toThrow('has no predict');
    await expect(open({ predict: '0' }, { bytes: Buffer.from('no pickle') })).rejects.toThrow('UnpicklingError');
  });

  it('is named where it is missing', async () => {
    await expect(open({ predict: sums }, { interpreter: '/no/such/python' })).rejects.toMatchObject({
      code: 'environment.missing',
    });
  });

  it.skipIf(process.platform === 'win32')('gives no answer once it was killed in the middle of a batch', async () => {
    const estimator = await open({ predict: `(__import__("time").sleep(60) if X[0][0] == 7 else None) or ${sums}` });
    const running = estimator.score(Float32Array.of(7, 1), 1);
    const waiting = estimator.score(Float32Array.of(1, 1), 1);
    const refused = Promise.allSettled([running, waiting]);
    process.kill(estimator.pid as number, 'SIGKILL');
    for (const result of await refused) expect(result).toMatchObject({ reason: expect.any(EstimatorLost) as Error });
    expect((await estimator.ended).message).toContain('SIGKILL');
    await expect(estimator.score(Float32Array.of(1, 1), 1)).rejects.toBeInstanceOf(EstimatorLost);
  });

  it('is ended at its time limit', async () => {
    const methods = { predict: `(__import__("time").sleep(60) if X[0][0] == 7 else None) or ${sums}` };
    const estimator = await open(methods, { timeoutMs: 300 });
    await expect(estimator.score(Float32Array.of(7, 1), 1)).rejects.toThrow('did not answer within 0.3 s');
    expect(await estimator.ended).toBeInstanceOf(EstimatorLost);
  });

  it.skipIf(process.platform !== 'linux')('ends with all that it has started', async () => {
    const child = '__import__("subprocess").Popen(["sleep", "600"]).pid';
    const estimator = await open({ predict: `[float(${child}) for row in X]` });
    const [started] = await estimator.score(Float32Array.of(1, 1), 1);
    const state = () => {
      try {
        return execFileSync('ps', ['-o', 'stat=', '-p', String(started)], { encoding: 'utf8' }).trim()[0];
      } catch {
        return undefined;
      }
    };
    await expect.poll(state).toBe('S');
    await estimator.close();
    // Nobody may be there to collect it.
    await expect.poll(() => [undefined, 'Z'].includes(state())).toBe(true);
  });
});
