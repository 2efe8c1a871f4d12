import { behaviourCases } from './cases/behaviour.ts';
import { binaryCases } from './cases/binary.ts';
import { grpcCases } from './cases/grpc.ts';
import { protocolCases } from './cases/protocol.ts';
import type { Case } from './kit.ts';

export const allCases: readonly Case[] = [...protocolCases, ...binaryCases, ...behaviourCases, ...grpcCases];
