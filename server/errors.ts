/** Errors that a client may see. `code` is stable, `path` names the field, the message says what would be right. */
export class AppError extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | undefined;
  constructor(status: number, code: string, message: string, path?: string) {
    super(message);
    this.name = 'AppError';
    this.status = status;
    this.code = code;
    this.path = path;
  }
}
export const badRequest = (message: string, path?: string): AppError => new AppError(400, 'bad-request', message, path);
export const unauthenticated = (): AppError => new AppError(401, 'unauthenticated', 'sign in first');
export const forbidden = (message = 'this account may not do that'): AppError =>
  new AppError(403, 'forbidden', message);
export const notFound = (what: string): AppError => new AppError(404, 'not-found', `${what} does not exist`);
export const conflict = (message: string, path?: string): AppError => new AppError(409, 'conflict', message, path);
export const tooMany = (message: string): AppError => new AppError(429, 'too-many-requests', message);
