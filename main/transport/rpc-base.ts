import { implement, ORPCError } from '@orpc/server';
import { toWireError } from '../../shared/errors/app-error.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import { fromWireError } from '../../shared/errors/app-error.ts';
import { engineContract } from '../../shared/rpc/engine-contract.ts';
import type { Services } from './services.ts';

/** Every throwable leaves as the contract's typed error `APP`, without a stack. */
function toRpcError(error: unknown): unknown {
  if (error instanceof ORPCError) return error;
  const data = toWireError(error);
  const { httpStatus } = errorCodes[fromWireError(data).code];
  return new ORPCError('APP', { defined: true, status: httpStatus, message: data.message, data });
}

async function* withRpcErrors<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    throw toRpcError(error);
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Implementation base of the engine contract: handlers get `Services` as context. */
export const rpc = implement(engineContract)
  .$context<Services>()
  .use(async ({ next }) => {
    try {
      const result = await next();
      return isAsyncIterable(result.output) ? { ...result, output: withRpcErrors(result.output) } : result;
    } catch (error) {
      throw toRpcError(error);
    }
  });
