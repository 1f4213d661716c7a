/** A floor: empty by its size, from an image with a scale, or from GeoJSON. */
import { useState } from 'preact/hooks';
import type { Floor } from '../../../../server/contract/model.ts';
import { ApiError } from '../../../lib/api.ts';
import { Field, Segmented } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Notice } from '../../components/states.tsx';
import { toast } from '../../components/toast.tsx';
import { t } from '../../i18n/t.ts';
import { ofSite } from '../../state/endpoints.ts';
import { ImageScale, type ScaledImage } from './ImageScale.tsx';

type Source = 'size' | 'image' | 'geojson';

export function FloorDialog(props: {
  siteId: string;
  floors: Floor[];
  floor: Floor | undefined;
  onClose: (changed: boolean, floorId?: string) => void;
}) {
  const { floor } = props;
  const site = ofSite(props.siteId);
  const top = Math.max(-1, ...props.floors.map(({ level }) => level));
  const [source, setSource] = useState<Source>('size');
  const [name, setName] = useState(floor?.name ?? '');
  const [level, setLevel] = useState(floor?.level ?? top + 1);
  const [size, setSize] = useState({ widthM: floor?.widthM ?? 100, heightM: floor?.heightM ?? 60 });
  const [image, setImage] = useState<ScaledImage>();
  const [geojson, setGeojson] = useState<unknown>();
  const [geojsonFault, setGeojsonFault] = useState<string>();
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);

  const readGeojson = async (file: File | undefined) => {
    setGeojson(undefined);
    setGeojsonFault(undefined);
    if (file === undefined) return;
    try {
      const parsed = JSON.parse(await file.text()) as { type?: string; features?: unknown };
      if (parsed.type !== 'FeatureCollection' || !Array.isArray(parsed.features)) throw new Error();
      setGeojson(parsed);
    } catch {
      setGeojsonFault(t('floor.geojsonBad'));
    }
  };
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFault(undefined);
    try {
      await work();
    } catch (error) {
      setFault(error instanceof ApiError ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === '') return setFault(t('floor.nameMissing'));
    if (source === 'image' && image === undefined) return setFault(t('floor.noScale'));
    if (source === 'geojson' && geojson === undefined) return setFault(t('floor.geojsonMissing'));
    void run(async () => {
      const measured =
        source === 'image' && image !== undefined
          ? {
              widthM: Math.round(image.widthPx * image.metresPerPixel * 100) / 100,
              heightM: Math.round(image.heightPx * image.metresPerPixel * 100) / 100,
            }
          : size;
      const body = { name: name.trim(), level, ...measured };
      const kept = floor === undefined ? await site.createFloor(body) : await site.changeFloor(floor.id, body);
      try {
        if (source === 'image' && image !== undefined)
          await site.uploadImage(kept.id, image.file, image.metresPerPixel);
        if (source === 'geojson') {
          const { zones, skipped } = await site.importGeojson(kept.id, geojson);
          toast(t('floor.imported', { n: zones.length, skipped: skipped.length }));
        }
      } catch (error) {
        // A floor without its plan helps nobody: what was made for it goes again.
        if (floor === undefined) await site.removeFloor(kept.id).catch(() => undefined);
        throw error;
      }
      props.onClose(true, kept.id);
    });
  };
  const numberField = (
    label: string,
    value: number,
    onChange: (value: number) => void,
    min: number,
    max: number,
    step = 0.01,
  ) => (
    <Field label={label}>
      {(ids) => (
        <input
          {...ids}
          class="input num"
          type="number"
          required
          min={min}
          max={max}
          step={step}
          value={value}
          onInput={(event) => {
            const typed = event.currentTarget.valueAsNumber;
            if (!Number.isNaN(typed)) onChange(typed);
          }}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      wide
      title={floor === undefined ? t('floor.new') : t('floor.editTitle', { name: floor.name })}
      onClose={() => props.onClose(false)}
    >
      <form class="form" onSubmit={submit}>
        {fault !== undefined && <Notice tone="bad">{fault}</Notice>}
        <div class="form-row">
          <Field label={t('floor.name')}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                value={name}
                maxLength={120}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          {numberField(t('floor.level'), level, setLevel, -20, 200, 1)}
        </div>
        <div>
          <Segmented<Source>
            label={t('floor.source')}
            value={source}
            options={[
              { value: 'size', label: t('floor.bySize') },
              { value: 'image', label: t('floor.byImage') },
              { value: 'geojson', label: t('floor.byGeojson') },
            ]}
            onChange={setSource}
          />
        </div>
        {source === 'size' && (
          <div class="form-row">
            {numberField(t('floor.width'), size.widthM, (widthM) => setSize({ ...size, widthM }), 1, 5_000)}
            {numberField(t('floor.height'), size.heightM, (heightM) => setSize({ ...size, heightM }), 1, 5_000)}
          </div>
        )}
        {source === 'image' && <ImageScale onChange={setImage} />}
        {source === 'geojson' && (
          <Field label={t('floor.geojson')} hint={t('floor.geojsonHint')} fault={geojsonFault}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                type="file"
                accept=".json,.geojson,application/geo+json,application/json"
                onChange={(event) => void readGeojson(event.currentTarget.files?.[0])}
              />
            )}
          </Field>
        )}
        <div class="actions">
          {floor !== undefined && (
            <button
              type="button"
              class="button danger"
              disabled={busy}
              onClick={() => {
                if (confirm(t('floor.removeSure', { name: floor.name })))
                  void run(async () => {
                    await site.removeFloor(floor.id);
                    props.onClose(true);
                  });
              }}
            >
              {t('floor.remove')}
            </button>
          )}
          <button type="button" class="button" onClick={() => props.onClose(false)}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {t(busy ? 'editor.saving' : 'action.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
