/** A preview of the plan and its scale: two clicks and the distance between them, or the width of the whole image. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDecimal } from '../../../lib/format.ts';
import { Field } from '../../components/controls.tsx';
import { t } from '../../i18n/t.ts';

/** As the server takes. */
const MAX_BYTES = 20 * 1024 * 1024;
type Px = [number, number];

export interface ScaledImage {
  file: File;
  widthPx: number;
  heightPx: number;
  metresPerPixel: number;
}

export function ImageScale({ onChange }: { onChange: (image: ScaledImage | undefined) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [file, setFile] = useState<File>();
  const [bitmap, setBitmap] = useState<ImageBitmap>();
  const [fault, setFault] = useState<string>();
  const [points, setPoints] = useState<Px[]>([]);
  const [distance, setDistance] = useState<number>();
  const [width, setWidth] = useState<number>();

  const pixels = points.length === 2 ? Math.hypot(points[1]![0] - points[0]![0], points[1]![1] - points[0]![1]) : 0;
  const byClicks = pixels >= 5 && distance !== undefined && distance > 0 ? distance / pixels : undefined;
  const metresPerPixel = byClicks ?? (bitmap !== undefined && width !== undefined ? width / bitmap.width : undefined);
  useEffect(() => {
    onChange(
      file !== undefined && bitmap !== undefined && metresPerPixel !== undefined
        ? { file, widthPx: bitmap.width, heightPx: bitmap.height, metresPerPixel }
        : undefined,
    );
  }, [file, bitmap, metresPerPixel]);

  useEffect(() => {
    const element = canvas.current;
    if (element === null || bitmap === undefined) return;
    // As sharp as the dialog is wide, no more: a plan may have twelve thousand pixels.
    const scale = Math.min(1, 1_400 / bitmap.width);
    element.width = Math.round(bitmap.width * scale);
    element.height = Math.round(bitmap.height * scale);
    const context = element.getContext('2d')!;
    context.drawImage(bitmap, 0, 0, element.width, element.height);
    context.strokeStyle = context.fillStyle = '#d1242f';
    context.lineWidth = 3;
    const at = points.map(([x, y]): Px => [x * scale, y * scale]);
    if (at.length === 2) {
      context.beginPath();
      context.moveTo(...at[0]!);
      context.lineTo(...at[1]!);
      context.stroke();
    }
    for (const [x, y] of at) {
      context.beginPath();
      context.arc(x, y, 6, 0, Math.PI * 2);
      context.fill();
    }
  }, [bitmap, points]);

  const choose = async (chosen: File | undefined) => {
    setFault(undefined);
    setPoints([]);
    setBitmap(undefined);
    setFile(chosen);
    if (chosen === undefined) return;
    if (chosen.size > MAX_BYTES) {
      setFault(t('floor.imageLarge', { mb: MAX_BYTES / 1024 / 1024 }));
      return;
    }
    try {
      setBitmap(await createImageBitmap(chosen));
    } catch {
      setFault(t('floor.imageBad'));
    }
  };
  return (
    <div class="form">
      <Field label={t('floor.image')} hint={t('floor.imageHint')} fault={fault}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            type="file"
            accept="image/png,image/jpeg,image/webp"
            onChange={(event) => void choose(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      {bitmap !== undefined && (
        <>
          <p class="small lead">
            {t(points.length === 2 ? 'floor.scaleDistance' : 'floor.scaleClick', { n: points.length + 1 })}
          </p>
          <canvas
            ref={canvas}
            class="scale-canvas"
            aria-label={t('floor.preview')}
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              const at: Px = [
                ((event.clientX - box.left) / box.width) * bitmap.width,
                ((event.clientY - box.top) / box.height) * bitmap.height,
              ];
              setPoints((old) => (old.length === 2 ? [at] : [...old, at]));
            }}
          />
          <div class="form-row">
            <Field label={t('floor.distance')} hint={t('floor.distanceHint')}>
              {(ids) => (
                <input
                  {...ids}
                  class="input num"
                  type="number"
                  min={0.1}
                  step={0.01}
                  disabled={points.length < 2}
                  onInput={(event) => setDistance(event.currentTarget.valueAsNumber || undefined)}
                />
              )}
            </Field>
            <Field label={t('floor.imageWidth')} hint={t('floor.imageWidthHint')}>
              {(ids) => (
                <input
                  {...ids}
                  class="input num"
                  type="number"
                  min={1}
                  step={0.1}
                  disabled={byClicks !== undefined}
                  value={byClicks === undefined ? width : Math.round(byClicks * bitmap.width * 10) / 10}
                  onInput={(event) => setWidth(event.currentTarget.valueAsNumber || undefined)}
                />
              )}
            </Field>
          </div>
          <p class="muted small num">
            {metresPerPixel === undefined
              ? t('floor.noScale')
              : t('floor.size', {
                  w: formatDecimal(metresPerPixel * bitmap.width),
                  h: formatDecimal(metresPerPixel * bitmap.height),
                })}
          </p>
        </>
      )}
    </div>
  );
}
