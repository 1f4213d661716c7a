/** A site's certificates as they stand now. */
import { certificatesOf } from '../calibration/certificate.ts';
import type { Certificate } from '../contract/calibration.ts';
import type { Registry } from '../registry/types.ts';
import type { Audits } from './audits.ts';

export async function siteCertificates(
  audits: Pick<Audits, 'finished'>,
  registry: Registry,
  siteId: string,
): Promise<Certificate[]> {
  const finished = (await audits.finished(siteId)).flatMap(({ id, by, finishedMs, result }) =>
    finishedMs === null || result === null ? [] : [{ id, by, finishedMs, ...result }],
  );
  return certificatesOf(finished, registry.zones.all(siteId), registry.gateways.all(siteId));
}
