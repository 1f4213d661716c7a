/** A campaign in six steps, each with an address of its own. Half-made ones stay on the device until they are saved. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Campaign, CampaignInput } from '../../../../../server/contract/campaigns.ts';
import type { Site } from '../../../../../server/contract/model.ts';
import { ApiError } from '../../../../lib/api.ts';
import { siteFormat } from '../../../../lib/format.ts';
import { Icon } from '../../../components/Icon.tsx';
import { lazy } from '../../../components/lazy.tsx';
import { Notice } from '../../../components/states.tsx';
import { toast } from '../../../components/toast.tsx';
import { t } from '../../../i18n/t.ts';
import { ofSite } from '../../../state/endpoints.ts';
import type { Plan } from '../../../state/plan.ts';
import { go, guardLeaving, hrefWithin } from '../../../state/router.ts';
import { ownTenant } from '../../../state/session.ts';
import { zoneNamesOf } from '../words.ts';
import { CouponFace } from './CouponFace.tsx';
import {
  blank,
  dropDraft,
  type Fault,
  inputOf,
  isSame,
  keepDraft,
  keptDraft,
  lacks,
  NEW,
  newId,
  STEPS,
  type Step,
  stepOf,
  tidy,
} from './draft.ts';
import type { Tongue } from './OfferTexts.tsx';
import { StepCheck } from './StepCheck.tsx';
import { StepLimits } from './StepLimits.tsx';
import { StepNav } from './StepNav.tsx';
import { StepWhat } from './StepWhat.tsx';
import { StepWhen } from './StepWhen.tsx';
import { StepWho } from './StepWho.tsx';
import './editor.css';
import './fields.css';

/** With the map's library, which no other step needs. */
const StepWhere = lazy(() => import('./StepWhere.tsx'));

export interface EditorProps {
  site: Site;
  plan: Plan;
  /** Undefined: a new one. */
  campaign: Campaign | undefined;
  step: string | undefined;
  onKept: (campaign: Campaign) => void;
  onZones: () => void;
}

const KEEP_AFTER_MS = 400;
const within = (faultPath: string, path: string): boolean => faultPath === path || faultPath.startsWith(`${path}.`);

