import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import type { InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import { pythonWith } from '../../../test/support/python-with.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { adjustNode } from '../../serve/adjust/definition.ts';
import { runner as adjust } from '../../serve/adjust/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { pythonModelNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const python = pythonWith('numpy');
const converter = pythonWith('sklearn, skl2onnx');
if (python === undefined) {
  process.stderr.write('SKIPPED: no Python with numpy (SLIPWAY_PEERS_PYTHON), so train.python is not tested.\n');
}
if (converter === undefined) {
  process.stderr.write('SKIPPED: no Python with scikit-learn and skl2onnx, so its conversion to ONNX is not tested.\n');
}

let chain: StepChain;
let folder: string;
let features: InputArtifact;
let rows: InputArtifact;
beforeAll(async () => {
  vi.stubEnv('SLIPWAY_TRUST_DIR', mkdtempSync(join(tmpdir(), 'slipway-trust-')));
  chain = await StepChain.create();
  folder = mkdtempSync(join(tmpdir(), 'slipway-python-model-'));
  rows = await chain.table(
    `SELECT i / 100.0 AS a, (i * 37 % 100) / 50.0 AS b, i / 200.0 > 1 AS high, 2 * (i / 100.0) - (i * 37 % 100) / 50.0 AS y
    FROM range(400) t(i)`,
    'train',
  );
  const step = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [rows] });
  features = step['features'] as InputArtifact;
});
afterAll(async () => {
  await chain[Symbol.asyncDispose]();
  await removeFolder(process.env['SLIPWAY_TRUST_DIR'] ?? '');
  vi.unstubAllEnvs();
  await removeFolder(folder);
});

async function train(script: string, params: object = {}, more: Partial<StepContext> = {}): Promise<InputArtifact> {
  const given = { label: 'y', interpreter: python ?? '', script, ...params };
  const { model } = await chain.run(pythonModelNode, runner, given, { features: [features] }, more);
  return model as InputArtifact;
}

async function measured(model: InputArtifact) {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [rows] });
  const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
  return evaluationReportSchema.parse(JSON.parse(text));
}

test('names a Python that is not there', async () => {
  await expect(train('model = b""', { interpreter: '/no/such/python' })).rejects.toMatchObject({
    code: 'environment.missing',
  });
});

