/** What InfluxDB can answer instead of what was asked: what passes, and what does not until somebody does something. */
import { AppError } from '../../errors.ts';

/** It is away, busy, or failed inside: the same request may succeed later. */
export class InfluxAway extends Error {
  readonly status: number | undefined;
  /** It asked to be left alone for so long. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: { status?: number; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'InfluxAway';
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The database that is meant does not exist. */
export class InfluxDatabaseMissing extends Error {
  constructor(database: string) {
    super(
      `InfluxDB has no database ${database}: create it, or let influx.createDatabase be true, which it is unless configured otherwise`,
    );
    this.name = 'InfluxDatabaseMissing';
  }
}

/** It will say the same again until a person changes something. */
export class InfluxRefused extends Error {
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.name = 'InfluxRefused';
    this.status = status;
  }
}

/** The request was larger than it takes. */
export class InfluxTooLarge extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InfluxTooLarge';
  }
}

/** To whoever asked. */
export const databaseAway = (cause: Error): AppError =>
  new AppError(
    503,
    'database-away',
    `the database of the time series does not answer, try again later: ${cause.message}`,
  );
export const databaseRefuses = (cause: Error): AppError =>
  new AppError(
    503,
    'database-refuses',
    `the database of the time series refuses, the server's operator must look: ${cause.message}`,
  );
