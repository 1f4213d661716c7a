/** Expected accuracy of the saved gateways, or of a draft that follows every move: one question at a time, the newest next. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CoverageMap } from '../../../../server/contract/coverage.ts';
import type { Gateway } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { t } from '../../i18n/t.ts';
import type { ProposalMarker } from '../../map/accuracyLayer.ts';
import { ofSite } from '../../state/endpoints.ts';

export interface AccuracyQuestion {
  siteId: string;
  floorId: string;
  weight: CoverageMap['weight'];
  /** Of this floor; undefined: as they are saved. */
  draft: Gateway[] | undefined;
  /** A gateway is on its way: places for one more can wait. */
  moving: boolean;
}
export interface Accuracy {
  map: CoverageMap | undefined;
  proposals: ProposalMarker[];
  error: ApiError | undefined;
  loading: boolean;
  reload: () => void;
}

function ask({ siteId, floorId, weight, draft, moving }: AccuracyQuestion): Promise<CoverageMap> {
  const site = ofSite(siteId);
  if (draft === undefined) return site.coverage(floorId, weight);
  const gateways = draft.map(({ id, xM, yM, zM, enabled }) => ({ id, xM, yM, zM, enabled }));
  return site.draftCoverage(floorId, { gateways, weight, oneMore: !moving });
}

/** Undefined asks nothing. */
export function useAccuracy(question: AccuracyQuestion | undefined): Accuracy {
  const [answer, setAnswer] = useState<{ key: string; map?: CoverageMap; error?: ApiError }>();
  const [round, setRound] = useState(0);
  const newest = useRef<{ key: string; question: AccuracyQuestion } | undefined>(undefined);
  const busy = useRef(false);
  const key = question === undefined ? '' : JSON.stringify([question, round]);

  const run = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    for (let asked = newest.current; asked !== undefined; ) {
      const { key: askedKey, question: askedQuestion } = asked;
      try {
        const map = await ask(askedQuestion);
        setAnswer({ key: askedKey, map });
      } catch (error) {
        const fault = error instanceof ApiError ? error : new ApiError(0, 'page', String(error));
        setAnswer({ key: askedKey, error: fault });
      }
      asked = newest.current?.key === askedKey ? undefined : newest.current;
    }
    busy.current = false;
  }, []);
  useEffect(() => {
    newest.current = question === undefined ? undefined : { key, question };
    if (question !== undefined) void run();
  }, [key]);
  useEffect(
    () => () => {
      newest.current = undefined;
    },
    [],
  );

  const shown = question !== undefined && answer?.map?.floor === question.floorId ? answer.map : undefined;
  const proposals = useMemo(
    () =>
      (shown?.oneMore ?? []).map((proposal) => ({
        proposal,
        label: t('accuracy.marker', { before: proposal.nearBeforeM, after: proposal.nearAfterM }),
      })),
    [shown],
  );
  return {
    map: shown,
    proposals,
    error: answer?.key === key ? answer.error : undefined,
    loading: question !== undefined && answer?.key !== key,
    reload: () => setRound((n) => n + 1),
  };
}
