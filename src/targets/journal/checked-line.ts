import { crc32 } from 'node:zlib';

const LINE_END = Buffer.from('\n');
/** Eight hex digits and a blank. */
const CHECKSUM_LENGTH = 9;

/** The bytes of a line that a crash may tear: checksum, blank, JSON, line feed. */
export function encodeChecked(json: string): Buffer {
  const bytes = Buffer.from(json);
  return Buffer.concat([Buffer.from(checksum(bytes)), bytes, LINE_END]);
}

/**
 * The JSON of a line.
 *
 * @param bytes without the line feed
 * @returns undefined for a line that is torn or damaged
 */
export function decodeChecked(bytes: Buffer): string | undefined {
  const json = bytes.subarray(CHECKSUM_LENGTH);
  return bytes.toString('latin1', 0, CHECKSUM_LENGTH) === checksum(json) ? json.toString() : undefined;
}

function checksum(json: Buffer): string {
  return `${crc32(json)
    .toString(16)
    .padStart(CHECKSUM_LENGTH - 1, '0')} `;
}
