import { median } from './compare.mjs';

/** The results as a table: median, and from the least to the most in brackets. */
export function markdown(lines) {
  const head = ['| what | host | reference | ratio | required | met |', '|---|---|---|---|---|---|'];
  const body = lines.map(({ measure, unit, host, reference, ratios, required, ok }) => {
    const cells = [
      measure,
      spread(host, unit),
      spread(reference, unit),
      spread(ratios, ''),
      required,
      required === '' ? '' : ok ? 'yes' : '**no**',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [...head, ...body].join('\n');
}

function spread(values, unit) {
  if (!values) return '';
  const digits = unit === 'MiB' ? 0 : unit === '' || unit === 's' ? 2 : 1;
  const text = (value) => value.toFixed(unit === 's' && median(values) < 1 ? 3 : digits);
  const range = `${text(Math.min(...values))} to ${text(Math.max(...values))}`;
  return `${text(median(values))}${unit && ` ${unit}`} (${range})`;
}
