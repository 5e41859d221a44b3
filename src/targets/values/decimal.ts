const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * Reads a decimal of `precision` digits, `scale` of them after the point, as text with exactly `scale` fraction digits.
 * Text and bigint must fit exactly; a JavaScript number, being a binary fraction already, is rounded to the scale.
 */
export function readDecimal(value: unknown, precision: number, scale: number): string | undefined {
  const exact = typeof value !== 'number';
  if (typeof value !== 'string' && typeof value !== 'bigint' && !Number.isFinite(value)) return undefined;
  const match = DECIMAL_TEXT.exec(String(value));
  if (!match || (!match[2] && !match[3])) return undefined;
  let digits = (match[2] ?? '') + (match[3] ?? '');
  // Digits after the point that the text has; negative: zeros are missing at its end.
  const fraction = (match[3] ?? '').length - Number(match[4] ?? 0);
  if (fraction < scale) digits += '0'.repeat(scale - fraction);
  let unscaled = BigInt(digits);
  if (fraction > scale) {
    const cut = 10n ** BigInt(fraction - scale);
    const rest = unscaled % cut;
    if (exact && rest !== 0n) return undefined;
    unscaled = unscaled / cut + (rest * 2n >= cut ? 1n : 0n);
  }
  const text = unscaled.toString().padStart(scale + 1, '0');
  if (unscaled !== 0n && text.replace(/^0+/, '').length > precision) return undefined;
  const sign = match[1] === '-' && unscaled !== 0n ? '-' : '';
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
