/** Is it an image that browsers show, and how large? Judged by its bytes alone. Pure. */
import { imageSize } from 'image-size';
import { AppError } from '../errors.ts';

export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
/** Browsers decode to four bytes a pixel; beyond this they refuse, or take gigabytes. */
export const MAX_SIDE_PX = 12_000;
const MIN_SIDE_PX = 16;
/** The size stands behind thumbnail and colour profile; looking through 20 MB of empty segments takes seconds. */
const HEAD_BYTES = 1024 * 1024;

export interface InspectedImage {
  contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  extension: 'png' | 'jpg' | 'webp';
  widthPx: number;
  heightPx: number;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const KINDS = {
  png: { contentType: 'image/png', extension: 'png' },
  jpg: { contentType: 'image/jpeg', extension: 'jpg' },
  webp: { contentType: 'image/webp', extension: 'webp' },
} as const;

function kindOf(bytes: Buffer): keyof typeof KINDS | undefined {
  if (bytes.subarray(0, PNG.length).equals(PNG)) return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'webp';
  return undefined;
}

/** Cut off on the way: the end that the format prescribes is missing. */
function isTruncated(bytes: Buffer, kind: keyof typeof KINDS): boolean {
  if (kind === 'png') return bytes.lastIndexOf('IEND', undefined, 'latin1') < 0;
  if (kind === 'jpg') return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0;
  return bytes.length < bytes.readUInt32LE(4) + 8;
}

const refuse = (message: string): AppError => new AppError(400, 'bad-image', message, 'body');

/** @throws AppError saying what is wrong and what would be right. */
export function inspectImage(bytes: Buffer): InspectedImage {
  const kind = kindOf(bytes);
  if (!kind) throw refuse('is not an image: a PNG, JPEG or WebP is needed');
  let size: { width: number; height: number; orientation?: number };
  try {
    size = imageSize(bytes.subarray(0, HEAD_BYTES));
  } catch {
    throw refuse('is damaged: its size cannot be read');
  }
  // A camera that was held upright turns the picture by 90 degrees only when it is shown.
  const turned = (size.orientation ?? 1) >= 5;
  const [widthPx, heightPx] = turned ? [size.height, size.width] : [size.width, size.height];
  if (!(widthPx >= MIN_SIDE_PX && heightPx >= MIN_SIDE_PX))
    throw refuse(`is ${widthPx} × ${heightPx} pixels; at least ${MIN_SIDE_PX} a side are needed`);
  if (widthPx > MAX_SIDE_PX || heightPx > MAX_SIDE_PX)
    throw refuse(`is ${widthPx} × ${heightPx} pixels; at most ${MAX_SIDE_PX} a side are taken, so scale it down`);
  if (isTruncated(bytes, kind)) throw refuse('is cut off: its end is missing, so send it again');
  return { ...KINDS[kind], widthPx, heightPx };
}
