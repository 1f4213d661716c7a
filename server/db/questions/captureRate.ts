/** Of those who came by, what share came in? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { captureFigures } from '../../metrics/captureRate.ts';
import type { SiteContext } from './context.ts';
import { doubtsByInterval } from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';
import { lengthCountsByInterval } from './lengthCounts.ts';

export async function captureRate(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const counts = await lengthCountsByInterval(context, frame.edges, frame.zone);
  const certain = await doubtsByInterval(context, frame);
  return fill(frame, { ...NOTHING, turnInRatio: null }, (i, coverage) =>
    captureFigures(counts[i]!, coverage, certain[i]),
  );
}
