/** The camera, in a dialog, until a code is read. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { words } from '../i18n/index.ts';
import { CameraError, scan } from '../scan.ts';
import { Dialog } from './controls.tsx';

export function Scanner({ onCode, onClose }: { onCode: (text: string) => void; onClose: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState<'refused' | 'missing'>();
  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    scan(video.current!, (text) => {
      if (!gone) onCode(text);
    }).then(
      (stopScan) => {
        if (gone) stopScan();
        else stop = stopScan;
      },
      (error: unknown) => setFault(error instanceof CameraError ? error.fault : 'missing'),
    );
    return () => {
      gone = true;
      stop?.();
    };
  }, []);
  const t = words.value;
  return (
    <Dialog title={t.scannerTitle} onClose={onClose} kind="scanner">
      {fault === undefined ? (
        <div class="viewfinder">
          <video ref={video} muted playsInline />
          <span class="frame" aria-hidden="true" />
        </div>
      ) : (
        <p class="fault" role="alert">
          {fault === 'refused' ? t.cameraRefused : t.cameraMissing}
        </p>
      )}
      <button type="button" class="button wide" onClick={onClose}>
        {t.cancel}
      </button>
    </Dialog>
  );
}
