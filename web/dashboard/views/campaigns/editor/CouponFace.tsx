/** An offer as the shopper's phone shows it. */

import type { OfferFace } from '../../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../../server/contract/model.ts';
import { formatDuration } from '../../../../lib/format.ts';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';
import { pictureUrl } from '../../../state/endpoints.ts';
import { currencyOf, dayText, valueBadge } from '../words.ts';
import { saidIn, type Tongue } from './OfferTexts.tsx';

export function CouponFace(props: { site: Site; face: OfferFace; tongue?: Tongue; from?: string | undefined }) {
  const { site, face } = props;
  const said = saidIn(face, props.tongue ?? 'main');
  const badge = valueBadge(face.value, currencyOf(site));
  return (
    <div class="coupon-face" lang={props.tongue === undefined || props.tongue === 'main' ? undefined : props.tongue}>
      {face.imageId !== null && <img class="coupon-picture" src={pictureUrl(face.imageId)} alt="" />}
      <div class="coupon-words">
        {props.from !== undefined && <span class="coupon-from small">{props.from}</span>}
        <b>{said.title || t('offer.titleGhost')}</b>
        <p>{said.text || t('offer.textGhost')}</p>
        {said.terms !== null && said.terms !== '' && <p class="small coupon-terms">{said.terms}</p>}
        <p class="coupon-foot small">
          {badge !== undefined && <span class="coupon-value">{badge}</span>}
          <span class="row">
            <Icon name="clock" size={14} />
            {face.validUntil === null
              ? formatDuration(face.validMinutes * 60)
              : t('offer.validUntil', {
                  span: formatDuration(face.validMinutes * 60),
                  day: dayText(face.validUntil, site),
                })}
          </span>
        </p>
      </div>
    </div>
  );
}
