/** Pictures of offers, of one tenant or of the mall. They are shown on phones: small, few, and known by an id that nobody guesses. */
import { randomBytes } from 'node:crypto';
import type { Duck } from '../db/duckdb.ts';
import { AppError, conflict } from '../errors.ts';
import { inspectImage } from '../floor/importImage.ts';

export interface CampaignImage {
  id: string;
  siteId: string;
  /** Null: the mall's own, for everybody's campaigns. */
  tenantId: string | null;
  contentType: string;
  widthPx: number;
  heightPx: number;
  bytes: number;
  uploadedMs: number;
}

/** A phone shows it 400 points wide: a picture of a megabyte is one that nobody made smaller, and a mall's Wi-Fi pays for it. */
export const MAX_CAMPAIGN_IMAGE_BYTES = 1024 * 1024;
const MAX_SIDE_PX = 4_000;
const MAX_IMAGES_OF_TENANT = 100;
/** 104 bits. */
const ID_BYTES = 13;

const COLUMNS = `id, site_id as "siteId", tenant_id as "tenantId", content_type as "contentType", width_px as "widthPx",
  height_px as "heightPx", bytes, uploaded_ms as "uploadedMs"`;

export class CampaignImages {
  readonly #duck: Duck;

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  /** @throws AppError where it is no picture, too large, or one too many. */
  async add(siteId: string, tenantId: string | null, content: Buffer, nowMs: number): Promise<CampaignImage> {
    const { contentType, widthPx, heightPx } = inspectImage(content);
    if (widthPx > MAX_SIDE_PX || heightPx > MAX_SIDE_PX)
      throw new AppError(
        400,
        'bad-image',
        `is ${widthPx} × ${heightPx} pixels; at most ${MAX_SIDE_PX} a side are taken, so scale it down`,
        'body',
      );
    const id = `i-${randomBytes(ID_BYTES).toString('hex')}`;
    const image = { id, siteId, tenantId, contentType, widthPx, heightPx, bytes: content.length, uploadedMs: nowMs };
    await this.#duck.transaction(async (sql) => {
      const kept = await sql.get<{ n: number }>(
        'select count(*) as n from campaign_images where site_id = $1 and tenant_id is not distinct from $2',
        [siteId, tenantId],
      );
      if (kept!.n >= MAX_IMAGES_OF_TENANT)
        throw conflict(`a tenant keeps at most ${MAX_IMAGES_OF_TENANT} pictures: remove some that no campaign shows`);
      await sql.run(
        `insert into campaign_images (id, site_id, tenant_id, content, content_type, width_px, height_px, bytes,
           uploaded_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [id, siteId, tenantId, content, contentType, widthPx, heightPx, content.length, nowMs],
      );
    });
    return image;
  }

  get(siteId: string, id: string): Promise<CampaignImage | undefined> {
    return this.#duck.get<CampaignImage>(`select ${COLUMNS} from campaign_images where site_id = $1 and id = $2`, [
      siteId,
      id,
    ]);
  }

  /** Newest first. */
  all(siteId: string): Promise<CampaignImage[]> {
    return this.#duck.all<CampaignImage>(
      `select ${COLUMNS} from campaign_images where site_id = $1 order by uploaded_ms desc, id`,
      [siteId],
    );
  }

  /** By the id alone: whoever has an offer has it. */
  async content(id: string): Promise<{ contentType: string; content: Buffer } | undefined> {
    const row = await this.#duck.get<{ contentType: string; content: Uint8Array }>(
      'select content_type as "contentType", content from campaign_images where id = $1',
      [id],
    );
    return row === undefined ? undefined : { contentType: row.contentType, content: Buffer.from(row.content) };
  }

  async remove(siteId: string, id: string): Promise<void> {
    await this.#duck.run('delete from campaign_images where site_id = $1 and id = $2', [siteId, id]);
  }
}
