/** The mall's word on a retailer's campaign: yes, or no with what would have to change. */

import { useState } from 'preact/hooks';
import type { Campaign } from '../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { Field } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { inputOf } from './editor/draft.ts';

export function Approval(props: { site: Site; campaign: Campaign; onDone: (campaign: Campaign) => void }) {
  const { campaign } = props;
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const api = ofSite(props.site.id);
  const send = async (work: () => Promise<Campaign>, done: string) => {
    setBusy(true);
    setFault(undefined);
    try {
      props.onDone(await work());
      setRejecting(false);
      toast(done);
    } catch (error) {
      const said = error instanceof ApiError ? t('fault.said', { message: error.message }) : String(error);
      if (rejecting) setFault(said);
      else toast(said, true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="card approval" aria-label={t('approval.title')}>
      <div>
        <h2>{t('approval.title')}</h2>
        <p class="muted small">{t('approval.how')}</p>
      </div>
      <span class="row">
        <button type="button" class="button" disabled={busy} onClick={() => setRejecting(true)}>
          {t('approval.reject')}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={busy}
          onClick={() => void send(() => api.approve(inputOf(campaign)), t('approval.approved'))}
        >
          {t('approval.approve')}
        </button>
      </span>
      {rejecting && (
        <Dialog title={t('approval.rejectTitle', { name: campaign.name })} onClose={() => setRejecting(false)}>
          <form
            class="form"
            novalidate
            onSubmit={(event) => {
              event.preventDefault();
              if (reason.trim() === '') setFault(t('approval.reasonMissing'));
              else void send(() => api.reject(campaign.id, reason.trim()), t('approval.sentBack'));
            }}
          >
            <Field label={t('approval.reason')} hint={t('approval.reasonHint')} fault={fault}>
              {(ids) => (
                <textarea
                  {...ids}
                  class="textarea"
                  maxLength={1000}
                  value={reason}
                  onInput={(event) => setReason(event.currentTarget.value)}
                />
              )}
            </Field>
            <div class="actions">
              <button type="button" class="button" onClick={() => setRejecting(false)}>
                {t('action.cancel')}
              </button>
              <button type="submit" class="button primary" disabled={busy}>
                {t('approval.reject')}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </section>
  );
}
