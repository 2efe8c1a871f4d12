import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createEngineHost, type EngineHost, type EngineProcess, parseReadyLine } from './engine-host.ts';

function scriptedEngine(): EngineProcess & { say(line: string): void; end(code: number): void } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const listeners: ((code: number | null) => void)[] = [];
  return {
    stdout,
    stderr,
    kill: () => undefined,
    onExit: (listener) => listeners.push(listener),
    say: (line) => stdout.write(`${line}\n`),
    end: (code) => listeners.forEach((listener) => listener(code)),
  };
}

const ready = (port: number, token: string) =>
  JSON.stringify({ type: 'ui.ready', url: `http://127.0.0.1:${port}/#token=${token}` });

describe('parseReadyLine', () => {
  it('reads address and token', () => {
    expect(parseReadyLine(ready(4680, 'abc'))).toEqual({ url: 'ws://127.0.0.1:4680/rpc', token: 'abc' });
  });

  it('passes over other output', () => {
    for (const line of ['', 'starting', '{"type":"other"}', '{"type":"ui.ready"}', '[1]', 'null']) {
      expect(parseReadyLine(line)).toBeUndefined();
    }
    expect(parseReadyLine('{"type":"ui.ready","url":"http://127.0.0.1:1/"}')).toBeUndefined();
  });
});

describe('createEngineHost', () => {
  it('restarts an engine that ended and gives the address of the new one', async () => {
    const engines: ReturnType<typeof scriptedEngine>[] = [];
    const states: string[] = [];
    const host = createEngineHost({
      launch: () => {
        const engine = scriptedEngine();
        engines.push(engine);
        setImmediate(() => engine.say(ready(4000 + engines.length, `t${engines.length}`)));
        return engine;
      },
      log: () => undefined,
      onState: (state) => states.push(state),
    });
    expect((await host.address()).token).toBe('t1');
    engines[0]?.end(1);
    expect((await host.address()).token).toBe('t2');
    expect(states).toEqual(['ready', 'restarting', 'ready']);
  });

  it('says why when the engine ends before it is ready', async () => {
    const host = createEngineHost({
      launch: () => {
        const engine = scriptedEngine();
        setImmediate(() => engine.end(3));
        return engine;
      },
      log: () => undefined,
      onState: () => undefined,
    });
    await expect(host.address()).rejects.toThrow('ended with code 3');
    host.stop();
  });
});

describe('an engine that keeps ending', () => {
  it('is left alone after six times, says its last words, and starts again when asked', async () => {
    let broken = true;
    let launched = 0;
    const states: [string, string | undefined][] = [];
    let started: EngineHost | undefined;
    const failed = new Promise<void>((resolve) => {
      started = createEngineHost({
        firstPauseMs: 1,
        launch: () => {
          const engine = scriptedEngine();
          launched += 1;
          setImmediate(() => {
            if (!broken) return engine.say(ready(5000, 'fixed'));
            engine.stderr.push('no disk\n');
            setImmediate(() => engine.end(1));
          });
          return engine;
        },
        log: () => undefined,
        onState: (state, detail) => {
          states.push([state, detail]);
          if (state === 'failed') resolve();
        },
      });
    });
    await failed;
    expect(launched).toBe(6);
    expect(states.filter(([state]) => state === 'restarting')).toHaveLength(5);
    expect(states.at(-1)).toEqual(['failed', 'no disk']);
    await expect(started?.address()).rejects.toThrow('6 times in a row');
    broken = false;
    started?.restart();
    expect((await started?.address())?.token).toBe('fixed');
    started?.stop();
  });
});
