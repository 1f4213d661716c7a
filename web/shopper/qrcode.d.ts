/** The part of the library that lays out modules; what draws them on canvases is left out of the page. */
declare module 'qrcode/lib/core/qrcode.js' {
  export { create } from 'qrcode';
}
