import { expect, it } from 'vitest';
import type { VersionTrial } from '../serving/endpoint-host.ts';
import type { VersionCounts } from '../serving/ipc-protocol.ts';
import type { ModelSource } from '../serving/model-source.ts';
import { rollOut, type RolloutStage } from './rollout.ts';

const challenger: ModelSource = {
  name: 'm',
  version: '2',
  digest: 'new',
  modelPath: '',
  manifest: null,
  referencePath: null,
  config: {},
};

const idle = (digest: string): VersionCounts => ({
  version: digest === 'new' ? '2' : '1',
  digest,
  rows: 0,
  requests: 0,
  failed: 0,
  inferMs: 1,
  shadow: { failed: 0, answered: 0 },
});

/** A host where 100 requests of one row come between two looks; `change` is what the new version does with them. */
function hostWith(change: (counts: VersionCounts, trial: VersionTrial) => void) {
  const [champion, fresh] = [idle('old'), idle('new')];
  const trials: (VersionTrial | undefined)[] = [];
  return {
    trials,
    async tryVersion(_id: string, trial: VersionTrial | undefined) {
      trials.push(trial);
    },
    async versions() {
      const trial = trials.at(-1);
      if (trial !== undefined) {
        const answered = trial.shadow ? 100 : trial.percent;
        champion.requests += trial.shadow ? 100 : 100 - answered;
        fresh.rows += answered;
        if (trial.shadow) fresh.shadow.answered += answered;
        else fresh.requests += answered;
        change(fresh, trial);
      }
      return structuredClone([champion, fresh]);
    },
  };
}

async function roll(host: ReturnType<typeof hostWith>) {
  const seen: RolloutStage[] = [];
  const result = await rollOut({
    host,
    endpointId: 'g/e',
    challenger,
    stageRows: 10,
    stageMs: 0,
    onStage: (stage) => seen.push(stage),
    signal: new AbortController().signal,
  });
  return { result, seen };
}

it('goes through shadow, 10 % and 50 %, and leaves the new version in place', async () => {
  const host = hostWith(() => undefined);
  const { result, seen } = await roll(host);
  expect(result.passed).toBe(true);
  expect(seen.map(({ name, percent }) => `${name} ${percent}`)).toEqual(['shadow 0', 'canary 10', 'canary 50']);
  expect(host.trials.at(-1)?.percent).toBe(50);
});

it('takes a version back that fails on copies of requests, before it answers any', async () => {
  const host = hostWith((counts) => {
    counts.shadow.failed += 30;
  });
  const { result, seen } = await roll(host);
  expect(result).toMatchObject({ passed: false, reason: 'it failed on 30 of 100 requests' });
  expect(seen).toHaveLength(1);
  expect(host.trials.at(-1)).toBeUndefined();
});

it('takes a version back that is far slower when it answers', async () => {
  const host = hostWith((counts, { percent }) => {
    counts.inferMs = percent === 50 ? 40 : 1;
  });
  const { result } = await roll(host);
  expect(result).toMatchObject({ passed: false, reason: 'it takes 40.0 ms per request, the champion 1.0 ms' });
  expect(result.stages).toHaveLength(3);
});

it('takes a version back whose server has ended', async () => {
  const host = hostWith(() => undefined);
  const { versions } = host;
  host.versions = async () => (await versions()).filter(({ digest }) => digest === 'old' || host.trials.length < 2);
  expect((await roll(host)).result).toMatchObject({ passed: false, reason: 'its server has ended' });
});
