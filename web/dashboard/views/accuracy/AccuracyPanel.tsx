/** What the painted plan means: a legend in metres, a sentence, and where one more gateway belongs. */
import { signal } from '@preact/signals';
import type { CoverageMap, CoverageProposal } from '../../../../server/contract/coverage.ts';
import { formatDecimal, formatShare } from '../../../lib/format.ts';
import { Segmented, Switch } from '../../components/controls.tsx';
import { Fault, Skeleton } from '../../components/states.tsx';
import { t } from '../../i18n/t.ts';
import type { CellAt } from '../../map/accuracyLayer.ts';
import { ERROR_STEPS_M, errorColours } from '../../map/accuracyScale.ts';
import { param, setParams } from '../../state/router.ts';
import { dark } from '../../state/theme.ts';
import type { Accuracy } from './useAccuracy.ts';
import './accuracy.css';

/** Under the pointer; a signal, so that a moving mouse draws one line anew and not the view. */
const here = signal<CellAt | undefined>(undefined);
export const showCell = (cell: CellAt | undefined): void => {
  here.value = cell;
};

export const accuracyIsOn = (): boolean => param('accuracy') === 'on';
export const accuracyWeight = (): CoverageMap['weight'] => (param('weigh') === 'traffic' ? 'traffic' : 'area');

export function AccuracySwitch() {
  return (
    <Switch
      label={t('accuracy.title')}
      checked={accuracyIsOn()}
      onChange={(on) => setParams({ accuracy: on ? 'on' : null })}
    />
  );
}

function Here() {
  const cell = here.value;
  return (
    <span class="small num accuracy-here">
      {cell === undefined
        ? t('accuracy.point')
        : t('accuracy.here', { error: cell.errorM, gateways: String(cell.gateways) })}
    </span>
  );
}

export function AccuracyLegend({ map, loading }: { map: CoverageMap | undefined; loading: boolean }) {
  const colours = errorColours(dark.value);
  const last = ERROR_STEPS_M.length;
  return (
    <div class="accuracy-legend">
      <ul class="accuracy-steps" aria-label={t('accuracy.title')}>
        {colours.map((colour, at) => (
          <li key={colour} class="small num">
            <span class="swatch" style={{ background: colour }} aria-hidden="true" />
            {at === 0
              ? t('accuracy.upTo', { m: ERROR_STEPS_M[0] })
              : at === last
                ? t('accuracy.over', { m: ERROR_STEPS_M[last - 1]! })
                : t('accuracy.between', { from: ERROR_STEPS_M[at - 1]!, to: ERROR_STEPS_M[at]! })}
          </li>
        ))}
        <li class="small">
          <span class="swatch hatched" aria-hidden="true" />
          {t('accuracy.weak', { gateways: String(map?.enoughGateways ?? 3) })}
        </li>
        <li class="small">
          <span class="swatch hatched blind" aria-hidden="true" />
          {t('accuracy.blind')}
        </li>
      </ul>
      {loading ? (
        <span class="small muted accuracy-here" role="status">
          {t('accuracy.computing')}
        </span>
      ) : (
        <Here />
      )}
    </div>
  );
}

export function Proposals({ map, onPlace }: { map: CoverageMap; onPlace?: (proposal: CoverageProposal) => void }) {
  if (map.oneMore.length === 0) return <p class="small muted">{t('accuracy.enough')}</p>;
  return (
    <ol class="proposals">
      {map.oneMore.map((proposal, at) => (
        <li key={`${proposal.xM} ${proposal.yM}`}>
          <span class="proposal-number" aria-hidden="true">
            {at + 1}
          </span>
          <span>
            <span class="strong num block">
              {t('accuracy.gain', { before: proposal.nearBeforeM, after: proposal.nearAfterM })}
            </span>
            <span class="small muted num block">
              {t('accuracy.place', { x: proposal.xM, y: proposal.yM })}
              {', '}
              {t('accuracy.whole', { before: proposal.meanBeforeM, after: proposal.meanAfterM })}
            </span>
          </span>
          {onPlace !== undefined && (
            <button type="button" class="button small" onClick={() => onPlace(proposal)}>
              {t('accuracy.placeIt')}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

export function AccuracyPanel(props: { accuracy: Accuracy; onPlace?: (proposal: CoverageProposal) => void }) {
  const { map, error, loading, reload } = props.accuracy;
  if (error !== undefined && map === undefined) return <Fault error={error} retry={reload} />;
  if (map === undefined) return <Skeleton height={120} />;
  const { summary, radio } = map;
  return (
    <div class={`accuracy-panel ${loading ? 'outdated' : ''}`}>
      <div>
        <p>
          {t('accuracy.sentence', { median: summary.medianM, p90: summary.p90M })}{' '}
          {t('accuracy.within', { m: 5, share: formatShare(summary.within5M) })}
          {summary.weak > 0 && ` ${t('accuracy.weakShare', { share: formatShare(summary.weak) })}`}
        </p>
        <p class="small muted">
          {t('accuracy.meaning')}{' '}
          {t(radio.fromTraffic ? 'accuracy.fromTraffic' : radio.fromSurvey ? 'accuracy.fromSurvey' : 'accuracy.usual', {
            noise: formatDecimal(radio.noiseDb),
          })}
        </p>
      </div>
      <div>
        <div class="proposals-head">
          <h3>{t('accuracy.oneMore')}</h3>
          <Segmented
            label={t('accuracy.weigh')}
            compact
            value={accuracyWeight()}
            options={[
              { value: 'area', label: t('accuracy.byArea') },
              { value: 'traffic', label: t('accuracy.byTraffic') },
            ]}
            onChange={(value) => setParams({ weigh: value === 'traffic' ? 'traffic' : null })}
          />
        </div>
        <Proposals map={map} {...(props.onPlace === undefined ? {} : { onPlace: props.onPlace })} />
      </div>
    </div>
  );
}
