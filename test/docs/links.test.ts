import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchor, headings, markdownFiles, readDoc, ROOT, withoutCodeBlocks } from './markdown.js';

const LINK = /\[[^\]]*\]\(([^()\s]+)\)/g;

describe('links', () => {
  it.each(markdownFiles())('%s leads to files and headings that are there', (path) => {
    const broken = [...withoutCodeBlocks(readDoc(path)).matchAll(LINK)]
      .map(([, link = '']) => link)
      .filter((link) => !/^https?:/.test(link) && !leadsSomewhere(path, link));
    expect(broken).toEqual([]);
  });

  it('knows a broken one', () => {
    expect(leadsSomewhere('README.md', 'docs/reference/errors.md#config_invalid')).toBe(true);
    expect(leadsSomewhere('README.md', 'docs/reference/errors.md#config_valid')).toBe(false);
    expect(leadsSomewhere('README.md', 'docs/missing.md')).toBe(false);
  });
});

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', fragment] = link.split('#');
  const file = path === '' ? join(ROOT, from) : join(ROOT, dirname(from), path);
  if (!existsSync(file)) return false;
  return (
    fragment === undefined ||
    headings(readDoc(relative(ROOT, file)))
      .map(anchor)
      .includes(fragment)
  );
}
