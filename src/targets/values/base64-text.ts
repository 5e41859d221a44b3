/** Base64 text of bytes, with padding; of the bytes seen through any view, not of the whole buffer behind it. */
export function base64Text(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
