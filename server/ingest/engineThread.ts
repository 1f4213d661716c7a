/** An engine in a thread of its own, so that nobody else waits for it. */
import { type TransferListItem, Worker } from 'node:worker_threads';
import type { SiteModel } from '../contract/model.ts';
import type { EngineRows, OpenRows, PresentCarrier } from '../engine/types.ts';
import type { SightingBatch } from '../log/batch.ts';
import type { Crowd } from './crowd.ts';
import type { EngineHost, EngineStart, EngineStep, EngineView, LiveStep } from './engineHost.ts';
import {
  addPiece,
  type EngineCall,
  type EngineKind,
  type EngineReply,
  type EngineRequest,
  type Piece,
} from './engineMessages.ts';
import { BatchPacker } from './packedBatches.ts';

/** Nobody waits for a step here; but one that is stopped ends with its step. */
const STEP_MS = { short: 50, long: 250 };
/** Of half a minute of a crowd of fifty thousand, and its snapshots. */
const MAX_HEAP_MB = 4_096;
/** Batches live for a moment each, as in the server's own thread. */
const YOUNG_HEAP_MB = 192;

/** The script beside this one; undefined where it runs from its sources, which no thread of Node can. */
export const ENGINE_THREAD: URL | undefined = import.meta.url.endsWith('.js')
  ? new URL('./engineThreadMain.js', import.meta.url)
  : undefined;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class EngineThread implements EngineHost {
  readonly stepMs = STEP_MS;
  readonly #kind: EngineKind;
  readonly #script: URL;
  readonly #onProblem: (error: Error) => void;
  readonly #packer = new BatchPacker();
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  watermarkMs = 0;
  lost = true;

  constructor(kind: EngineKind, script: URL, onProblem: (error: Error) => void) {
    this.#kind = kind;
    this.#script = script;
    this.#onProblem = onProblem;
  }

  start(from: EngineStart): Promise<boolean> {
    this.watermarkMs = from.watermarkMs;
    this.lost = false;
    // What was packed for an engine that was lost never went out.
    this.#packer.forget();
    return this.#ask<boolean>({ call: 'start', from });
  }

  setModel(model: SiteModel, effectiveFromMs: number): void {
    // What is started anew is told all models.
    if (!this.lost) this.#ask({ call: 'setModel', model, effectiveFromMs }).catch(this.#onProblem);
  }

  async advance(batches: SightingBatch[], toMs: number): Promise<EngineStep> {
    this.watermarkMs = toMs;
    const packed = this.#packer.pack(batches);
    const { tookMs, ...piece } = await this.#ask<Piece<EngineRows> & { tookMs: number }>(
      { call: 'advance', batches: packed, toMs },
      [packed.carriers.buffer, packed.values.buffer],
    );
    return { rows: await this.#whole(piece), tookMs };
  }

  feed(batches: SightingBatch[]): void {
    if (this.lost || batches.length === 0) return;
    const packed = this.#packer.pack(batches);
    // Where it fails the engine is lost, which the next step tells.
    this.#ask({ call: 'feed', batches: packed }, [packed.carriers.buffer, packed.values.buffer]).catch(() => {});
  }

  liveStep(batches: SightingBatch[], toMs: number): Promise<LiveStep> {
    this.watermarkMs = toMs;
    const packed = this.#packer.pack(batches);
    return this.#ask({ call: 'liveStep', batches: packed, toMs }, [packed.carriers.buffer, packed.values.buffer]);
  }

  async openRows(withHeat: boolean): Promise<OpenRows> {
    return this.#whole(await this.#ask<Piece<OpenRows>>({ call: 'openRows', withHeat }));
  }

  saveSnapshot(path: string): Promise<void> {
    return this.#ask({ call: 'saveSnapshot', path }, [], false);
  }

  view(): Promise<EngineView> {
    return this.#ask({ call: 'view' });
  }

  crowd(): Promise<Crowd> {
    return this.#ask({ call: 'crowd' });
  }

  present(): Promise<PresentCarrier[]> {
    return this.#ask({ call: 'present' });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#end(new Error('the server stops'));
    await worker?.terminate();
  }

  async #whole<Rows extends EngineRows | OpenRows>(first: Piece<Rows>): Promise<Rows> {
    const { rows } = first;
    for (let piece = first; piece.more; ) {
      await turn();
      piece = await this.#ask<Piece<Rows>>({ call: 'nextRows' });
      addPiece(rows, piece.rows);
    }
    return rows;
  }

  /** `fatal`: a failure leaves the engine in a state that nobody knows. */
  async #ask<T>(call: EngineCall, transfer: TransferListItem[] = [], fatal = true): Promise<T> {
    if (this.lost) throw new Error(`the ${this.#kind} engine is lost; it is started anew from the log`);
    const id = ++this.#lastId;
    try {
      const worker = this.#running();
      return await new Promise<T>((resolve, reject) => {
        this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
        worker.postMessage({ ...call, id } satisfies EngineRequest, transfer);
      });
    } catch (error) {
      if (fatal) this.lost = true;
      throw error;
    }
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#script, {
      name: this.#kind,
      workerData: this.#kind,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    this.#worker = worker;
    worker.on('message', (reply: EngineReply) => this.#answer(reply));
    const ended = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#end(error);
      this.#onProblem(error);
    };
    worker.on('error', (error: Error) => ended(new Error(`the engine's thread failed: ${error.message}`)));
    worker.on('exit', (code) => ended(new Error(`the engine's thread ended with code ${code}`)));
    return worker;
  }

  #answer(reply: EngineReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(Object.assign(new Error(reply.error), { stack: reply.stack }));
    else waiting?.resolve(reply.value);
  }

  #end(error: Error): void {
    this.#worker = undefined;
    this.lost = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

export const engineThread = (kind: EngineKind, script: URL, onProblem: (error: Error) => void): EngineHost =>
  new EngineThread(kind, script, onProblem);
