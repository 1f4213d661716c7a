/** Names of visits for receivers: random, of one webhook and one visit, in memory alone, gone with the visit's end. */
import { newId, type RandomBytes } from '../auth/secrets.ts';

/** Visits under way that somebody is told of; beyond it the stalest gets a new name. */
const MAX_NAMES = 200_000;

export class VisitorNames {
  readonly #random: RandomBytes;
  /** By carrier, then by webhook. */
  readonly #names = new Map<string, Map<string, string>>();

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  nameOf(siteId: string, carrierId: string, webhookId: string): string {
    const key = `${siteId}/${carrierId}`;
    const names = this.#names.get(key) ?? new Map<string, string>();
    const name = names.get(webhookId) ?? newId(this.#random, 'v');
    names.set(webhookId, name);
    this.#names.delete(key);
    this.#names.set(key, names);
    if (this.#names.size > MAX_NAMES) this.#names.delete(this.#names.keys().next().value!);
    return name;
  }

  /** At a visit's end, and when the person withdraws or gives the tag back: what comes then is told under another name. */
  forget(siteId: string, carrierId: string): void {
    this.#names.delete(`${siteId}/${carrierId}`);
  }

  forgetSite(siteId: string): void {
    for (const key of this.#names.keys()) if (key.startsWith(`${siteId}/`)) this.#names.delete(key);
  }

  forgetWebhook(webhookId: string): void {
    for (const names of this.#names.values()) names.delete(webhookId);
  }

  get size(): number {
    return this.#names.size;
  }
}
