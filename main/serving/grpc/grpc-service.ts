import { readFileSync } from 'node:fs';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

/** A decoded message: fields by their names in the .proto file, absent ones at their defaults. */
export type GrpcMessage = Record<string, unknown>;

/** The service a .proto file beside this module defines, for grpc-js servers and clients. Field names stay as written. */
export function loadGrpcService(file: string, service: string): ServiceDefinition {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  const { root } = protobuf.parse(text, { keepCase: true });
  root.resolveAll();
  const { methods } = root.lookupService(service);
  return Object.fromEntries(
    Object.values(methods).map((method) => {
      const request = root.lookupType(method.requestType);
      const response = root.lookupType(method.responseType);
      const definition: MethodDefinition<GrpcMessage, GrpcMessage> = {
        path: `/${service}/${method.name}`,
        requestStream: method.requestStream === true,
        responseStream: method.responseStream === true,
        requestSerialize: (message) => encode(request, message, inference.has(method.name)),
        requestDeserialize: (bytes) => decode(request, bytes),
        responseSerialize: (message) => encode(response, message, inference.has(method.name)),
        responseDeserialize: (bytes) => decode(response, bytes),
        originalName: method.name,
      };
      return [method.name, definition];
    }),
  );
}

/** Methods whose messages come in the form that is encoded, without enums by name. */
const inference: ReadonlySet<string> = new Set(['ModelInfer', 'ModelStreamInfer']);

function encode(type: protobuf.Type, message: GrpcMessage, asItIs: boolean): Buffer {
  // protobufjs writes into a Buffer on Node.
  return type.encode(asItIs ? message : type.fromObject(message)).finish() as Buffer;
}

function decode(type: protobuf.Type, bytes: Buffer): GrpcMessage {
  return type.decode(bytes) as unknown as GrpcMessage;
}

/** A 64-bit integer of a message, exactly. */
export function bigintOf(value: unknown): bigint {
  if (typeof value === 'number') return BigInt(value);
  const { high, low, unsigned } = value as { high: number; low: number; unsigned: boolean };
  return (BigInt(unsigned ? high >>> 0 : high) << 32n) | BigInt(low >>> 0);
}

/** A 64-bit integer as protobufjs writes it. */
export function longOf(value: bigint): { high: number; low: number; unsigned: boolean } {
  return {
    high: Number(BigInt.asIntN(32, value >> 32n)),
    low: Number(BigInt.asIntN(32, value)),
    unsigned: value > 0x7fff_ffff_ffff_ffffn,
  };
}
