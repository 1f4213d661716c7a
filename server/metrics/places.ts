/**
 * Places: zones that people go to, the steps of flows and the sides of affinity. A corridor is on everybody's way, and a
 * coupon zone lies over a place and is none itself; through them nothing is learnt of who goes where. A zone that is gone
 * from the site has no kind any more and is no place. Pure.
 */
import type { Zone } from '../contract/model.ts';

const PLACE_KINDS: readonly Zone['kind'][] = ['shop', 'entrance', 'other'];

export const placesOf = (zones: readonly Zone[]): Zone[] => zones.filter(({ kind }) => PLACE_KINDS.includes(kind));
