/** The API's `Status` object, the parts that are read. */
export interface ApiStatus {
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    kind?: string;
    group?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** The API server answered with an error. */
export class ApiFailure extends Error {
  readonly statusCode: number;
  readonly status: ApiStatus;

  constructor(statusCode: number, status: ApiStatus) {
    super(status.message ?? `status ${statusCode}`);
    this.statusCode = statusCode;
    this.status = status;
  }
}