describe.skipIf(python === undefined)('train.python', () => {
  test('trains on the rows and is served without Python', async () => {
    // A model of two weights 0 and 0, which the script replaces by those it finds.
    const builder = createGraphBuilder('linear');
    const weights = builder.initializer('FP32', [123.25, 456.5], [2, 1]);
    builder.output('scores', builder.node('MatMul', [builder.input('X', 'FP32', ['N', 2]), weights]), 'FP32', ['N', 1]);
    const path = join(folder, 'shell.onnx');
    await writeFile(path, builder.toBytes());
    const model = await train(
      `
import numpy as np
assert X.shape == (400, 2) and X.dtype == np.float32 and w is None and task == 'regression'
assert features == ['a', 'b'] and classes == [] and seed == 7
found, *_ = np.linalg.lstsq(X.astype(np.float64), y, rcond=None)
print('weights', found.round(3))
shell = open(${JSON.stringify(path)}, 'rb').read()
model = shell.replace(np.float32([123.25, 456.5]).tobytes(), found.astype(np.float32).tobytes())
`,
      { seed: 7 },
    );
    expect(chain.logs.some((line) => line.includes('weights [ 2. -1.]'))).toBe(true);
    const { parity, metrics } = await measured(model);
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['rmse']).toBeLessThan(1e-5);
  });

  test('mistakes name the line, the package or what model is', async () => {
    const fails = async (script: string, code: string, words: string, params: object = {}) => {
      await expect(train(script, params)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    };
    await fails('x = 1\nmodel = x / 0', 'step.failed', 'line 2: model = x / 0');
    await fails('x = 1', 'step.failed', 'sets no variable “model”');
    await fails('model = 5', 'step.failed', '“model” is int');
    await fails('import no_such_package', 'step.failed', 'no_such_package');
    await fails('model = b"123"', 'model.invalid', 'no ONNX model');
    await fails('while True: pass', 'step.timeout', 'within 1 s', { timeoutS: 1 });
    await fails('import os; os._exit(3)', 'step.crashed', 'exit code 3');
  });

  test('keeps what has no ONNX form for Python to run, with the same scores', async () => {
    const script = `
import functools, types, numpy
model = types.SimpleNamespace(predict=functools.partial(numpy.dot, b=numpy.array([2.0, -1.0])))
`;
    await expect(train(script)).rejects.toMatchObject({
      message: expect.stringContaining('“model” is SimpleNamespace'),
    });
    const model = await train(script, { withoutOnnx: 'python' });
    expect(model.manifest.meta).toMatchObject({ form: 'python' });
    expect(model.manifest.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['estimator.pkl', 'matrix.onnx']),
    );
    const { parity, metrics } = await measured(model);
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['rmse']).toBeLessThan(1e-5);
    const router = chain.run(adjustNode, adjust, { value: 'prediction + 1' }, { model: [model] });
    await expect(router).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('Python only'),
    });
    const without = train('model = 5', { withoutOnnx: 'python' });
    await expect(without).rejects.toMatchObject({
      code: 'step.failed',
      message: expect.stringContaining('“model” is int'),
    });
  });

  test('ends when cancelled', async () => {
    const controller = new AbortController();
    const run = train(
      'print("started", flush=True)\nwhile True: pass',
      {},
      {
        signal: controller.signal,
        log: (_level, text) => {
          if (text === 'started') controller.abort();
        },
      },
    );
    await expect(run).rejects.toMatchObject({ code: 'run.cancelled' });
  });
});

const hasLearn = pythonWith('sklearn');
test.skipIf(hasLearn === undefined || converter !== undefined)(
  'a missing converter is named with its remedy before the script starts',
  async () => {
    const script =
      'from sklearn.linear_model import LinearRegression\nprint("trains unsaid")\nmodel = LinearRegression().fit(X, y)';
    await expect(train(script, { interpreter: hasLearn })).rejects.toMatchObject({
      code: 'environment.missing',
      message: expect.stringContaining('lacks the package skl2onnx'),
      fix: expect.stringContaining('pip install skl2onnx'),
    });
    expect(chain.logs.some((line) => line.includes('trains unsaid'))).toBe(false);
  },
);

test.skipIf(converter === undefined)('an estimator of scikit-learn is converted', async () => {
  const script =
    'from sklearn.ensemble import RandomForestClassifier\nmodel = RandomForestClassifier(20, random_state=seed).fit(X, y)';
  const { parity, metrics } = await measured(await train(script, { label: 'high', interpreter: converter }));
  expect(parity).toMatchObject({ passed: true });
  expect(metrics['accuracy']).toBeGreaterThan(0.95);
});

