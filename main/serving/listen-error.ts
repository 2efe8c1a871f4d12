import { AppError } from '../../shared/errors/app-error.ts';

/** Why a server could not listen, and the way out. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  switch (error.code ?? '') {
    case 'EADDRINUSE':
      return new AppError('port.in-use', `Port ${port} on ${host} is already in use.`, {
        fix: 'Choose another port, or 0 for any free one.',
        details: { host, port },
        cause: error,
      });
    case 'EACCES':
      return new AppError('params.invalid', `Port ${port} on ${host} may not be opened by this user.`, {
        fix: 'Choose a port from 1024 on, or 0 for any free one.',
        cause: error,
      });
    default:
      return new AppError('params.invalid', `Cannot listen on ${host}:${port}: ${error.message}.`, {
        fix: 'Check the host: it must be an address of this machine.',
        cause: error,
      });
  }
}
