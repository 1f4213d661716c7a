import { useEffect, useRef, useState } from 'preact/hooks';
import { CameraError, scan } from '../../shopper/scan.ts';
import { t } from '../words.ts';

/** A code that is still held before the camera is not read again. */
const SAME_CODE_MS = 4_000;

export function Camera({ onCode }: { onCode: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const handler = useRef(onCode);
  handler.current = onCode;
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    let last = { text: '', atMs: 0 };
    scan(video.current!, (text) => {
      const nowMs = Date.now();
      const again = text === last.text && nowMs - last.atMs < SAME_CODE_MS;
      last = { text, atMs: nowMs };
      if (!gone && !again) handler.current(text);
    }).then(
      (stopScan) => {
        if (gone) stopScan();
        else stop = stopScan;
      },
      (error: unknown) =>
        setFault(error instanceof CameraError && error.fault === 'refused' ? t.cameraRefused : t.cameraMissing),
    );
    return () => {
      gone = true;
      stop?.();
    };
  }, []);
  return fault === undefined ? (
    <div class="viewfinder">
      <video ref={video} muted playsInline />
      <span class="frame" aria-hidden="true" />
    </div>
  ) : (
    <p class="fault" role="alert">
      {fault}
    </p>
  );
}
