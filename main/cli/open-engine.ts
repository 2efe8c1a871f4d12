import { createEngine, type Engine, type EngineOptions } from '../engine/engine.ts';
import { resolveDataDir } from '../store/data-dir.ts';
import type { CommandContext } from './command.ts';

/** Opens the engine on the command's data directory and closes it afterwards. */
export async function withEngine<T>(
  context: CommandContext,
  use: (engine: Engine) => Promise<T>,
  options: Pick<EngineOptions, 'lookOnly'> = {},
): Promise<T> {
  const engine = await createEngine({
    dataDir: resolveDataDir(context.dataDir),
    log: (text) => context.output.log(text),
    ...options,
  });
  try {
    for (const notice of engine.notices) context.output.log(notice);
    return await use(engine);
  } finally {
    await engine.close();
  }
}
