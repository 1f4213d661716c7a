/** How many visits (zone visits) started in each interval? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { footfallFigures } from '../../metrics/footfall.ts';
import type { SiteContext } from './context.ts';
import { doubtsByInterval } from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';
import { lengthCountsByInterval } from './lengthCounts.ts';

export async function footfall(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const counts = await lengthCountsByInterval(context, frame);
  const certain = await doubtsByInterval(context, frame);
  return fill(frame, NOTHING, (i, coverage) => footfallFigures(counts[i]!, coverage, certain[i]));
}
