/** What processes cost, as Linux counts it. */
import { readFileSync } from 'node:fs';

/** USER_HZ of every Linux that runs Node.js. */
const TICKS_PER_SECOND = 100;

export interface Memory {
  rssBytes: number;
  /** Shared pages shared out among all that map them: falls with every other program on Node.js on the machine. */
  pssBytes: number;
  /** Of the RSS, what is no file's: nobody else's. */
  anonymousBytes: number;
}

/** Memory that would be free without them: files that several of them map, Node.js itself above all, stand in it once. */
export const together = (processes: readonly Memory[]): number =>
  processes.reduce((sum, { anonymousBytes }) => sum + anonymousBytes, 0) +
  Math.max(0, ...processes.map(({ rssBytes, anonymousBytes }) => rssBytes - anonymousBytes));

/** User and system time since the start, of all threads. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024;
  return { rssBytes: bytes('Rss'), pssBytes: bytes('Pss'), anonymousBytes: bytes('Anonymous') };
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}
