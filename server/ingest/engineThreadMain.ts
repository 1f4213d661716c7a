/** What runs in the engine's thread: one call after another. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine, createLiveEngine } from '../engine/engine.ts';
import type { EngineRows, OpenRows } from '../engine/types.ts';
import { EngineDesk } from './engineDesk.ts';
import { type EngineKind, type EngineReply, type EngineRequest, type Piece, piecesOf } from './engineMessages.ts';
import { BatchUnpacker } from './packedBatches.ts';

/** Rows are half a minute behind anyway: what is live, and who asks, go first where there are too few cores. */
const NICE = 5;

function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICE);
  } catch {
    // Threads have a priority of their own on Linux only.
  }
}

const port = parentPort;
if (!port) throw new Error('engineThreadMain runs as a worker thread of the server');
const kind = workerData as EngineKind;
const desk = new EngineDesk(kind === 'live' ? createLiveEngine : createEngine);
const unpacker = new BatchUnpacker();
let pieces: Iterator<Piece<EngineRows | OpenRows>> | undefined;

const nextPiece = (): Piece<EngineRows | OpenRows> => {
  const step = pieces?.next();
  if (!step || step.done) throw new Error('no rows were begun');
  if (!step.value.more) pieces = undefined;
  return step.value;
};

async function carryOut(request: EngineRequest): Promise<unknown> {
  switch (request.call) {
    case 'start':
      return desk.start(request.from);
    case 'setModel':
      return desk.setModel(request.model, request.effectiveFromMs);
    case 'advance': {
      const { rows, tookMs } = desk.advance(unpacker.unpack(request.batches), request.toMs);
      pieces = piecesOf(rows);
      return { ...nextPiece(), tookMs };
    }
    case 'feed':
      return desk.feed(unpacker.unpack(request.batches));
    case 'liveStep':
      return desk.liveStep(unpacker.unpack(request.batches), request.toMs);
    case 'openRows':
      pieces = piecesOf(desk.openRows(request.withHeat));
      return nextPiece();
    case 'nextRows':
      return nextPiece();
    case 'saveSnapshot':
      return desk.saveSnapshot(request.path);
    case 'view':
      return desk.view();
    case 'crowd':
      return desk.crowd();
    case 'present':
      return desk.present();
  }
}

if (kind === 'analytics') stepBack();
let tail: Promise<void> = Promise.resolve();
port.on('message', (request: EngineRequest) => {
  tail = tail.then(async () => {
    let reply: EngineReply;
    try {
      reply = { id: request.id, value: await carryOut(request) };
    } catch (error) {
      const { message, stack } = error as Error;
      reply = { id: request.id, error: message, stack };
    }
    port.postMessage(reply);
  });
});
