import { ApiError } from '../../lib/api.ts';

/** What the page itself got wrong is told as what the server refused. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, 'page', error instanceof Error ? error.message : String(error));

export const messageOf = (error: unknown): string => asApiError(error).message;
