/** A picture as small as the server takes it: a phone's photograph is five times too large, and nobody should have to know how to shrink it. */

/** The server's limit is 1 MB; a coupon is never shown wider. */
const MAX_BYTES = 1_000_000;
const MAX_SIDE_PX = 1_200;
const QUALITY = 0.85;

/** The file itself where it fits, or cannot be read: the server then says what is wrong with it. */
export async function fitting(file: Blob): Promise<Blob> {
  if (file.size <= MAX_BYTES) return file;
  const image = await createImageBitmap(file).catch(() => undefined);
  if (image === undefined) return file;
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((resolve) => canvas.toBlob((made) => resolve(made ?? file), 'image/jpeg', QUALITY));
}
