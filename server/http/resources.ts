/** What the routes of a site's resources share: bodies whose id comes from the path, errors that name the body's field. */
import { z } from 'zod';
import { id } from '../contract/model.ts';
import { AppError, badRequest, notFound } from '../errors.ts';
import type { Collection } from '../registry/types.ts';

/** The registry names a field of the item; clients want to know where in the body that is. */
export async function inBody<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.path !== undefined && !error.path.startsWith('body'))
      throw new AppError(error.status, error.code, error.message, `body.${error.path}`);
    throw error;
  }
}

/** The path names the resource; a body that names another is a mistake. */
export function withPathId<T extends { id?: string | undefined }>(pathId: string, body: T): T & { id: string } {
  if (body.id !== undefined && body.id !== pathId)
    throw badRequest(`must be ${pathId}, as in the address, or be left out`, 'body.id');
  return { ...body, id: pathId };
}

export const siteParams = z.object({ site: id });

export async function removeOr404<T extends { id: string }>(
  collection: Collection<T>,
  siteId: string,
  itemId: string,
  what: string,
): Promise<void> {
  if (!(await collection.remove(siteId, itemId))) throw notFound(`${what} ${itemId}`);
}

export function getOr404<T extends { id: string }>(
  collection: Collection<T>,
  siteId: string,
  itemId: string,
  what: string,
): T {
  const item = collection.get(siteId, itemId);
  if (!item) throw notFound(`${what} ${itemId}`);
  return item;
}
