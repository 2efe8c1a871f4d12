import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { type GrpcMessage, loadGrpcService } from '../../../main/serving/grpc/grpc-service.ts';

const deadlineMs = 30_000;
const service = loadGrpcService('./inference.proto', 'inference.GRPCInferenceService');

/** `inference.GRPCInferenceService` at an address `HOST:PORT`. */
export class GrpcClient {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address.replace(/^(grpc|https?):\/\//, ''), credentials.createInsecure());
  }

  call(method: string, request: GrpcMessage = {}): Promise<GrpcMessage> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method);
    const options = { deadline: Date.now() + deadlineMs };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        options,
        (error, response) => {
          if (error === null) resolve(response as GrpcMessage);
          else reject(error);
        },
      );
    });
  }

  /** Status code of a call that is to fail. */
  async failure(method: string, request: GrpcMessage): Promise<ServiceError> {
    try {
      await this.call(method, request);
    } catch (error) {
      return error as ServiceError;
    }
    throw new Error(`${method} succeeded`);
  }

  /** All answers to the messages of one stream. */
  stream(method: string, requests: readonly GrpcMessage[]): Promise<GrpcMessage[]> {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method);
    const options = { deadline: Date.now() + deadlineMs };
    return new Promise((resolve, reject) => {
      const call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, options);
      const answers: GrpcMessage[] = [];
      call.on('data', (message: GrpcMessage) => answers.push(message));
      call.on('end', () => resolve(answers));
      call.on('error', reject);
      for (const request of requests) call.write(request);
      call.end();
    });
  }

  close(): void {
    this.#client.close();
  }
}

function definitionOf(method: string) {
  const definition = service[method];
  if (definition === undefined) throw new Error(`the service has no method ${method}`);
  return definition;
}