describe.skipIf(converter === undefined)('an estimator without an ONNX form', () => {
  const spreading = 'from sklearn.semi_supervised import LabelSpreading\n';
  const svc = 'from sklearn.svm import SVC\n';
  const pipe = 'from sklearn.pipeline import make_pipeline\n';
  const started = () => chain.logs.filter((line) => line.includes('the script started')).length;
  const refuses = async (script: string, error: object) => {
    const given = { label: 'high', interpreter: converter };
    await expect(train(`print("the script started")\n${script}`, given)).rejects.toMatchObject({
      code: 'step.failed',
      ...error,
    });
  };

  test('is refused by name before the script starts', async () => {
    const before = started();
    await refuses(`${spreading}model = LabelSpreading().fit(X, y)`, {
      message: expect.stringMatching(/^LabelSpreading has no ONNX form.*\(line 3: model = LabelSpreading/),
      fix: expect.stringContaining('such as HistGradientBoostingClassifier'),
      details: { field: 'script', line: 3, traceback: '' },
    });
    expect(started()).toBe(before);
  });

  test.each([
    [
      'a part that a look cannot follow',
      'from sklearn.ensemble import VotingClassifier\nparts = []\nparts.append(("a", LabelSpreading()))\nmodel = VotingClassifier(parts).fit(X, y)',
      'LabelSpreading, a part of VotingClassifier, has no ONNX form',
    ],
    ['no fit', `${svc}model = SVC()`, '“model” is SVC, which is not fitted'],
    [
      'params that no converter knows',
      `${svc}model = SVC(kernel=lambda a, b: a @ b.T).fit(X, y)`,
      'SVC did not become ONNX',
    ],
  ])('%s: named when the model is converted', async (_, script, message) => {
    const before = started();
    await refuses(spreading + script, {
      message: expect.stringContaining(message),
      fix: expect.not.stringContaining('Correct the script'),
    });
    expect(started()).toBe(before + 1);
  });

  test('is found where it is the model, and only there', () => {
    const looks: [script: string, refused: string | null][] = [
      [
        `${spreading}${pipe}chain = make_pipeline(LabelSpreading())\nchain.fit(X, y)\nmodel = chain`,
        'LabelSpreading 3',
      ],
      ['import sklearn.semi_supervised as s\nmodel = s.LabelSpreading()', 'LabelSpreading 2'],
      [`${svc}class Own(SVC):\n  pass\nmodel = Own().fit(X, y)`, 'Own 4'],
      [`${svc}${spreading}spread = LabelSpreading().fit(X, y).predict(X)\nmodel = SVC().fit(X, spread)`, null],
      [`${svc}${spreading}model = LabelSpreading()\nmodel = SVC()`, null],
      [
        `${svc}${spreading}${pipe}from sklearn.feature_selection import SelectFromModel\nmodel = make_pipeline(SelectFromModel(LabelSpreading()), SVC())`,
        null,
      ],
      [
        `${svc}from sklearn.model_selection import GridSearchCV, KFold\nmodel = GridSearchCV(SVC(), {}, cv=KFold(3))`,
        null,
      ],
      [`import onnx\n${spreading}model = mine(LabelSpreading())`, null],
      ['from . import nothing\nmodel = nothing.X()', null],
      ['from sklearn.nowhere import Nothing\nmodel = Nothing()', null],
      ['model = model', null],
      ['model = (', null],
    ];
    const program = `
import json, sys
scope = {"__name__": "estimator"}
exec(open(sys.argv[1], encoding="utf-8").read(), scope)
def look(script):
    try:
        scope["check_before_training"](script)
    except scope["NoOnnxForm"] as error:
        return f"{str(error).split()[0].rstrip(',')} {error.script_line}"
print(json.dumps([look(script) for script in json.load(sys.stdin)]))`;
    const exchange = fileURLToPath(new URL('./estimator.py', import.meta.url));
    const input = JSON.stringify(looks.map(([script]) => script));
    const said = execFileSync(converter ?? '', ['-c', program, exchange], { input, encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual(looks.map(([, refused]) => refused));
  });
});

const estimators = pythonWith('sklearn, cloudpickle');
if (estimators === undefined) {
  process.stderr.write(
    'SKIPPED: no Python with scikit-learn and cloudpickle, so estimators without ONNX are not tested.\n',
  );
}

test.skipIf(estimators === undefined)(
  'a class of the script over a scikit-learn estimator is run by Python',
  async () => {
    const script = `
import numpy as np
from sklearn.neighbors import KNeighborsClassifier

class Nearest(KNeighborsClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X) * 0.9 + 0.05

model = Nearest(metric=lambda a, b: np.abs(a - b).max()).fit(X, y)
`;
    const given = { label: 'high', interpreter: estimators ?? '', withoutOnnx: 'python' };
    const { parity, metrics } = await measured(await train(script, given));
    expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
    expect(metrics['accuracy']).toBeGreaterThan(0.95);
  },
);
