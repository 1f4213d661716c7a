/** Reads QR codes from the camera: the browser's own detector where it has one, else a decoder that is loaded then. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
declare global {
  interface Window {
    BarcodeDetector?: {
      new (options: { formats: string[] }): Detector;
      getSupportedFormats(): Promise<string[]>;
    };
  }
}

export type CameraFault = 'refused' | 'missing';
export class CameraError extends Error {
  readonly fault: CameraFault;
  constructor(fault: CameraFault) {
    super(`camera ${fault}`);
    this.fault = fault;
  }
}

type Read = (video: HTMLVideoElement) => Promise<string | undefined>;

/** Five looks a second: a held code is read in one or two, and a phone stays cool. */
const LOOK_EVERY_MS = 200;
/** A code that fills a third of the picture still has several pixels a module. */
const LOOK_WIDTH_PX = 640;

async function reader(): Promise<Read> {
  const Native = window.BarcodeDetector;
  if (Native !== undefined && (await Native.getSupportedFormats()).includes('qr_code')) {
    const detector = new Native({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  const { default: loaded } = await import('jsqr');
  // Its types say that the function is `default.default`; what a bundler hands over is the function.
  const decode = loaded as unknown as typeof loaded.default;
  const canvas = document.createElement('canvas');
  const drawing = canvas.getContext('2d', { willReadFrequently: true })!;
  return async (video) => {
    const scale = Math.min(1, LOOK_WIDTH_PX / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
    return decode(data, canvas.width, canvas.height)?.data;
  };
}

/**
 * Shows the camera in `video` and calls `onCode` with each code that is read, again and again while it is held there.
 * Returns how to stop. @throws CameraError
 */
export async function scan(video: HTMLVideoElement, onCode: (text: string) => void): Promise<() => void> {
  if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError('missing');
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
  } catch (error) {
    throw new CameraError((error as DOMException).name === 'NotAllowedError' ? 'refused' : 'missing');
  }
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  const read = await reader();
  const look = async (): Promise<void> => {
    if (stopped) return;
    const text = video.videoWidth > 0 ? await read(video).catch(() => undefined) : undefined;
    if (text !== undefined && text !== '' && !stopped) onCode(text);
    setTimeout(() => void look(), LOOK_EVERY_MS);
  };
  void look();
  return stop;
}

/** A tag's QR code is the address of this page; the code follows its #. */
export const codeOfTag = (text: string): string => decodeURIComponent(text.slice(text.lastIndexOf('#') + 1).trim());
