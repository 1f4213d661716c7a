/** Floor plan images: the file in the data directory, what is known of it in the database. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Duck } from '../db/duckdb.ts';
import { inspectImage } from '../floor/importImage.ts';

export interface StoredImage {
  contentType: string;
  widthPx: number;
  heightPx: number;
  uploadedMs: number;
}

export class FloorImages {
  readonly #duck: Duck;
  readonly #folder: string;

  constructor(duck: Duck, dataDir: string) {
    this.#duck = duck;
    this.#folder = join(dataDir, 'floor-images');
  }

  #row(siteId: string, floorId: string) {
    return this.#duck.get<StoredImage & { file: string }>(
      `select file, content_type as "contentType", width_px as "widthPx", height_px as "heightPx",
          uploaded_ms as "uploadedMs"
        from floor_images where site_id = $1 and floor_id = $2`,
      [siteId, floorId],
    );
  }

  /** Reads the upload to its end, judges it, and replaces the floor's image. */
  async store(siteId: string, floorId: string, upload: Readable, nowMs: number): Promise<StoredImage> {
    const parts: Buffer[] = [];
    for await (const part of upload) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const { contentType, extension, widthPx, heightPx } = inspectImage(bytes);
    const before = await this.#row(siteId, floorId);
    // The name changes with each upload, so a reader never meets half a file.
    const uploadedMs = Math.max(nowMs, (before?.uploadedMs ?? 0) + 1);
    const file = `${siteId}_${floorId}_${uploadedMs}.${extension}`;
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, file);
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from floor_images where site_id = $1 and floor_id = $2', [siteId, floorId]);
      await sql.run('insert into floor_images values ($1, $2, $3, $4, $5, $6, $7, $8)', [
        siteId,
        floorId,
        file,
        contentType,
        widthPx,
        heightPx,
        bytes.length,
        uploadedMs,
      ]);
    });
    if (before) await rm(join(this.#folder, before.file), { force: true });
    return { contentType, widthPx, heightPx, uploadedMs };
  }

  async read(siteId: string, floorId: string): Promise<(StoredImage & { bytes: Buffer }) | undefined> {
    const row = await this.#row(siteId, floorId);
    if (!row) return undefined;
    const { file, ...image } = row;
    try {
      return { ...image, bytes: await readFile(join(this.#folder, file)) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(siteId: string, floorId: string): Promise<boolean> {
    const row = await this.#row(siteId, floorId);
    if (!row) return false;
    await this.#duck.run('delete from floor_images where site_id = $1 and floor_id = $2', [siteId, floorId]);
    await rm(join(this.#folder, row.file), { force: true });
    return true;
  }
}