export default function CampaignEditor({ site, plan, campaign, step: asked, onKept, onZones }: EditorProps) {
  const tenantId = ownTenant.value;
  const { zones, floors } = plan;
  const key = campaign?.id ?? NEW;
  const saved = useMemo<CampaignInput>(() => {
    if (campaign !== undefined) return inputOf(campaign);
    const own = zones.filter((zone) => zone.kind === 'coupon' && (tenantId === null || zone.tenantId === tenantId));
    // The only coupon zone needs no choice; of several none is the likelier.
    return blank(own.length === 1 ? own.map(({ id }) => id) : [], tenantId);
  }, [campaign]);
  const [kept, setKept] = useState(() => keptDraft(site.id, key));
  const [form, setForm] = useState<CampaignInput>(kept?.form ?? saved);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [busy, setBusy] = useState(false);
  const [tongue, setTongue] = useState<Tongue>('main');
  const [seen, setSeen] = useState<ReadonlySet<Step>>(new Set());
  const step: Step = STEPS.find((one) => one === asked) ?? 'what';
  const isDirty = !isSame(form, saved);
  const zoneNames = useMemo(() => zoneNamesOf(zones), [zones]);
  const heading = useRef<HTMLHeadingElement>(null);
  const hrefOf = (to: Step) =>
    hrefWithin(site.id, 'campaigns', campaign === undefined ? [NEW, to] : [campaign.id, 'edit', to]);

  const set = useCallback((change: Partial<CampaignInput>) => {
    setForm((old) => {
      const next = { ...old, ...change };
      const still = lacks(next);
      setFaults((all) =>
        all.filter(
          ({ path }) =>
            !Object.keys(change).some((name) => within(path, name)) || still.some((one) => one.path === path),
        ),
      );
      return next;
    });
  }, []);
  const faultOf = (path: string) => faults.find((one) => within(one.path, path))?.message;

  useEffect(() => {
    if (!isDirty) {
      dropDraft(site.id, key);
      return;
    }
    const timer = setTimeout(() => keepDraft(site.id, key, form, Date.now()), KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [form, isDirty, key]);
  useLayoutEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    guardLeaving(
      () => {
        if (!confirm(t('campaign.leave'))) return false;
        keepDraft(site.id, key, form, Date.now());
        return true;
      },
      ({ view, rest }) => view === 'campaigns' && rest[0] === key && (key === NEW || rest[1] === 'edit'),
    );
    return () => {
      removeEventListener('beforeunload', ask);
      guardLeaving(undefined);
    };
  }, [isDirty, key, form]);
  const isFirst = useRef(true);
  useEffect(() => {
    setSeen((old) => new Set([...old, step]));
    if (isFirst.current) isFirst.current = false;
    else {
      scrollTo({ top: 0 });
      heading.current?.focus({ preventScroll: true });
    }
  }, [step]);

  const showFaults = (found: Fault[]) => {
    setFaults(found);
    const first = STEPS.find((one) => found.some(({ path }) => stepOf(path) === one));
    if (first !== undefined && first !== step) go(hrefOf(first));
    setTimeout(() => document.querySelector<HTMLElement>('.step-body [aria-invalid="true"]')?.focus(), 60);
  };
  const said = (found: ReturnType<typeof lacks>): Fault[] => found.map(({ path, key }) => ({ path, message: t(key) }));

  const save = async (): Promise<Campaign | undefined> => {
    const missing = lacks(form);
    if (missing.length > 0) {
      showFaults(said(missing));
      return undefined;
    }
    if (campaign !== undefined && !isDirty) return campaign;
    setBusy(true);
    setFaults([]);
    try {
      const api = ofSite(site.id);
      const body = tidy(form);
      const done =
        campaign === undefined
          ? await api.createCampaign({ ...body, id: newId(form.name, Math.random) })
          : await api.putCampaign(body);
      dropDraft(site.id, key);
      guardLeaving(undefined);
      setKept(undefined);
      onKept(done);
      if (campaign === undefined) go(hrefWithin(site.id, 'campaigns', [done.id, 'edit', step]), true);
      return done;
    } catch (error) {
      const known = error instanceof ApiError ? error : undefined;
      showFaults([{ path: known?.path?.replace(/^body\./, '') ?? '', message: known?.message ?? String(error) }]);
      return undefined;
    } finally {
      setBusy(false);
    }
  };

  const at = STEPS.indexOf(step);
  const next = STEPS[at + 1];
  const before = STEPS[at - 1];
  const onward = () => {
    const here = lacks(form).filter(({ path }) => stepOf(path) === step);
    if (here.length > 0) showFaults(said(here));
    else if (next !== undefined) go(hrefOf(next));
  };
  const parts = { site, form, set, faultOf, tenantId, zones, floors, zoneNames };
  const shop = zones.find((zone) => zone.tenantId === form.tenantId && zone.kind === 'shop')?.name;
  const preview = <CouponFace site={site} face={form.offer} tongue={tongue} from={shop ?? site.name} />;
  return (
    <div class="campaign-editor">
      <header class="page-head">
        <a class="back-link" href={hrefWithin(site.id, 'campaigns', campaign === undefined ? [] : [campaign.id])}>
          <Icon name="next" size={15} />
          {campaign?.name ?? t('nav.campaigns')}
        </a>
        <h1>{campaign === undefined ? t('campaign.new') : t('campaign.editTitle', { name: campaign.name })}</h1>
        <span class="muted small" role="status">
          {isDirty ? t('campaign.unsaved') : campaign === undefined ? '' : t('editor.allSaved')}
        </span>
      </header>
      {kept !== undefined && isDirty && (
        <Notice
          action={
            <button
              type="button"
              class="button small"
              onClick={() => {
                setForm(saved);
                setFaults([]);
                setKept(undefined);
              }}
            >
              {t('action.discard')}
            </button>
          }
        >
          {t('campaign.kept', { time: siteFormat(site.timezone).dateTime(kept.atMs) })}
        </Notice>
      )}
      {campaign !== undefined && campaign.status !== 'draft' && (
        <Notice tone={campaign.status === 'live' ? 'warn' : 'info'}>
          {t(campaign.status === 'live' ? 'campaign.editLive' : 'campaign.editAgain')}
        </Notice>
      )}
      <div class={`editor-steps step-${step}`}>
        <StepNav
          step={step}
          form={form}
          faults={faults}
          seen={campaign === undefined ? seen : undefined}
          zoneNames={zoneNames}
          hrefOf={hrefOf}
        />
        <section class="card step-body" aria-labelledby="step-title">
          <h2 id="step-title" ref={heading} tabIndex={-1}>
            {t(`step.${step}Title`)}
          </h2>
          <p class="muted step-lead">{t(`step.${step}Lead`)}</p>
          {step === 'what' && <StepWhat {...parts} tongue={tongue} onTongue={setTongue} />}
          {step === 'where' && <StepWhere {...parts} onZones={onZones} />}
          {step === 'when' && <StepWhen {...parts} />}
          {step === 'who' && <StepWho {...parts} />}
          {step === 'limits' && <StepLimits {...parts} tongue={tongue} onTongue={setTongue} />}
          {step === 'check' && (
            <StepCheck
              {...parts}
              campaign={campaign}
              isDirty={isDirty}
              faults={faults}
              hrefOf={hrefOf}
              save={save}
              onKept={onKept}
            />
          )}
          <div class="step-actions">
            {before !== undefined && (
              <a class="button" href={hrefOf(before)}>
                {t('step.back')}
              </a>
            )}
            <span class="toolbar-gap" />
            <button
              type="button"
              class="button"
              disabled={busy || !isDirty}
              onClick={() => void save().then((done) => done !== undefined && toast(t('campaign.savedDraft')))}
            >
              {t(busy ? 'editor.saving' : campaign === undefined ? 'campaign.saveDraft' : 'action.save')}
            </button>
            {next !== undefined ? (
              <button type="button" class="button primary" onClick={onward}>
                {t('step.next', { step: t(`step.${next}`) })}
                <Icon name="next" size={15} />
              </button>
            ) : (
              campaign !== undefined &&
              !isDirty && (
                <a class="button primary" href={hrefWithin(site.id, 'campaigns', [campaign.id])}>
                  {t('step.done')}
                </a>
              )
            )}
          </div>
        </section>
        {step !== 'where' && step !== 'limits' && (
          <aside class="preview" aria-label={t('offer.preview')}>
            <p class="small muted">{t('offer.preview')}</p>
            <div class="phone">{preview}</div>
          </aside>
        )}
      </div>
    </div>
  );
}
