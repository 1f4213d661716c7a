/** The six steps: where one is, what was chosen, where something is missing. */
import type { CampaignInput } from '../../../../../server/contract/campaigns.ts';
import { Icon } from '../../../components/Icon.tsx';
import { t } from '../../../i18n/t.ts';
import { type Fault, lacks, STEPS, type Step, stepOf } from './draft.ts';
import { stepHint } from './summary.ts';

export function StepNav(props: {
  step: Step;
  form: CampaignInput;
  faults: Fault[];
  /** Undefined: all were seen before. */
  seen: ReadonlySet<Step> | undefined;
  zoneNames: (ids: string[]) => string;
  hrefOf: (step: Step) => string;
}) {
  const { step, form, faults, seen } = props;
  const missing = new Set(lacks(form).map(({ path }) => stepOf(path)));
  const faulty = new Set(faults.map(({ path }) => stepOf(path)));
  return (
    <nav class="step-nav" aria-label={t('step.label')}>
      <ol>
        {STEPS.map((one, index) => {
          const done = one !== 'check' && !missing.has(one) && (seen === undefined || (seen.has(one) && one !== step));
          const bad = faulty.has(one);
          return (
            <li key={one}>
              <a
                href={props.hrefOf(one)}
                class={bad ? 'bad' : done ? 'done' : ''}
                aria-current={one === step ? 'step' : undefined}
              >
                <span class="step-mark" aria-hidden="true">
                  {bad ? <Icon name="warn" size={14} /> : done ? <Icon name="check" size={14} /> : index + 1}
                </span>
                <span class="step-words">
                  <b>{t(`step.${one}`)}</b>
                  <span class="step-hint small">
                    {seen === undefined || seen.has(one) ? stepHint(one, form, props.zoneNames) : ''}
                  </span>
                </span>
                {bad && <span class="visually-hidden">{t('step.faulty')}</span>}
              </a>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
