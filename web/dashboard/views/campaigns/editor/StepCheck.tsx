/** All of it once more, and what it would have done in the last four weeks. */
import type { Campaign } from '../../../../../server/contract/campaigns.ts';
import { Icon } from '../../../components/Icon.tsx';
import { Notice } from '../../../components/states.tsx';
import { t } from '../../../i18n/t.ts';
import { RehearsalPanel } from '../RehearsalPanel.tsx';
import type { Fault, Step } from './draft.ts';
import { lacks, STEPS, stepOf } from './draft.ts';
import type { StepProps } from './steps.ts';
import { stepText } from './summary.ts';

export function StepCheck(
  props: StepProps & {
    campaign: Campaign | undefined;
    isDirty: boolean;
    faults: Fault[];
    hrefOf: (step: Step) => string;
    /** Saves what is not saved; undefined where that did not succeed. */
    save: () => Promise<Campaign | undefined>;
    onKept: (campaign: Campaign) => void;
  },
) {
  const { form, site, zoneNames, faults } = props;
  const missing = new Set(lacks(form).map(({ path }) => stepOf(path)));
  const elsewhere = faults.filter(({ path }) => stepOf(path) === 'check');
  return (
    <div class="form">
      {elsewhere.map(({ message }) => (
        <Notice key={message} tone="bad">
          {t('fault.said', { message })}
        </Notice>
      ))}
      <dl class="check-sum">
        {STEPS.filter((step) => step !== 'check').map((step) => (
          <div key={step} class={missing.has(step) ? 'bad' : ''}>
            <dt>{t(`step.${step}`)}</dt>
            <dd>{stepText(step, form, site, zoneNames)}</dd>
            <dd class="to-step">
              <a href={props.hrefOf(step)} aria-label={t('step.change', { step: t(`step.${step}`) })}>
                {missing.has(step) && <Icon name="warn" size={15} />}
                {t('action.edit')}
              </a>
            </dd>
          </div>
        ))}
      </dl>
      <RehearsalPanel
        site={site}
        campaign={props.campaign}
        floors={props.floors}
        zones={props.zones}
        isDirty={props.isDirty}
        blocked={missing.size > 0}
        before={props.save}
        onRehearsed={props.onKept}
      />
    </div>
  );
}
